"""The base of this provider's resources."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any

from offline.plugins.confluentcloud.waits import official_wait
from offline.plugins.errors import PluginError
from offline.plugins.resource import DETAIL, PHASE, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from offline.plugins.call import Call
    from offline.plugins.confluentcloud.session import Session
    from offline.plugins.wire import Values

GONE = (403, 404)
"""Statuses of a GET for a deleted object. 403 is one: the control plane and Flink hide objects without read rights."""


class CloudResource(Resource, ABC):
    """A resource that calls Confluent Cloud's API through the provider's session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def least_seconds(self, inputs: Values) -> float:
        """Return the official provider's wait in seconds, if ``CONFLUENTCLOUD_OFFICIAL_WAITS`` asks for it."""
        return official_wait(self.token.rpartition(":")[2], inputs)


def wait_until_provisioned(call: Call, get: Callable[[], Mapping[str, Any]], what: str, default_seconds: float) -> None:
    """Wait for ``status.phase`` to go from PROVISIONING to PROVISIONED."""

    def probe() -> bool | None:
        status = get().get("status") or {}
        phase = status.get("phase")
        if phase == "PROVISIONED":
            return True
        if phase == "PROVISIONING":
            return None
        raise failed(what, str(phase or "without a phase"), str(status.get("error_message") or ""))

    call.wait(probe, f"{what} is still PROVISIONING", default_seconds)


def failed(what: str, phase: str, detail: str) -> PluginError:
    """Return the error for an object in a final failed phase; phase and detail go into the state."""
    message = f"{what} is {phase}: {detail}" if detail else f"{what} is {phase}"
    return PluginError(message, {PHASE: phase, DETAIL: detail})


def changed(new: Mapping[str, Any], names: Mapping[str, str], touches: Callable[..., bool]) -> dict[str, Any]:
    """Return API name -> new value of the properties that differ; a removed one is ""."""
    return {api: new.get(name, "") for name, api in names.items() if touches(name)}
