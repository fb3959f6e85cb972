"""The last `up` as a timeline, by what the cloud knows: when each resource was made, and when it was ready."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from localcloud.control.core.resources import ApiKey, KafkaCluster, Phase, RoleBinding, Statement
from localcloud.dataplane.interface import StatementPhase
from localcloud.ids import rfc3339

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from localcloud.control.core.resources import Resource

_PAUSE = timedelta(minutes=1)
"""Longer than the longest step of an `up` here: what was made after such a pause is of another one."""
_LONGEST = timedelta(minutes=10)
_USER = "u-"
_READY = frozenset({StatementPhase.COMPLETED, StatementPhase.RUNNING})


def last_run(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """Return the resources that an `up` made together most recently, the oldest first.

    What a person does between two of them is none: keys, and statements that run as a user or as the owner of a key.
    Those of the program run as an account that has no key.
    """
    ordered = sorted(resources, key=lambda one: one.created_at)
    owners = {one.owner_id for one in ordered if isinstance(one, ApiKey)}
    runs = (run for run in reversed(_runs(ordered)) if not all(_is_by_hand(one, owners) for one in run))
    return [_entry(one) for one in next(runs, [])]


def _runs(ordered: Sequence[Resource]) -> list[list[Resource]]:
    runs: list[list[Resource]] = []
    for one in ordered:
        if not runs or one.created_at - runs[-1][-1].created_at > _PAUSE:
            runs.append([])
        runs[-1].append(one)
    return runs


def _is_by_hand(resource: Resource, owners: Collection[str]) -> bool:
    if isinstance(resource, Statement):
        return resource.principal in owners or resource.principal.startswith(_USER)
    return isinstance(resource, ApiKey)


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
