"""Starting: what is refused before anything runs. (Running processes are the integration tests' subject.)"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from localcloud.__main__ import main
from localcloud.serve import JARS_UNUSABLE, PORT_TAKEN, STATE_UNUSABLE, _claimed
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """Put back what serving changes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def serve(state: Path, port: int) -> int:
    """Run the command line, which must be refused."""
    return main(["serve", "--state", str(state), "--port", str(port), "--jars", str(state)])


def test_a_port_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert serve(tmp_path, port) == PORT_TAKEN
    said = capsys.readouterr().err
    assert f"Port {port} is taken" in said
    assert "confluentcloud:endpoint" in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_state_folder_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state").write_text("in the way")
    assert serve(tmp_path / "state", free_port()) == STATE_UNUSABLE
    said = capsys.readouterr().err
    assert str(tmp_path / "state") in said
    assert said.count("\n") == 1


def test_a_state_folder_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _claimed(tmp_path):
        assert serve(tmp_path, free_port()) == STATE_UNUSABLE
    said = capsys.readouterr().err
    assert f"process {os.getpid()}" in said
    assert said.count("\n") == 1


def test_jars_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jars, port = tmp_path / "jars", free_port()
    assert (
        main(["serve", "--state", str(tmp_path / "state"), "--port", str(port), "--jars", str(jars)]) == JARS_UNUSABLE
    )
    said = capsys.readouterr().err
    assert f"{jars} cannot be read (No such file or directory)" in said
    assert said.count("\n") == 1


def test_broken_credentials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "credentials.json").write_text("{}")
    assert serve(tmp_path, free_port()) == STATE_UNUSABLE
    assert "credentials.json" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none(tmp_path: Path, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--state", str(tmp_path), "--port", port, "--jars", str(tmp_path)])
    assert "1 to 65535" in capsys.readouterr().err
