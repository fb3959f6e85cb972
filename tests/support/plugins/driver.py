"""Plays the engine: speaks to a provider in the engine's own messages, and keeps the state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc

from offline.plugins.call import Cancellation
from offline.plugins.confluentcloud.client import Transport
from offline.plugins.confluentcloud.provider import ConfluentCloud
from offline.plugins.confluentcloud.settings import Settings
from offline.plugins.protos import provider_pb2, status_pb2
from offline.plugins.servicer import Servicer
from offline.plugins.wire import Values, read_struct, write_struct
from tests.support.plugins.fake_cloud import BASE, FakeCloud

if TYPE_CHECKING:
    from offline.plugins.provider import Provider

CLOUD_KEY = {"cloudApiKey": "CLOUDKEY", "cloudApiSecret": "cloud-secret"}
FLINK = {
    "organizationId": "org-1",
    "environmentId": "env-1",
    "flinkComputePoolId": "lfcp-1",
    "flinkRestEndpoint": BASE,
    "flinkApiKey": "FLINKKEY",
    "flinkApiSecret": "flink-secret",
    "flinkPrincipalId": "sa-1",
}


class AbortedError(Exception):
    """A call that the provider aborted: its message, and what it saved nevertheless."""

    def __init__(self, message: str, saved: Any = None) -> None:
        super().__init__(message)
        self.saved = saved


class Context:
    """The part of a gRPC context that providers use."""

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        assert code is not grpc.StatusCode.OK
        raise AbortedError(details)

    def abort_with_status(self, status: Any) -> None:
        (name, packed), *_ = status.trailing_metadata
        assert name == "grpc-status-details-bin"
        saved = provider_pb2.ErrorResourceInitFailed()
        status_pb2.Status.FromString(packed).details[0].Unpack(saved)
        raise AbortedError(status.details, saved)


class NoSleep(Cancellation):
    """Notes how long it was to sleep, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        super().sleep(0)
        self.slept.append(seconds)


@dataclass
class Driver:
    """An engine with one provider and no program."""

    provider: Provider
    servicer: Servicer
    cloud: FakeCloud = field(default_factory=FakeCloud)
    cancellation: NoSleep = field(default_factory=NoSleep)

    @classmethod
    def with_cloud(cls, **config: str) -> Driver:
        """Return an engine with a configured confluentcloud provider in front of a fake cloud."""
        provider = ConfluentCloud()
        driver = cls(provider, Servicer(provider, ""))
        driver.servicer._cancellation = driver.cancellation
        settings = Settings.of({"endpoint": BASE, **CLOUD_KEY, **config}, {})
        wire = driver.cloud.transport()
        transport = Transport(max_retries=settings.max_retries, cancellation=driver.cancellation, wire=wire)
        provider.session.open(settings, driver.cancellation, transport)
        return driver

    def urn(self, token: str) -> str:
        return f"urn:pulumi:dev::project::{token}::thing"

    def check(self, token: str, inputs: Values, olds: Values | None = None) -> tuple[Values, list[str]]:
        """Return the checked inputs and why they are refused."""
        reply = self.servicer.Check(
            provider_pb2.CheckRequest(
                urn=self.urn(token), news=write_struct(inputs), olds=write_struct(olds or {}), randomSeed=b"seed"
            ),
            Context(),
        )
        return read_struct(reply.inputs), [f"{failure.property}: {failure.reason}" for failure in reply.failures]

    def imported(self, token: str, identity: str) -> Any:
        """Return the reply to a read that knows the id alone."""
        return self.servicer.Read(provider_pb2.ReadRequest(id=identity, urn=self.urn(token)), Context())

    def create(self, token: str, inputs: Values, *, preview: bool = False) -> Object:
        """Check and create."""
        checked, failures = self.check(token, inputs)
        assert failures == []
        reply = self.servicer.Create(
            provider_pb2.CreateRequest(urn=self.urn(token), properties=write_struct(checked), preview=preview),
            Context(),
        )
        return Object(self, token, reply.id, checked, read_struct(reply.properties), reply.properties)

    def invoke(self, name: str, **arguments: Any) -> Values:
        """Call a function."""
        token = f"confluentcloud:index/{name}:{name}"
        reply = self.servicer.Invoke(provider_pb2.InvokeRequest(tok=token, args=write_struct(arguments)), Context())
        return read_struct(getattr(reply, "return"))


@dataclass
class Object:
    """A resource in the state."""

    driver: Driver
    token: str
    id: str
    inputs: Values
    outputs: Values
    raw: Any = None
    """The outputs as they were sent, secrets marked."""

    def diff(self, inputs: Values) -> Any:
        """Compare with new inputs."""
        return self.driver.servicer.Diff(self._request(provider_pb2.DiffRequest, inputs), Context())

    def update(self, inputs: Values, *, preview: bool = False) -> Object:
        """Update in place."""
        request = self._request(provider_pb2.UpdateRequest, inputs, preview=preview)
        reply = self.driver.servicer.Update(request, Context())
        return Object(self.driver, self.token, self.id, inputs, read_struct(reply.properties), reply.properties)

    def refresh(self) -> Object | None:
        """Read it again; None if it is gone."""
        reply = self.driver.servicer.Read(
            provider_pb2.ReadRequest(
                id=self.id,
                urn=self.driver.urn(self.token),
                properties=write_struct(self.outputs),
                inputs=write_struct(self.inputs),
            ),
            Context(),
        )
        if not reply.id:
            return None
        outputs = read_struct(reply.properties)
        return Object(self.driver, self.token, reply.id, read_struct(reply.inputs), outputs, reply.properties)

    def delete(self) -> None:
        """Delete it."""
        request = provider_pb2.DeleteRequest(
            id=self.id, urn=self.driver.urn(self.token), properties=write_struct(self.outputs)
        )
        self.driver.servicer.Delete(request, Context())

    def _request(self, kind: Any, inputs: Values, **more: Any) -> Any:
        return kind(
            id=self.id,
            urn=self.driver.urn(self.token),
            olds=write_struct(self.outputs),
            old_inputs=write_struct(self.inputs),
            news=write_struct(inputs),
            **more,
        )


def names(found: Any) -> set[str]:
    """Return the properties of a diff that take a new object."""
    return set(found.replaces)
