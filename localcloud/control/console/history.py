"""The last `up` as a timeline, by what the cloud knows: when each resource was made, and when it was ready."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from localcloud.control.core.resources import KafkaCluster, Phase, RoleBinding, Statement
from localcloud.dataplane.interface import StatementPhase
from localcloud.ids import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from localcloud.control.core.resources import Resource

_PAUSE = timedelta(minutes=1)
"""Longer than the longest step of an `up` here: what was made after such a pause is of another one."""
_LONGEST = timedelta(minutes=10)
_READY = frozenset({StatementPhase.COMPLETED, StatementPhase.RUNNING})


def last_run(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """Return the resources that were made together most recently, the oldest first."""
    ordered = sorted(resources, key=lambda one: one.created_at)
    first = 0
    for at in range(1, len(ordered)):
        if ordered[at].created_at - ordered[at - 1].created_at > _PAUSE:
            first = at
    return [_entry(one) for one in ordered[first:]]


def _entry(resource: Resource) -> dict[str, Any]:
    binding = resource if isinstance(resource, RoleBinding) else None
    ready = _ready_at(resource)
    return {
        "kind": resource.kind,
        "id": resource.id,
        "name": binding.role_name if binding else resource.name or resource.id,
        "of": binding.principal.removeprefix("User:") if binding else "",
        "from": rfc3339(resource.created_at),
        "to": rfc3339(ready) if ready else None,
    }


def _ready_at(resource: Resource) -> datetime | None:
    """Return when a resource became ready, if it was not ready at once; ``None`` if that is not known."""
    is_ready = (isinstance(resource, KafkaCluster) and resource.phase is Phase.PROVISIONED) or (
        isinstance(resource, Statement) and resource.phase in _READY and not resource.faults and resource.version == 1
    )
    took = resource.updated_at - resource.created_at
    return resource.updated_at if is_ready and took < _LONGEST else None
