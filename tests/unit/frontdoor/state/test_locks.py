from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.locks import is_held, locked_at, remove_stale_locks

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process  # all: most of them start one


class Recorder(Prepared):
    """Remembers the Pulumi commands it is given."""

    commands: list[tuple[str, ...]]

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.commands.append(arguments)
        return subprocess.CompletedProcess(arguments, 0, "", "")


def dead_process() -> int:
    with subprocess.Popen(["true"]) as child:
        child.wait()
        return child.pid


def wait_for_death(process: int) -> None:
    deadline = time.monotonic() + 10
    while ") Z " not in Path(f"/proc/{process}/stat").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def prepared(layout: Layout, tmp_path: Path) -> Recorder:
    stack = Stack.read(Project.read(layout), "dev")
    made = Recorder(layout, stack, tmp_path / "pulumi", {}, None)
    object.__setattr__(made, "commands", [])
    return made


def lock(prepared: Recorder, content: dict[str, Any] | None) -> None:
    folder = prepared.layout.backend / ".pulumi/locks/organization/confluent-rag/dev"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "id.json").write_text("" if content is None else json.dumps(content))


def test_no_lock_costs_nothing(prepared: Recorder) -> None:
    remove_stale_locks(prepared)
    assert prepared.commands == []


def test_the_lock_of_a_dead_process_is_removed(prepared: Recorder) -> None:
    lock(prepared, {"pid": dead_process(), "hostname": socket.gethostname()})
    remove_stale_locks(prepared)
    assert prepared.commands == [("cancel", "--yes", "--stack", "dev")]


def test_a_lock_that_was_not_written_to_its_end_is_removed(prepared: Recorder) -> None:
    lock(prepared, None)
    remove_stale_locks(prepared)
    assert len(prepared.commands) == 1


def test_a_process_number_that_another_program_has_now(prepared: Recorder) -> None:
    lock(prepared, {"pid": os.getpid(), "hostname": socket.gethostname()})
    remove_stale_locks(prepared)
    assert len(prepared.commands) == 1


def test_a_dead_process_that_nobody_has_buried(prepared: Recorder, tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as zombie:
        zombie.kill()
        wait_for_death(zombie.pid)
        lock(prepared, {"pid": zombie.pid, "hostname": socket.gethostname()})
        remove_stale_locks(prepared)
    assert len(prepared.commands) == 1


def test_a_lock_of_another_machine_is_left_alone(prepared: Recorder) -> None:
    lock(prepared, {"pid": dead_process(), "hostname": "elsewhere"})
    remove_stale_locks(prepared)
    assert prepared.commands == []


def test_the_lock_of_a_living_pulumi_is_left_alone(prepared: Recorder, tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as living:
        lock(prepared, {"pid": living.pid, "hostname": socket.gethostname()})
        remove_stale_locks(prepared)
        living.kill()
    assert prepared.commands == []


def test_a_stack_is_held_by_a_living_pulumi_alone(prepared: Recorder, tmp_path: Path) -> None:
    assert not is_held(prepared)
    lock(prepared, {"pid": dead_process(), "hostname": socket.gethostname()})
    assert not is_held(prepared)
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as living:
        lock(prepared, {"pid": living.pid, "hostname": socket.gethostname()})
        assert is_held(prepared)
        living.kill()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"pid": 1, "timestamp": "2026-11-22T13:40:00Z"}, datetime(2026, 11, 22, 13, 40, tzinfo=UTC)),
        ({"pid": 1, "timestamp": "soon"}, None),
        ({"pid": 1}, None),
        (None, None),
    ],
)
def test_a_lock_tells_when_it_was_taken(
    prepared: Recorder, content: dict[str, Any] | None, expected: datetime | None
) -> None:
    assert locked_at(prepared) is None
    lock(prepared, content)
    assert locked_at(prepared) == expected
