"""Children of the local cloud: started, stopped, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from localcloud import logs
from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.process.orphans import MARK
from localcloud.dataplane.process.processes import ProcessHost
from toolchain.frontdoor.cloud.own_processes import marked_processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.process  # all: most of them start one

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ProcessHost]:
    made = ProcessHost(tmp_path)
    yield made
    made.close()


def test_a_child_runs_is_listed_and_stops(host: ProcessHost) -> None:
    child = host.start("sleeper", SLEEP)
    assert host.is_alive("sleeper")
    assert eventually(lambda: host.log("sleeper").read_text() == "up\n")
    (info,) = host.infos()
    assert (info.name, info.pid) == ("sleeper", child.pid)
    assert info.resident_bytes > 1_000_000
    host.stop("sleeper")
    assert child.returncode == -signal.SIGTERM
    assert not host.is_alive("sleeper")
    assert host.infos() == []


def test_a_killed_child_is_not_alive_though_the_thread_that_waits_for_it_has_not_seen_it_end(host: ProcessHost) -> None:
    child = host.start("sleeper", SLEEP)
    lock = child._waitpid_lock  # type: ignore[attr-defined]
    lock.acquire()  # as a thread in `child.wait()` does: meanwhile `poll` says None
    child.kill()
    assert eventually(lambda: is_gone(child.pid))
    threading.Timer(0.3, lock.release).start()
    assert not host.is_alive("sleeper")
    assert host.infos() == []


def test_a_child_that_ignores_sigterm_is_killed_after_the_grace(host: ProcessHost) -> None:
    child = host.start("stubborn", STUBBORN)
    assert eventually(lambda: "up" in host.log_tail("stubborn"))
    host.stop("stubborn", grace=0.2)
    assert child.returncode == -signal.SIGKILL


def test_the_environment_is_handed_over_and_kept_out_of_the_arguments(host: ProcessHost) -> None:
    child = host.start("printer", [sys.executable, "-c", "import os; print(os.environ['TOKEN'])"], env={"TOKEN": "s3"})
    child.wait(10)
    assert host.log_tail("printer") == "s3"
    assert not host.is_alive("printer")


def test_each_start_has_a_log_of_its_own(host: ProcessHost) -> None:
    for run in "abcde":
        host.start("writer", [sys.executable, "-c", f"print('{run}')"]).wait(10)
    host.stop("writer")
    folder = host.log("writer").parent
    assert [file.read_text().strip() for file in sorted(folder.iterdir())] == ["e", "d", "c", "b"]


def test_a_log_that_is_full_makes_room_while_its_child_runs(host: ProcessHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES", 1000)
    host.start("writer", [sys.executable, "-c", "for line in range(2000): print(f'line {line:05}')"]).wait(10)
    assert host.log_tail("writer", 1) == "line 01999"
    files = sorted(host.log("writer").parent.iterdir())
    assert [file.name for file in files] == ["writer.log", *(f"writer.log.{age}" for age in (1, 2, 3))]
    assert all(file.stat().st_size <= 1000 for file in files)


def test_a_line_without_an_end_is_cut_and_not_kept_in_memory(host: ProcessHost) -> None:
    host.start("writer", [sys.executable, "-c", "print('x' * 200_000)"]).wait(10)
    host.stop("writer")
    lines = host.log("writer").read_text().splitlines()
    assert [len(line) for line in lines] == [65536, 65536, 65536, 3392]


def test_a_program_that_does_not_exist_is_named(host: ProcessHost) -> None:
    with pytest.raises(DataPlaneError, match="no-such-program was not found"):
        host.start("nobody", ["no-such-program"])


@pytest.mark.parametrize("name", ["../escape", "", "a/b", "A"])
def test_a_name_never_becomes_another_path(host: ProcessHost, name: str) -> None:
    with pytest.raises(DataPlaneError, match="cannot name a process"):
        host.start(name, SLEEP)


def test_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataPlaneError, match="cannot be used"):
        ProcessHost(tmp_path / "file")


@pytest.mark.skipif(sys.platform != "linux", reason="the parent death signal is Linux's")
def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert not is_gone(child)
    parent.kill()
    parent.wait()
    assert eventually(lambda: is_gone(child))


PARENT = f"""
import pathlib, sys, threading, time
from localcloud.dataplane.process.processes import ProcessHost
host = ProcessHost(pathlib.Path(sys.argv[1]))
# From a thread that ends: the child must outlive it all the same.
starter = threading.Thread(target=lambda: print(host.start("sleeper", {SLEEP!r}).pid, flush=True))
starter.start()
starter.join()
time.sleep(60)
"""


def marked(state: Path) -> subprocess.Popen[bytes]:
    """Start what a crashed local cloud with that state folder could have left."""
    return subprocess.Popen(SLEEP, env={**os.environ, MARK: str(state)}, stdout=subprocess.DEVNULL)


def test_an_orphan_of_a_crashed_run_is_ended_by_the_next(tmp_path: Path) -> None:
    orphan = marked(tmp_path)
    ProcessHost(tmp_path).close()
    assert is_gone(orphan.pid)
    orphan.wait()


def test_a_child_of_another_state_folder_is_left_alone(tmp_path: Path) -> None:
    other = marked(tmp_path / "other")
    ProcessHost(tmp_path).close()
    assert other.poll() is None
    other.kill()
    other.wait()


def test_the_process_that_starts_the_host_is_no_orphan_although_it_is_marked(tmp_path: Path) -> None:
    code = "import sys, pathlib; from localcloud.dataplane.process.orphans import end_orphans; "
    code += "end_orphans(pathlib.Path(sys.argv[1]))"
    launcher = [
        sys.executable,
        "-c",
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}, sys.argv[1]])",
    ]
    done = subprocess.run([*launcher, str(tmp_path)], env={**os.environ, MARK: str(tmp_path)}, check=False)
    assert done.returncode == 0


def test_children_have_the_mark_by_which_the_front_door_finds_them(host: ProcessHost, tmp_path: Path) -> None:
    child = host.start("sleeper", SLEEP)
    assert marked_processes(tmp_path) == {child.pid}
