"""Which processes are marked, and whether they run: by /proc, and by `ps` where there is none. With real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall import processes
from toolchain.frontdoor.hall.processes import marked, program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process

MARK = "TEST_PROCESSES=/a folder/of its own"


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    name, _, value = MARK.partition("=")
    with subprocess.Popen(["sleep", "60"], env={"A": "b", name: f"{value}#12", "Z": "last"}) as started:
        yield started
        started.kill()


def test_the_rest_of_the_variable_is_told(sleeper: subprocess.Popen[bytes]) -> None:
    assert marked(f"{MARK}#") == {sleeper.pid: "12"}
    assert marked(MARK) == {sleeper.pid: "#12"}
    assert marked("PROCESSES=/a folder") == {}


def test_a_process_runs_until_it_has_ended(sleeper: subprocess.Popen[bytes]) -> None:
    assert program_of(sleeper.pid) == "sleep"
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # ended, and nobody has taken its status
    assert program_of(sleeper.pid) == ""
    sleeper.wait()
    assert program_of(sleeper.pid) == ""


class TestWithoutProc:
    """As on macOS, whose `ps -E` shows the environment after the command."""

    LINES = f"  7 sleep 60 A=b {MARK}#12 Z=last\n 8 sleep 60 {MARK}\n 9 sleep OTHER_{MARK}\n"

    @pytest.fixture(autouse=True)
    def _ps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(processes, "_HAS_PROC", False)

    def test_the_rest_of_the_variable_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        done = subprocess.CompletedProcess([], 0, self.LINES, "")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
        assert marked(MARK) == {7: "#12", 8: ""}
        assert marked(f"{MARK}#") == {7: "12"}

    def test_a_process_runs_until_it_has_ended(self, sleeper: subprocess.Popen[bytes]) -> None:
        assert program_of(sleeper.pid) == "sleep"
        assert program_of(os.getpid()).startswith("py") or program_of(os.getpid()) in sys.executable
        sleeper.kill()
        sleeper.wait()
        assert program_of(sleeper.pid) == ""
