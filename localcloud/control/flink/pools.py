"""Flink compute pools: shares of the one Flink process. A pool only limits the number of running statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import InvalidError, require_found
from localcloud.control.core.regions import check_region
from localcloud.control.core.resources import ComputePool, Phase
from localcloud.ids import new_id

if TYPE_CHECKING:
    from localcloud.control.core.environments import Environments
    from localcloud.control.core.store import Store
    from localcloud.control.faults.injection import Faults
    from localcloud.control.flink.admission import Admission
    from localcloud.control.flink.statements import Statements

CFUS = (5, 10, 20, 30, 40, 50)


class ComputePools:
    """Compute pools of all environments."""

    def __init__(
        self,
        store: Store,
        *,
        environments: Environments,
        statements: Statements,
        admission: Admission,
        faults: Faults,
    ) -> None:
        self._store = store
        self._admission = admission
        self._faults = faults
        self._environments = environments
        self._statements = statements

    def create(self, environment_id: str, *, cloud: str, region: str, **values: Any) -> ComputePool:
        """Create a pool; ``values``: ``name``, ``max_cfu``, ``default_pool``, ``enable_ai``."""
        check_region(cloud, region)
        environment = self._environments.get(environment_id)
        pool = ComputePool(id=new_id("lfcp"), environment_id=environment.id, cloud=cloud, region=region, **values)
        _check(pool)
        self._store.add(pool)
        return pool

    def all(self, environment_id: str) -> list[ComputePool]:
        """The pools of an environment."""
        return self._store.all(ComputePool, self._environments.get(environment_id).id)

    def get(self, pool_id: str, environment_id: str | None = None) -> ComputePool:
        """The pool of that id, else :class:`NotFoundError`."""
        pool = self._store.get(ComputePool, pool_id)
        if pool is not None and environment_id not in (None, pool.environment_id):
            pool = None
        return require_found(pool, f"The compute pool {pool_id} was not found.")

    def update(self, pool_id: str, environment_id: str, values: dict[str, Any]) -> ComputePool:
        """Change ``name``, ``max_cfu`` (only upwards) or ``default_pool``."""
        with self._store.transaction():
            pool = self.get(pool_id, environment_id)
            changed = pool.changed(**values)
            _check(changed)
            if changed.max_cfu < pool.max_cfu:
                raise InvalidError(
                    f"max_cfu can only be increased: it is {pool.max_cfu}, not more than {changed.max_cfu}.",
                    pointer="/spec/max_cfu",
                )
            self._store.update(pool, **values)
        return changed

    def delete(self, pool_id: str, environment_id: str) -> None:
        """Delete a pool; its running statements are stopped."""
        pool = self.get(pool_id, environment_id)
        self._statements.stop_all_in(pool.id, environment_id)
        self._store.remove(pool)

    def phase(self, pool: ComputePool) -> Phase:
        """PROVISIONED at once, or PROVISIONING while a fault rule delays it."""
        return Phase.PROVISIONING if self._faults.is_provisioning("pool", pool.created_at) else Phase.PROVISIONED

    def current_cfu(self, pool: ComputePool) -> int:
        """CFUs in use: one per running statement."""
        return len(self._admission.running_in(pool.id, pool.environment_id))


def _check(pool: ComputePool) -> None:
    if not pool.name:
        raise InvalidError("display_name must not be empty.", pointer="/spec/display_name")
    if pool.max_cfu not in CFUS:
        raise InvalidError(
            f"max_cfu must be one of {', '.join(map(str, CFUS))}, not {pool.max_cfu}.", pointer="/spec/max_cfu"
        )
