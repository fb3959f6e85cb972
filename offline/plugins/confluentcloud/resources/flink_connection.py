"""FlinkConnection (``/sql/v1/.../connections``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource
from offline.plugins.errors import PluginError
from offline.plugins.schema import Failure, Field, credentials, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

_NAMES = {
    "apiKey": "API_KEY",
    "awsAccessKey": "AWS_ACCESS_KEY_ID",
    "awsSecretKey": "AWS_SECRET_ACCESS_KEY",
    "awsSessionToken": "AWS_SESSION_TOKEN",
    "serviceKey": "SERVICE_KEY",
    "username": "USERNAME",
    "password": "PASSWORD",
}
"""Input -> its name in the ``auth_data`` of the API."""


@dataclass(frozen=True)
class _Secrets:
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


_API_KEY = _Secrets(("apiKey",))
_AWS = _Secrets(("awsAccessKey", "awsSecretKey"), ("awsSessionToken",))
_LOGIN = _Secrets(("username", "password"))
TYPES = {
    "OPENAI": _API_KEY,
    "AZUREML": _API_KEY,
    "AZUREOPENAI": _API_KEY,
    "BEDROCK": _AWS,
    "SAGEMAKER": _AWS,
    "GOOGLEAI": _API_KEY,
    "VERTEXAI": _Secrets(("serviceKey",)),
    "MONGODB": _LOGIN,
    "PINECONE": _API_KEY,
    "ELASTIC": _API_KEY,
    "COUCHBASE": _LOGIN,
}
_FIXED = ("displayName", "type", "endpoint", "computePool", "principal")


class FlinkConnection(CloudResource):
    """A connection; only its secrets can be updated, all else is replaced or refused."""

    token = "confluentcloud:index/flinkConnection:FlinkConnection"  # noqa: S105 - a type token
    label = "FlinkConnection"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "type": Field(required=True, choices=tuple(TYPES)),
        "endpoint": Field(required=True),
        **{name: Field(secret=True, write_only=True) for name in _NAMES},
        "organization": reference(replace=True, server_default=True),
        "environment": reference(replace=True, server_default=True),
        "computePool": reference(server_default=True),
        "principal": reference(server_default=True),
        "restEndpoint": Field(replace=True, pattern="^http", hint="a URL that starts with https://"),
        "credentials": credentials(),
    }
    computed = ("apiVersion", "kind")

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require the secrets of the connection's type, and refuse others."""
        yield from super().check(inputs)
        kind = inputs.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            return
        needed = TYPES[kind]
        for name in needed.required:
            if inputs.get(name) in (None, ""):
                yield Failure(name, f"{name!r} is missing: a connection of type {kind} needs it")
        for name in _NAMES:
            if inputs.get(name) and name not in needed.required + needed.optional:
                yield Failure("type", f"a connection of type {kind} has no {name!r}")
        yield from self.session.missing_flink_inputs(inputs)

    def refuse_impossible(self, _old: Values, _new: Values, diff: Diff) -> None:
        """Refuse changes that the API cannot make and for which the official provider does not replace, either."""
        if fixed := [name for name in _FIXED if diff.touches(name)]:
            raise PluginError(
                f"{', '.join(fixed)} of a connection cannot change in place: replace it with "
                f"replace_on_changes={fixed} and delete_before_replace=True"
            )

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        flink = self.session.flink(inputs)
        flink.api.post(flink.path("connections"), _body(inputs))
        return f"{flink.organization}/{flink.environment}/{inputs['displayName']}", {}

    def fetch(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """Read the object; the API never returns the secrets, so the state keeps them."""
        flink = self.session.flink(state)
        found = flink.api.find(flink.path("connections", _name(resource_id)), gone=GONE)
        if found is None:
            return None
        spec = found.get("spec") or {}
        outputs: Values = {
            "displayName": found.get("name"),
            "type": spec.get("connection_type"),
            "endpoint": spec.get("endpoint"),
            "apiVersion": found.get("api_version"),
            "kind": found.get("kind"),
        }
        if not self.session.flink_is_set:
            outputs |= {
                "organization": {"id": flink.organization},
                "environment": {"id": flink.environment},
                "computePool": {"id": flink.compute_pool},
                "principal": {"id": flink.principal},
            }
        return outputs

    def change(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PUT the whole connection if a secret differs: the API has no partial update."""
        if diff.touches(*_NAMES):
            flink = self.session.flink(new)
            flink.api.put(flink.path("connections", _name(resource_id)), _body(new))

    def delete(self, _call: Call, resource_id: str, state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        flink = self.session.flink(state)
        flink.api.delete(flink.path("connections", _name(resource_id)))

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse ORGANIZATION/ENVIRONMENT/NAME; the scope comes from the provider or the variables IMPORT_FLINK_..."""
        scope = self.session.imported_flink()
        return resource_id, {"displayName": _name(resource_id), **{k: v for k, v in scope.items() if k in self.fields}}


def _name(resource_id: str) -> str:
    parts = resource_id.split("/", 2)
    if len(parts) != 3:  # noqa: PLR2004 - the three just named
        raise PluginError(f"{resource_id!r} is not of the form ORGANIZATION/ENVIRONMENT/NAME")
    return parts[2]


def _body(inputs: Values) -> Values:
    data = {api: inputs[name] for name, api in _NAMES.items() if inputs.get(name)}
    return {
        "name": inputs["displayName"],
        "spec": {
            "connection_type": inputs["type"],
            "endpoint": inputs["endpoint"],
            "auth_data": {"kind": "PlaintextProvider", "data": json.dumps(data, sort_keys=True)},
        },
    }
