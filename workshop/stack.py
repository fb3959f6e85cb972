"""A deployed stack, with accounts and API keys created through the control plane, as any client creates them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workshop.clone import Clone

_SECONDS = 60


class Key(NamedTuple):
    """An API key, as HTTP Basic takes it."""

    id: str
    secret: str


@dataclass(frozen=True)
class Stack:
    """The facts that a client needs to connect to the stack."""

    clone: Clone
    outputs: Mapping[str, Any]

    @classmethod
    def up(cls, clone: Clone) -> Stack:
        """Deploy the clone's stack and wait for its first vectors."""
        clone.ok("up", "--yes", "--skip-preview")
        return cls(clone, clone.outputs())

    @property
    def bootstrap(self) -> str:
        """``host:port`` of the Kafka cluster."""
        endpoint: str = self.outputs["kafkaBootstrapEndpoint"]
        return endpoint.partition("://")[2]

    @property
    def admin(self) -> Key:
        """The organization administrator's cloud key."""
        keys = self.clone.credentials()
        return Key(keys["cloud_api_key"], keys["cloud_api_secret"])

    def account(self, name: str, roles: Mapping[str, list[str]]) -> str:
        """Create a service account with roles on places, such as ``{"DeveloperRead": ["topic=orders"]}``."""
        made = self._post("/iam/v2/service-accounts", {"display_name": name, "description": "a test's"})
        for role, places in roles.items():
            for place in places:
                binding = {"principal": f"User:{made['id']}", "role_name": role, "crn_pattern": self._crn(place)}
                self._post("/iam/v2/role-bindings", binding)
        identifier: str = made["id"]
        return identifier

    def kafka_key(self, owner: str) -> Key:
        """Create a key to the Kafka cluster."""
        return self._key(owner, {"id": self.outputs["kafkaClusterId"], "kind": "Cluster", "api_version": "cmk/v2"})

    def kafka_settings(self, key: Key) -> dict[str, str]:
        """Return what a Kafka client connects with."""
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanisms": "PLAIN",
            "sasl.username": key.id,
            "sasl.password": key.secret,
        }

    def registry_key(self, owner: str) -> Key:
        """Create a key to the Schema Registry."""
        return self._key(owner, {"id": self.outputs["schemaRegistryId"], "kind": "Cluster", "api_version": "srcm/v3"})

    def flink_key(self, owner: str) -> Key:
        """Create a key to Flink in the stack's region."""
        region = f"{self.outputs['cloud'].lower()}.{self.outputs['region']}"
        place = {"environment": self.outputs["environmentId"], "kind": "Region", "api_version": "fcpm/v2"}
        return self._key(owner, {"id": region, **place})

    def forget(self, key: Key) -> None:
        """Delete a key."""
        self._call("DELETE", f"/iam/v2/api-keys/{key.id}")

    def operate(self, connector: str, operation: str) -> None:
        """Pause or resume a connector, by its name."""
        cluster = f"environments/{self.outputs['environmentId']}/clusters/{self.outputs['kafkaClusterId']}"
        self._call("PUT", f"/connect/v1/{cluster}/connectors/{connector}/{operation}")

    def topic_config(self, topic: str, name: str) -> str:
        """Return a setting of a topic, by Kafka REST."""
        path = f"/kafka/v3/clusters/{self.outputs['kafkaClusterId']}/topics/{topic}/configs/{name}"
        value: str = self._call("GET", path)["value"]
        return value

    def _crn(self, place: str) -> str:
        """Return the CRN of ``place``: on the Kafka cluster, the Schema Registry, or ``environment`` itself."""
        out = self.outputs
        environment = f"crn://confluent.cloud/organization={out['organizationId']}/environment={out['environmentId']}"
        if place == "environment":
            return environment
        if place.startswith("subject="):
            return f"{environment}/schema-registry={out['schemaRegistryId']}/{place}"
        cluster = f"{environment}/cloud-cluster={out['kafkaClusterId']}"
        return f"{cluster}/kafka={out['kafkaClusterId']}/{place}"

    def _key(self, owner: str, resource: dict[str, str]) -> Key:
        spec = {"display_name": "a test's", "owner": {"id": owner}, "resource": resource}
        made = self._post("/iam/v2/api-keys", {"spec": spec})
        return Key(made["id"], made["spec"]["secret"])

    def _post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        reply = httpx.request(method, self.clone.endpoint + path, json=body, auth=self.admin, timeout=_SECONDS)
        reply.raise_for_status()
        return reply.json() if reply.content else None
