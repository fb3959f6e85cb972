"""What can go wrong in a plugin, each with one sentence for a person."""

from __future__ import annotations

from typing import Any


class PluginError(Exception):
    """A call that failed; ``outputs`` is what is known of the object nevertheless."""

    def __init__(self, message: str, outputs: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.outputs = outputs or {}


class CancelledError(PluginError):
    """The engine asked to stop, or is gone."""

    def __init__(self) -> None:
        super().__init__("cancelled")


class IncompleteError(PluginError):
    """The object exists but is not what was asked for: the engine saves it, and the next ``up`` repairs it."""

    def __init__(self, resource_id: str, outputs: dict[str, Any], reason: str) -> None:
        super().__init__(reason, outputs)
        self.resource_id = resource_id
