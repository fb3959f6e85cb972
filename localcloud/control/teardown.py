"""Deletes an environment with everything in it, as Confluent Cloud does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.core.errors import ConflictError, translated
from localcloud.control.core.resources import (
    ComputePool,
    Connection,
    KafkaCluster,
    Phase,
    RegistryMode,
    RoleBinding,
    SchemaRegistry,
)

if TYPE_CHECKING:
    from localcloud.control.access.api_keys import ApiKeys
    from localcloud.control.core.catalogs import Catalogs
    from localcloud.control.core.environments import Environments
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store
    from localcloud.control.flink.statements import Statements
    from localcloud.control.kafka.clusters import Clusters


class Teardown:
    """Deletes dependents before their dependencies. Idempotent: an interrupted deletion can be requested again."""

    def __init__(
        self,
        store: Store,
        plane: Plane,
        *,
        catalogs: Catalogs,
        environments: Environments,
        clusters: Clusters,
        statements: Statements,
        keys: ApiKeys,
    ) -> None:
        self._store, self._plane, self._catalogs = store, plane, catalogs
        self._environments, self._clusters, self._statements, self._keys = environments, clusters, statements, keys

    def delete_environment(self, environment_id: str) -> None:
        """Delete statements, connections, pools, connectors, clusters, registry, keys, role bindings, the environment.

        :class:`ConflictError`, with nothing deleted, for the default environment and one with a protected cluster.
        """
        environment = self._environments.get(environment_id)
        if environment.is_default:
            raise ConflictError(f"{environment_id} is the organization's default environment: it cannot be deleted.")
        clusters = self._store.all(KafkaCluster, environment_id)
        # All clusters are checked before anything is deleted: a refusal must leave everything as it was.
        for cluster in clusters:
            if cluster.deletion_protection:
                raise ConflictError(
                    f"Kafka cluster {cluster.id} in environment {environment_id} is protected from deletion: set its"
                    " deletion_protection to false first."
                )
        # Statements first: they write to the clusters and read the schemas.
        self._statements.delete_all(environment_id)
        for cluster in clusters:
            self._store.update(cluster, phase=Phase.DELETING)
            self._clusters.finish_deletion(cluster.id)
        for registry in self._store.all(SchemaRegistry, environment_id):
            with translated():
                self._plane.registry.delete(registry.id)
        self._keys.delete_where(lambda key: key.environment_id == environment_id)
        # With slashes around it, or env-1 would match the role bindings of env-12.
        place = f"/environment={environment_id}/"
        self._store.remove(
            *self._store.all(Connection, environment_id),
            *self._store.all(ComputePool, environment_id),
            *self._store.all(SchemaRegistry, environment_id),
            *self._store.all(RegistryMode, environment_id),
            *[binding for binding in self._store.all(RoleBinding) if place in f"{binding.crn_pattern}/"],
            environment,
        )
        self._catalogs.changed()
