"""Errors of a plugin, each with one sentence for the user."""

from __future__ import annotations

from typing import Any


class PluginError(Exception):
    """A failed call. ``outputs``: known outputs of the object in spite of it."""

    def __init__(self, message: str, outputs: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.outputs = outputs or {}


class CancelledError(PluginError):
    """The engine has cancelled the call, or has died."""

    def __init__(self) -> None:
        super().__init__("cancelled")


class IncompleteError(PluginError):
    """The object exists but is not ready or not as requested. The engine saves it; the next ``up`` repairs it."""

    def __init__(self, resource_id: str, outputs: dict[str, Any], reason: str) -> None:
        super().__init__(reason, outputs)
        self.resource_id = resource_id
