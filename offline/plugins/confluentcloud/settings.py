"""The provider's configuration, from Pulumi's or from the environment variables of the official provider."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline.plugins.errors import PluginError
from offline.plugins.schema import Failure, Field, check
from offline.plugins.wire import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.wire import Values

DEFAULT_ENDPOINT = "https://api.confluent.cloud"
LEAST_RETRIES = 4

ENVIRONMENT = {
    "catalogRestEndpoint": "CATALOG_REST_ENDPOINT",
    "cloudApiKey": "CONFLUENT_CLOUD_API_KEY",
    "cloudApiSecret": "CONFLUENT_CLOUD_API_SECRET",
    "environmentId": "CONFLUENT_ENVIRONMENT_ID",
    "flinkApiKey": "FLINK_API_KEY",
    "flinkApiSecret": "FLINK_API_SECRET",
    "flinkComputePoolId": "FLINK_COMPUTE_POOL_ID",
    "flinkPrincipalId": "FLINK_PRINCIPAL_ID",
    "flinkRestEndpoint": "FLINK_REST_ENDPOINT",
    "kafkaApiKey": "KAFKA_API_KEY",
    "kafkaApiSecret": "KAFKA_API_SECRET",
    "kafkaId": "KAFKA_ID",
    "kafkaRestEndpoint": "KAFKA_REST_ENDPOINT",
    "maxRetries": "TF_PROVIDER_CONFLUENT_MAX_RETRIES",
    "organizationId": "CONFLUENT_ORGANIZATION_ID",
    "schemaRegistryApiKey": "SCHEMA_REGISTRY_API_KEY",
    "schemaRegistryApiSecret": "SCHEMA_REGISTRY_API_SECRET",
    "schemaRegistryId": "SCHEMA_REGISTRY_ID",
    "schemaRegistryRestEndpoint": "SCHEMA_REGISTRY_REST_ENDPOINT",
    "tableflowApiKey": "TABLEFLOW_API_KEY",
    "tableflowApiSecret": "TABLEFLOW_API_SECRET",
}
SECRETS = tuple(name for name in ENVIRONMENT if name.endswith(("ApiKey", "ApiSecret")))
_NAMES = (*ENVIRONMENT, "endpoint", "userAgentSuffix", "oauth")

FLINK = (
    "flinkApiKey",
    "flinkApiSecret",
    "flinkRestEndpoint",
    "organizationId",
    "environmentId",
    "flinkComputePoolId",
    "flinkPrincipalId",
)
KAFKA = ("kafkaApiKey", "kafkaApiSecret", "kafkaRestEndpoint")
REGISTRY = ("schemaRegistryApiKey", "schemaRegistryApiSecret", "schemaRegistryRestEndpoint", "schemaRegistryId")
_TOGETHER = (FLINK, KAFKA, REGISTRY, ("cloudApiKey", "cloudApiSecret"))

MISSING_CLOUD_KEY = (
    "there is no Confluent Cloud API key: set the environment variables CONFLUENT_CLOUD_API_KEY and "
    "CONFLUENT_CLOUD_API_SECRET, or run pulumi config set --secret confluentcloud:cloudApiKey and "
    "pulumi config set --secret confluentcloud:cloudApiSecret"
)


def _field(name: str) -> Field:
    secret = name in SECRETS
    if name.endswith("ndpoint"):
        return Field(pattern="^https?://", hint="a URL that starts with https:// or http://")
    if name == "maxRetries":
        # The value is a number in JSON if the program sets it, but text if the stack's configuration does.
        return Field(test=lambda value: None if _retries(value) else f"'maxRetries' must be at least {LEAST_RETRIES}")
    return Field(secret=secret)


FIELDS = {name: _field(name) for name in _NAMES}


@dataclass(frozen=True)
class Settings:
    """The complete configuration; its repr shows no values, since some are secrets."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, config: Values, environment: Mapping[str, str] = os.environ) -> Settings:
        """Complete ``config`` from the environment; raises :class:`PluginError` for a partly set group of settings."""
        values = {name: environment[variable] for name, variable in ENVIRONMENT.items() if environment.get(variable)}
        values |= {name: str(value) for name, value in config.items() if value is not UNKNOWN and value != ""}
        if "oauth" in values:
            raise PluginError("the bundled provider knows no 'oauth': use API keys, or install the official provider")
        if "maxRetries" in values and not _retries(values["maxRetries"]):
            raise PluginError(f"TF_PROVIDER_CONFLUENT_MAX_RETRIES must be at least {LEAST_RETRIES}")
        settings = cls(values)
        for group in _TOGETHER:
            settings._refuse_part_of(group)
        if not any(settings.has(group) for group in _TOGETHER):
            raise PluginError(MISSING_CLOUD_KEY)
        return settings

    def __getitem__(self, name: str) -> str:
        """Return a setting, empty if it is not set."""
        return self.values.get(name, "")

    def has(self, group: tuple[str, ...]) -> bool:
        """Whether all settings of a group are there."""
        return all(self[name] for name in group)

    @property
    def endpoint(self) -> str:
        """Base URL of the control plane."""
        return (self["endpoint"] or DEFAULT_ENDPOINT).rstrip("/")

    @property
    def max_retries(self) -> int:
        """How many times a request is retried."""
        return int(self["maxRetries"] or LEAST_RETRIES)

    def _refuse_part_of(self, group: tuple[str, ...]) -> None:
        # Organization and environment may be set alone: their variables are context for other tools, too.
        own = [name for name in group if name not in ("organizationId", "environmentId")]
        if any(self[name] for name in own) and not self.has(group):
            missing = " and ".join(f"{name} (or {ENVIRONMENT[name]})" for name in group if not self[name])
            given = ", ".join(name for name in group if self[name])
            raise PluginError(f"the provider has {given} but not {missing}: set all or none of them")


def check_config(config: Values) -> Iterator[Failure]:
    """Yield what is wrong with the provider's inputs."""
    strings = {name: value if value is UNKNOWN else str(value) for name, value in config.items()}
    yield from check(strings, FIELDS)


def _retries(value: str) -> bool:
    return bool(re.fullmatch(r"\d+", value)) and int(value) >= LEAST_RETRIES
