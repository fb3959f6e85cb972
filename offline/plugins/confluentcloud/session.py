"""A configured provider's endpoints: the control plane, and Flink, Kafka and Schema Registry with keys of their own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from offline.plugins.confluentcloud.client import Api, Transport
from offline.plugins.confluentcloud.settings import FLINK, KAFKA, MISSING_CLOUD_KEY, REGISTRY, Settings
from offline.plugins.errors import PluginError
from offline.plugins.schema import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Cancellation
    from offline.plugins.wire import Values

_PLANE = ("restEndpoint", "credentials")


@dataclass(frozen=True)
class Cluster:
    """A Kafka cluster's or a Schema Registry's REST API, and its id."""

    api: Api
    id: str


@dataclass(frozen=True)
class Flink:
    """A Flink region's REST API, and the scope of statements and connections."""

    api: Api
    organization: str
    environment: str
    compute_pool: str
    principal: str

    def path(self, kind: str, name: str = "") -> str:
        """Return the path of the collection ``kind`` (``statements``, ``connections``), or of its item ``name``."""
        scope = f"/sql/v1/organizations/{self.organization}/environments/{self.environment}/{kind}"
        return f"{scope}/{quote(name, safe='')}" if name else scope


class Session:
    """A provider's settings and connections; empty until the provider is configured."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._transport: Transport | None = None

    def open(self, settings: Settings, cancellation: Cancellation, transport: Transport | None = None) -> None:
        """Configure the session."""
        self._settings = settings
        self._transport = transport or Transport(max_retries=settings.max_retries, cancellation=cancellation)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        if self._settings is None:
            raise PluginError("the provider is not configured")
        return self._settings

    def api(self, base: str, key: str, secret: str) -> Api:
        """Return the REST API at ``base``, with an API key."""
        if self._transport is None:
            raise PluginError("the provider is not configured")
        return Api(self._transport, base.rstrip("/"), key, secret)

    @property
    def cloud(self) -> Api:
        """The REST API of the control plane and of Connect; raises :class:`PluginError` without a cloud API key."""
        settings = self.settings
        if not settings["cloudApiKey"]:
            raise PluginError(MISSING_CLOUD_KEY)
        return self.api(settings.endpoint, settings["cloudApiKey"], settings["cloudApiSecret"])

    @property
    def flink_is_set(self) -> bool:
        """Whether the provider's settings have the Flink scope, which then overrides the resources'."""
        return self.settings.has(FLINK)

    @property
    def kafka_is_set(self) -> bool:
        """Whether the provider's settings have the Kafka API key."""
        return self.settings.has(KAFKA)

    @property
    def registry_is_set(self) -> bool:
        """Whether the provider's settings have the Schema Registry."""
        return self.settings.has(REGISTRY)

    def flink(self, state: Values) -> Flink:
        """Return the Flink scope of a resource: the provider's if it has one, else the resource's own."""
        own = self.settings
        if self.flink_is_set:
            api = self.api(own["flinkRestEndpoint"], own["flinkApiKey"], own["flinkApiSecret"])
            return Flink(
                api, own["organizationId"], own["environmentId"], own["flinkComputePoolId"], own["flinkPrincipalId"]
            )
        return Flink(
            self._api_of(state, "flink"),
            _needed(state, "organization", "organizationId"),
            _needed(state, "environment", "environmentId"),
            id_in(state, "computePool"),
            id_in(state, "principal"),
        )

    def kafka(self, state: Values) -> Cluster:
        """Return the REST API of a resource's Kafka cluster."""
        own = self.settings
        identity = own["kafkaId"] or _needed(state, "kafkaCluster", "kafkaId")
        if self.kafka_is_set:
            return Cluster(self.api(own["kafkaRestEndpoint"], own["kafkaApiKey"], own["kafkaApiSecret"]), identity)
        return Cluster(self._api_of(state, "kafka"), identity)

    def registry(self, state: Values) -> Cluster:
        """Return the REST API of a resource's Schema Registry."""
        own = self.settings
        if self.registry_is_set:
            key, secret = own["schemaRegistryApiKey"], own["schemaRegistryApiSecret"]
            return Cluster(self.api(own["schemaRegistryRestEndpoint"], key, secret), own["schemaRegistryId"])
        identity = _needed(state, "schemaRegistryCluster", "schemaRegistryId")
        return Cluster(self._api_of(state, "schemaRegistry"), identity)

    def imported_flink(self) -> Values:
        """Return the Flink scope for an import, from environment variables; empty if the provider has one."""
        if self.flink_is_set:
            return {}
        found = _from_environment(
            "a statement or a connection",
            {
                "organization": "IMPORT_CONFLUENT_ORGANIZATION_ID",
                "environment": "IMPORT_CONFLUENT_ENVIRONMENT_ID",
                "computePool": "IMPORT_FLINK_COMPUTE_POOL_ID",
                "principal": "IMPORT_FLINK_PRINCIPAL_ID",
                "restEndpoint": "IMPORT_FLINK_REST_ENDPOINT",
                "key": "IMPORT_FLINK_API_KEY",
                "secret": "IMPORT_FLINK_API_SECRET",
            },
            "flink...",
        )
        plane = _plane_of(found)
        return {**{name: {"id": identity} for name, identity in found.items()}, **plane}

    def imported_kafka(self) -> Values:
        """Return the Kafka endpoint and key for an import; empty if the provider has them."""
        if self.kafka_is_set:
            return {}
        return _plane_of(_from_environment("a topic or an ACL", _plane_variables("KAFKA"), "kafka..."))

    def imported_registry(self) -> Values:
        """Return the Schema Registry's endpoint and key for an import; empty if the provider has them."""
        if self.registry_is_set:
            return {}
        variables = _plane_variables("SCHEMA_REGISTRY")
        return _plane_of(_from_environment("a schema or a subject's settings", variables, "schemaRegistry..."))

    def missing_flink_inputs(self, inputs: Values) -> Iterator[Failure]:
        """Yield a failure for inputs of the Flink scope that neither the resource nor the provider has."""
        if self._settings and not self.flink_is_set:
            needed = ("organization", "environment", "principal", *_PLANE)
            yield from _lacks(inputs, needed, f"the provider all of {', '.join(FLINK)}")

    def missing_kafka_inputs(self, inputs: Values) -> Iterator[Failure]:
        """Yield a failure for inputs of the Kafka scope that neither the resource nor the provider has."""
        if self._settings:
            scope = () if self._settings["kafkaId"] else ("kafkaCluster",)
            plane = () if self.kafka_is_set else _PLANE
            yield from _lacks(inputs, (*scope, *plane), f"the provider {', '.join((*KAFKA, 'kafkaId'))}")

    def missing_registry_inputs(self, inputs: Values) -> Iterator[Failure]:
        """Yield a failure for inputs of the Schema Registry that neither the resource nor the provider has."""
        if self._settings and not self.registry_is_set:
            yield from _lacks(inputs, ("schemaRegistryCluster", *_PLANE), f"the provider all of {', '.join(REGISTRY)}")

    def _api_of(self, state: Values, plane: str) -> Api:
        endpoint, keys = state.get("restEndpoint"), state.get("credentials")
        if not endpoint or not keys:
            missing = "credentials" if endpoint else "restEndpoint"
            raise PluginError(f"{missing} is missing: give it to the resource, or the provider its {plane}... settings")
        return self.api(endpoint, keys["key"], keys["secret"])


