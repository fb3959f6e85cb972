"""The state that a killed command left behind, as `pulumi stack export --show-secrets` prints it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Collection

_SIGNATURE = "4dabf18193072939515e22adb298388d"  # Pulumi's key for "this value is special"
_PROVIDER_TYPE = "pulumi:providers:"
_RANDOM_ID = "random:index/randomId:RandomId"
_SHORTEST_SUFFIX = 6  # hexadecimal digits: two stacks draw the same ones once in 16 million


def plain(value: Any) -> Any:
    """Return a value of the state with its secrets as plain values; a secret that is still encrypted is ``None``."""
    if isinstance(value, dict):
        if _SIGNATURE in value:
            return plain(json.loads(value["plaintext"])) if "plaintext" in value else None
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Resource:
    """A resource in the state, or one whose creation was interrupted.

    ``external``: the program only reads it (``Resource.get``), so a `destroy` does not delete it.
    """

    urn: str
    type: str
    id: str
    provider: str
    inputs: dict[str, Any] = field(repr=False)
    external: bool = False

    @classmethod
    def of(cls, data: dict[str, Any]) -> Resource:
        """Read one of the state's resources."""
        inputs = plain(data.get("inputs") or {})
        identity, provider = str(data.get("id", "")), data.get("provider", "")
        return cls(data["urn"], data["type"], identity, provider, inputs, external=bool(data.get("external")))

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rsplit("::", 1)[-1]

    def text(self, *path: str) -> str:
        """Return an input as text, empty if there is none; for example ``text("environment", "id")``."""
        value: Any = self.inputs
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Operation:
    """A pending operation; ``kind`` is Pulumi's ``creating``, ``deleting``, ``updating``, ..."""

    kind: str
    resource: Resource


class InterruptedState:
    """A state with pending operations, each of which the cloud may or may not have carried out."""

    def __init__(self, exported: dict[str, Any]) -> None:
        deployment = exported.get("deployment") or {}
        self.operations = [
            Operation(operation["type"], Resource.of(operation["resource"]))
            for operation in deployment.get("pending_operations") or []
        ]
        resources = deployment.get("resources") or []
        self.resources = [Resource.of(data) for data in resources]
        drawn = [str((data.get("outputs") or {}).get("hex", "")) for data in resources if data["type"] == _RANDOM_ID]
        self._suffixes = [mark for mark in drawn if len(mark) >= _SHORTEST_SUFFIX]
        self._saved = parse_time(deployment.get("manifest", {}).get("time", ""))

    def knows(self, kind: str, identity: str) -> bool:
        """Whether an object of type ``kind`` is a resource in the state; ``identity`` is its id or its fixed name."""
        return any(
            # Providers prefix some ids, for example "env-1/name".
            resource.type == kind and (resource.id == identity or resource.id.endswith(f"/{identity}"))
            for resource in self.resources
        )

    def owns(self, identity: str) -> bool:
        """Whether a resource that the stack manages, not one that it only reads, has this id."""
        return bool(identity) and any(one.id == identity and not one.external for one in self.resources)

    def has_own_suffix(self, name: str) -> bool:
        """Whether a name contains the random digits (``RandomId``) that this stack puts into its names."""
        return any(mark in name for mark in self._suffixes)

    def provider_settings(self, resource: Resource) -> dict[str, Any]:
        """Return the inputs of the provider that a resource belongs to."""
        urn = resource.provider.rsplit("::", 1)[0]
        return next((r.inputs for r in self.resources if r.urn == urn and r.type.startswith(_PROVIDER_TYPE)), {})

    def seconds_since_saved(self) -> float:
        """Return the seconds since the last operation started or ended; infinite if the state does not say."""
        return (datetime.now(UTC) - self._saved).total_seconds() if self._saved else math.inf


def without_pending_operations(
    exported: dict[str, Any], gone: Collection[tuple[str, str]], created_by_retry: Collection[str] = frozenset()
) -> dict[str, Any]:
    """Return an exported state without its pending operations and without the resources in ``gone``.

    ``gone``: URN and id, since a resource and its replacement have the same URN. ``created_by_retry``: URNs of
    resources that lose their ``initErrors``. The engine keeps the error of the failed attempt, and the next `up` would
    replace a healthy resource for it.
    """
    deployment = dict(exported["deployment"])
    deployment["pending_operations"] = []
    left = [r for r in deployment.get("resources") or [] if (r["urn"], r.get("id", "")) not in gone]
    deployment["resources"] = [
        _without_init_errors(resource) if resource["urn"] in created_by_retry else resource for resource in left
    ]
    return {**exported, "deployment": deployment}


def _without_init_errors(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "initErrors"}
