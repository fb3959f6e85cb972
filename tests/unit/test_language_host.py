"""What a program that fails has to say, in one diagnostic."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pytest

from toolchain.plugins.language import program


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
