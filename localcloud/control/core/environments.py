"""Environments and their Schema Registry clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import ConflictError, InvalidError, require_found
from localcloud.control.core.resources import Environment, SchemaRegistry
from localcloud.ids import new_id

if TYPE_CHECKING:
    from localcloud.control.core.catalogs import Catalogs
    from localcloud.control.core.resources import KafkaCluster
    from localcloud.control.core.store import Store

PACKAGES = ("ESSENTIALS", "ADVANCED")
REGISTRY_NAME = "Stream Governance Package"
MAX_NAME = 64


class Environments:
    """Environments. ``default`` exists from the start, as in every organization of Confluent Cloud."""

    def __init__(self, store: Store, catalogs: Catalogs) -> None:
        self._store = store
        self._catalogs = catalogs
        if not store.all(Environment):
            self._add(_environment("default", "ESSENTIALS", is_default=True))

    def create(self, name: str, package: str | None) -> Environment:
        """Create an environment; ``package`` of Stream Governance, ``None`` for ESSENTIALS."""
        environment = _environment(name, package or "ESSENTIALS")
        self._add(environment)
        self._catalogs.changed()
        return environment

    def all(self) -> list[Environment]:
        """All environments."""
        return self._store.all(Environment)

    def get(self, environment_id: str) -> Environment:
        """The environment of that id, else :class:`NotFoundError`."""
        return require_found(
            self._store.get(Environment, environment_id), f"Environment {environment_id} does not exist."
        )

    def update(self, environment_id: str, values: dict[str, Any]) -> Environment:
        """Change ``name`` or ``package``. Like the cloud, refuses the downgrade of a package."""
        with self._store.transaction():
            environment = self.get(environment_id)
            changed = environment.changed(**values)
            self._check(changed)
            if PACKAGES.index(changed.package) < PACKAGES.index(environment.package):
                raise InvalidError(
                    f"Stream Governance cannot be downgraded from {environment.package} to {changed.package}.",
                    pointer="/stream_governance_config/package",
                )
            self._store.update(environment, **values)
        self._catalogs.changed()
        return changed

    def registries(self, environment_id: str) -> list[SchemaRegistry]:
        """The Schema Registry of an environment, as a list: empty before the environment's first cluster."""
        return self._store.all(SchemaRegistry, self.get(environment_id).id)

    def registry(self, registry_id: str) -> SchemaRegistry:
        """One Schema Registry."""
        return require_found(
            self._store.get(SchemaRegistry, registry_id), f"Schema Registry cluster {registry_id} does not exist."
        )

    def ensure_registry(self, cluster: KafkaCluster) -> None:
        """Create the Schema Registry of the cluster's environment if this is its first cluster."""
        with self._store.transaction():
            if not self._store.all(SchemaRegistry, cluster.environment_id):
                registry = SchemaRegistry(
                    id=new_id("lsrc"),
                    name=REGISTRY_NAME,
                    environment_id=cluster.environment_id,
                    cloud=cluster.cloud,
                    region=cluster.region,
                )
                self._store.add(registry)

    def _add(self, environment: Environment) -> None:
        with self._store.transaction():
            self._check(environment)
            self._store.add(environment)

    def _check(self, environment: Environment) -> None:
        if not environment.name or len(environment.name) > MAX_NAME:
            raise InvalidError(
                f"display_name must have 1 to {MAX_NAME} characters, not {len(environment.name)}.",
                pointer="/display_name",
            )
        if environment.package not in PACKAGES:
            raise InvalidError(
                f"Stream Governance package {environment.package!r} is unknown: use {' or '.join(PACKAGES)}.",
                pointer="/stream_governance_config/package",
            )
        if any(other.id != environment.id and other.name == environment.name for other in self.all()):
            raise ConflictError(f"Environment name {environment.name!r} is already in use.", pointer="/display_name")


def _environment(name: str, package: str, *, is_default: bool = False) -> Environment:
    identifier = new_id("env")
    return Environment(id=identifier, environment_id=identifier, name=name, package=package, is_default=is_default)
