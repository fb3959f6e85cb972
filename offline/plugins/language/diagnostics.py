"""The engine, as a program tells it what it has to say (``pulumirpc.Engine``)."""

from __future__ import annotations

from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class Diagnostics:
    """The service at ``address``, but for what ``pulumi.log.debug`` says.

    That is several lines a resource, for Pulumi's developers, each of them a request that the program waits for.
    """

    def __init__(self, address: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def Log(self, request: Any) -> None:  # noqa: N802 - the protocol names it
        """Show a message, at the resource whose URN it has, else at the stack."""
        if request.severity != engine_pb2.DEBUG:
            self._engine.Log(request)

    def __getattr__(self, name: str) -> Any:
        """Hand on whatever else the SDK asks."""
        return getattr(self._engine, name)
