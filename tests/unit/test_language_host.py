"""What a program has to say: one diagnostic if it fails, and its own messages at their resources."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from toolchain.plugins.language import program
from toolchain.plugins.language.diagnostics import Diagnostics


@pytest.mark.parametrize(
    ("error", "diagnostic"),
    [
        (pulumi.RunError("The region is wrong."), "The region is wrong."),
        (Exception("invoke of x failed: returned an error: grpc: the client connection is closing"), ""),
        (ValueError("no"), "Program failed with an unhandled exception:"),
    ],
    ids=["the program's own", "an invoke that the engine's end cut off", "any other"],
)
def test_a_failure_is_told_once(monkeypatch: pytest.MonkeyPatch, error: Exception, diagnostic: str) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(program, "_in_loop", fail)
    said = program._failure(4, Path("__main__.py"), Path())
    assert said is not None
    assert said.startswith(diagnostic)
    assert bool(said) is bool(diagnostic)


def test_a_program_s_messages_reach_the_engine_but_for_the_sdk_s_own() -> None:
    shown: list[tuple[int, str, str]] = []

    class Engine(engine_pb2_grpc.EngineServicer):
        def Log(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol names it
            shown.append((request.severity, request.message, request.urn))
            return empty_pb2.Empty()

    server = grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        engine = Diagnostics(f"127.0.0.1:{port}")
        for severity in (engine_pb2.DEBUG, engine_pb2.INFO, engine_pb2.ERROR):
            engine.Log(engine_pb2.LogRequest(severity=severity, message="told", urn="urn:x"))
    finally:
        server.stop(1).wait()
    assert shown == [(engine_pb2.INFO, "told", "urn:x"), (engine_pb2.ERROR, "told", "urn:x")]
