"""API keys: created, listed, revoked, and granted to the Kafka brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.control.access.authentication import sha256
from localcloud.control.core.errors import ControlError, InvalidError, NotFoundError, require_found, translated
from localcloud.control.core.principals import principal_exists
from localcloud.control.core.regions import check_region
from localcloud.control.core.resources import ApiKey, Environment, KafkaCluster, KeyScope, Phase, SchemaRegistry
from localcloud.dataplane.interface import ApiKeyGrant
from localcloud.ids import new_api_key, new_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store
    from localcloud.control.faults.injection import Faults


class ApiKeys:
    """API keys of the organization. A Kafka key is also granted to its broker, which authenticates clients itself."""

    def __init__(self, store: Store, plane: Plane, faults: Faults, administrator: ApiKeyGrant) -> None:
        """``administrator``: the key of ``credentials.json``, good for every service and so for every broker."""
        self._store = store
        self._plane = plane
        self._faults = faults
        self._administrator = administrator

    def create(
        self, *, owner_id: str, resource: dict[str, Any], name: str = "", description: str = ""
    ) -> tuple[ApiKey, str]:
        """Create a key for ``owner_id`` on ``resource`` (``spec.resource`` of the API; empty: the control plane).

        Returns the key and its secret. Only the secret's hash is stored, so the secret cannot be read again.
        """
        secret = new_secret()
        scope, resource_id, environment_id = self.resolve(resource)
        if not principal_exists(self._store, owner_id):
            raise InvalidError(
                f"The owner {owner_id!r} does not exist: name a user or service account.", pointer="/spec/owner/id"
            )
        key = ApiKey(
            id=new_api_key(),
            name=name,
            description=description,
            environment_id=environment_id,
            owner_id=owner_id,
            scope=scope,
            resource_id=resource_id,
            secret_sha256=sha256(secret),
        )
        # Stored first: a broker's keys are always pushed as the whole stored set.
        self._store.add(key)
        try:
            self._grant(key)
        except ControlError:
            self._store.remove(key)
            raise
        self._faults.when_in_effect(lambda: self._grant(key))
        return key, secret

    def all(self) -> list[ApiKey]:
        """All API keys."""
        return self._store.all(ApiKey)

    def get(self, key_id: str) -> ApiKey:
        """The API key of that id, else :class:`NotFoundError`."""
        return require_found(self._store.get(ApiKey, key_id), f"The API Key (id={key_id}) does not exist.")

    def update(self, key_id: str, values: dict[str, Any]) -> ApiKey:
        """Change ``name`` or ``description``."""
        key = self.get(key_id)
        return self._store.update(key, **values) or key

    def delete(self, key_id: str) -> None:
        """Delete a key and revoke its grant: the broker refuses the key from then on."""
        key = self.get(key_id)
        self._store.remove(key)
        self._grant(key)

    def delete_where(self, condition: Callable[[ApiKey], bool]) -> None:
        """Delete every key that meets the condition."""
        for key in self.all():
            if condition(key):
                self.delete(key.id)

    def grant(self, cluster_id: str) -> None:
        """Replace the keys that a broker accepts by those in effect now."""
        keys = [
            key
            for key in self.all()
            if key.scope is KeyScope.KAFKA
            and key.resource_id == cluster_id
            and self._faults.is_in_effect(key.created_at)
        ]
        grants = [ApiKeyGrant(key=key.id, secret_sha256=key.secret_sha256, principal=key.owner_id) for key in keys]
        with translated():
            self._plane.kafka.grant(cluster_id, [self._administrator, *grants])

    def _grant(self, key: ApiKey) -> None:
        if key.scope is KeyScope.KAFKA:
            cluster = self._store.get(KafkaCluster, key.resource_id)
            if cluster is not None and cluster.phase is not Phase.DELETING:
                self.grant(cluster.id)

    def resolve(self, resource: dict[str, Any]) -> tuple[KeyScope, str, str]:
        """Return (scope, resource id, environment id) of the resource that a key is requested for."""
        identifier, kind = str(resource.get("id") or ""), str(resource.get("kind") or "").casefold()
        if identifier.startswith("lkc-"):
            cluster = self._store.get(KafkaCluster, identifier)
            if cluster is None or cluster.phase is Phase.DELETING:
                raise NotFoundError(f"Kafka cluster {identifier} does not exist.", pointer="/spec/resource/id")
            return KeyScope.KAFKA, identifier, cluster.environment_id
        if identifier.startswith("lsrc-"):
            registry = require_found(
                self._store.get(SchemaRegistry, identifier), f"Schema Registry cluster {identifier} does not exist."
            )
            return KeyScope.SCHEMA_REGISTRY, identifier, registry.environment_id
        # Confluent's CLI names no kind; only a Flink key has an environment.
        if kind == "region" or (not kind and identifier and _environment_of(resource)):
            return self._region(identifier, _environment_of(resource))
        if kind in ("", "cloud") and identifier in ("", "cloud"):
            return KeyScope.CLOUD, "cloud", ""
        if "global" in (kind, identifier):
            return KeyScope.GLOBAL, "global", ""
        raise InvalidError(
            f"An API key cannot be made for {identifier or kind!r}. Give a Kafka cluster (lkc-...), a Schema Registry"
            " cluster (lsrc-...), a Flink region (kind Region, id such as aws.us-east-1), or nothing for a Cloud key.",
            pointer="/spec/resource",
        )

    def _region(self, identifier: str, environment_id: str) -> tuple[KeyScope, str, str]:
        # The official provider also sends the id prefixed with the environment: env-abc123.aws.us-east-1.
        parts = identifier.split(".")
        if parts[0].startswith("env-"):
            environment_id = environment_id or parts[0]
            parts = parts[1:]
        cloud, _, region = ".".join(parts).partition(".")
        check_region(cloud, region)
        if self._store.get(Environment, environment_id) is None:
            raise NotFoundError(
                f"Environment {environment_id!r} does not exist: a Flink key needs one.",
                pointer="/spec/resource/environment",
            )
        return KeyScope.FLINK, f"{cloud.lower()}.{region}", environment_id


def _environment_of(resource: dict[str, Any]) -> str:
    environment = resource.get("environment") or ""
    return str(environment.get("id") or "") if isinstance(environment, dict) else str(environment)
