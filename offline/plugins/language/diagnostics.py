"""The engine's logging service (``pulumirpc.Engine``), for the program."""

from __future__ import annotations

from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class Diagnostics:
    """The logging service at ``address``, without the messages of ``pulumi.log.debug``.

    The SDK logs several of them per resource, for Pulumi's own developers, and the program waits for each request.
    """

    def __init__(self, address: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def Log(self, request: Any) -> None:  # noqa: N802 - the protocol names it
        """Log a message at the resource of its URN, or at the stack; drop it if it is a debug message."""
        if request.severity != engine_pb2.DEBUG:
            self._engine.Log(request)

    def __getattr__(self, name: str) -> Any:
        """Forward all other calls of the SDK."""
        return getattr(self._engine, name)
