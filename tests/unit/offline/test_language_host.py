"""What a program has to say: one diagnostic if it fails, and its own messages at their resources."""

from __future__ import annotations

import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2

from offline.plugins.language import host, program, virtualenv
from offline.plugins.language.diagnostics import Diagnostics


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


def info(folder: Path, **options: str) -> Any:
    made = language_pb2.ProgramInfo(root_directory=str(folder), program_directory=str(folder), entry_point=".")
    made.options.update(options)
    return made


class Context:
    """A gRPC call, as far as the host uses it."""

    def add_callback(self, _: Any) -> bool:
        return True

    def is_active(self) -> bool:
        return True


class TestVirtualenv:
    """`runtime.options.virtualenv` of Pulumi.yaml."""

    def test_this_host_s_own_environment_is_used_as_it_is(self, tmp_path: Path) -> None:
        assert virtualenv.interpreter(info(tmp_path)) == sys.executable
        (tmp_path / "link").symlink_to(sys.prefix)
        assert virtualenv.interpreter(info(tmp_path, virtualenv="link")) == sys.executable

    @pytest.mark.process
    def test_an_environment_without_the_sdk_is_one_sentence(self, tmp_path: Path) -> None:
        venv.create(tmp_path / "empty", with_pip=False)
        request = language_pb2.RunRequest(info=info(tmp_path, virtualenv="empty"))
        response = host.Host(None, "127.0.0.1:9").Run(request, Context())
        assert response.error.endswith("which Pulumi.yaml chooses: run `pulumi install`.")

    def test_one_that_is_not_there_is_one_sentence(self, tmp_path: Path) -> None:
        request = language_pb2.RunRequest(info=info(tmp_path, virtualenv="none"))
        response = host.Host(None, "127.0.0.1:9").Run(request, Context())
        assert "run `pulumi install`" in response.error

    @pytest.mark.process
    def test_install_makes_it(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("# nothing\n")
        said = "".join(virtualenv.install(info(tmp_path, virtualenv="made")))
        assert str(tmp_path / "made") in said
        assert (tmp_path / "made" / "bin" / "pip").exists()
        (tmp_path / "requirements.txt").write_text("--no-index\nno-such-package==1\n")
        with pytest.raises(virtualenv.VirtualenvError, match="no-such-package"):
            list(virtualenv.install(info(tmp_path, virtualenv="made")))

    def test_install_never_touches_another_python(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("no-such-package==1\n")
        with pytest.raises(virtualenv.VirtualenvError, match="No virtual environment is named"):
            list(virtualenv.install(info(tmp_path)))

    def test_another_toolchain_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(virtualenv.VirtualenvError, match="'poetry': write `toolchain: pip`"):
            virtualenv.interpreter(info(tmp_path, toolchain="poetry"))
