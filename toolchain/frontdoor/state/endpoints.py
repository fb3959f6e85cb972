"""The REST endpoints of a resource, with the API keys that its provider would use."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.http_json import Api

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.frontdoor.state.interrupted import InterruptedState, Resource

CONFLUENT_CLOUD = "https://api.confluent.cloud"
# Confluent Cloud answers 403 for some deleted objects; the official provider takes both for "does not exist", too.
_NOT_THERE = frozenset({http.client.FORBIDDEN, http.client.NOT_FOUND})


@dataclass(frozen=True)
class Endpoint:
    """One REST API. Every call retries transient errors, and raises :class:`Failure` on a final one."""

    api: Api

    def _call(self, method: str, path: str) -> Any:
        try:
            reply = self.api.call_with_retry(method, path)
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"{self.api.base} does not answer ({error}): run the command again when it does.") from None
        if reply.status in _NOT_THERE:
            return None
        if reply.status >= http.client.BAD_REQUEST:
            raise Failure(
                f"{self.api.base} answered {reply.status} to {method} {path.partition('?')[0]}, which tells what an"
                " interrupted command has left: check the API key, or see `./pulumiw refresh --clear-pending-creates`."
            )
        return {} if reply.body is None else reply.body

    def get(self, path: str) -> Any:
        """Return the object at ``path``, ``None`` if there is none."""
        return self._call("GET", path)

    def delete(self, path: str) -> None:
        """Delete the object at ``path``, if there is one."""
        self._call("DELETE", path)

    def items(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield all items of a paged list."""
        joined = path + ("&" if "?" in path else "?") + "page_size=100"
        page = joined
        while page:
            reply = self.get(page) or {}
            yield from reply.get("data") or []
            following = urlsplit((reply.get("metadata") or {}).get("next") or "")
            token = parse_qs(following.query).get("page_token", [""])[0]
            page = f"{joined}&page_token={token}" if token else ""


@dataclass(frozen=True)
class Endpoints:
    """The endpoints of one resource: control plane, Kafka (or Schema Registry), and Flink.

    ``organization``, ``environment``: ids for Flink's paths, empty if unknown.
    """

    cloud: Endpoint
    kafka: Endpoint
    flink: Endpoint
    organization: str
    environment: str

    @classmethod
    def of(cls, resource: Resource, state: InterruptedState, environment: Mapping[str, str]) -> Endpoints:
        """Choose endpoints and keys in the provider's order: resource, then provider, then environment variables."""
        provider = state.provider_settings(resource)

        def setting(name: str, variable: str = "") -> str | None:
            value = provider.get(name) or environment.get(variable)
            return str(value) if value else None

        cloud = Api(
            (setting("endpoint", "CONFLUENT_CLOUD_ENDPOINT") or CONFLUENT_CLOUD).rstrip("/"),
            setting("cloudApiKey", "CONFLUENT_CLOUD_API_KEY"),
            setting("cloudApiSecret", "CONFLUENT_CLOUD_API_SECRET"),
        )
        own = replace(
            cloud,
            base=(resource.text("restEndpoint") or cloud.base).rstrip("/"),
            key=resource.text("credentials", "key") or cloud.key,
            secret=resource.text("credentials", "secret") or cloud.secret,
        )
        flink = replace(
            own,
            base=resource.text("restEndpoint") or setting("flinkRestEndpoint", "FLINK_REST_ENDPOINT") or cloud.base,
            key=resource.text("credentials", "key") or setting("flinkApiKey", "FLINK_API_KEY") or cloud.key,
            secret=resource.text("credentials", "secret")
            or setting("flinkApiSecret", "FLINK_API_SECRET")
            or cloud.secret,
        )
        organization = resource.text("organization", "id") or setting("organizationId", "CONFLUENT_ORGANIZATION_ID")
        place = resource.text("environment", "id") or setting("environmentId", "CONFLUENT_ENVIRONMENT_ID")
        return cls(Endpoint(cloud), Endpoint(own), Endpoint(flink), organization or "", place or "")

    @property
    def sql_path(self) -> str:
        """The path of Flink's statements and connections."""
        return f"/sql/v1/organizations/{self.organization}/environments/{self.environment}"

    def by_name(self, name: str) -> Endpoint:
        """Return the endpoint ``cloud``, ``kafka`` or ``flink``."""
        return {"cloud": self.cloud, "kafka": self.kafka, "flink": self.flink}[name]
