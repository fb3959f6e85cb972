"""Imitates the official provider's fixed waits, to compare dependency graphs (``./pulumiw bench makespan``).

Off unless ``CONFLUENTCLOUD_OFFICIAL_WAITS`` is a factor, such as ``1`` or ``0.1``. The figures are the seconds until a
creation returns although the server is ready immediately: sleeps and first polls, measured on version 2.87.0.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from offline.plugins.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "CONFLUENTCLOUD_OFFICIAL_WAITS"

_SECONDS = {
    "KafkaCluster": 10.0,
    "FlinkComputePool": 5.0,
    "RoleBinding": 90.0,
    "KafkaTopic": 10.0,
    "KafkaAcl": 10.0,
    "Connector": 185.0,
    "FlinkStatement": 5.0,
}
_API_KEY_SECONDS = {"cmk": 120.0, "srcm": 60.0, "fcpm": 60.0}
_CLOUD_API_KEY_SECONDS = 15.0


def official_wait(kind: str, inputs: Mapping[str, Any]) -> float:
    """Return the minimum seconds of a creation, for a ``kind`` such as ``KafkaCluster``; 0 if the waits are off."""
    factor = _factor()
    return factor * _seconds(kind, inputs) if factor else 0.0


def _factor() -> float:
    given = os.environ.get(VARIABLE, "0")
    try:
        return float(given)
    except ValueError:
        raise PluginError(f"{VARIABLE} must be a number such as 0.1, not {given!r}") from None


def _seconds(kind: str, inputs: Mapping[str, Any]) -> float:
    if inputs.get("disableWaitForReady"):
        return 0.0
    if kind != "ApiKey":
        return _SECONDS.get(kind, 0.0)
    managed = inputs.get("managedResource")
    if not managed:
        return _CLOUD_API_KEY_SECONDS
    return _API_KEY_SECONDS.get(str(managed["apiVersion"]).partition("/")[0], 0.0)