def _plane_variables(service: str) -> dict[str, str]:
    return {
        "restEndpoint": f"IMPORT_{service}_REST_ENDPOINT",
        "key": f"IMPORT_{service}_API_KEY",
        "secret": f"IMPORT_{service}_API_SECRET",
    }


def _from_environment(what: str, variables: Mapping[str, str], settings: str) -> dict[str, str]:
    """Return name -> value of environment variables; they are the official provider's documented ones for imports."""
    found = {name: os.environ.get(variable, "") for name, variable in variables.items()}
    if missing := [variables[name] for name, value in found.items() if not value]:
        raise PluginError(
            f"to import {what}, set {' and '.join(missing)} in the environment, or give the provider its {settings}"
            " settings"
        )
    return found


def _plane_of(found: dict[str, str]) -> Values:
    """Remove endpoint and key from ``found``, and return them in the form of a resource's inputs."""
    keys = {"key": found.pop("key"), "secret": found.pop("secret")}
    return {"restEndpoint": found.pop("restEndpoint"), "credentials": keys}


def _lacks(inputs: Values, needed: tuple[str, ...], otherwise: str) -> Iterator[Failure]:
    missing = [name for name in needed if inputs.get(name) in (None, "")]
    if missing:
        yield Failure(missing[0], f"missing: {', '.join(missing)}; give them to the resource, or {otherwise}")


def id_in(state: Mapping[str, Any], block: str) -> str:
    """Return the ``id`` of a block such as ``environment``, empty if it is not there."""
    value = state.get(block)
    return str(value.get("id", "")) if isinstance(value, dict) else ""


def _needed(state: Values, block: str, setting: str) -> str:
    if not (identity := id_in(state, block)):
        raise PluginError(f"{block} is missing: give it to the resource, or {setting} to the provider")
    return identity
