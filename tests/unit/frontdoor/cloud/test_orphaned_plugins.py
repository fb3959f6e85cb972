"""Plugins that outlive a killed `pulumi` are ended, and nothing else is. With real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.cloud import orphaned_plugins
from toolchain.frontdoor.cloud.local_cloud import LocalCloud
from toolchain.frontdoor.cloud.orphaned_plugins import end_orphaned_plugins, end_own_plugins, mark_of_run
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.processes import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.process  # all: most of them start one

# A front door that starts a `pulumi`, which starts a plugin that outlives it, as the official ones do.
FRONT_DOOR = """
import os, subprocess, sys, time
from pathlib import Path
from toolchain.frontdoor.cloud.orphaned_plugins import mark_of_run
environment = {**os.environ, **mark_of_run(Path(sys.argv[1]))}
here = {"env": environment, "start_new_session": True, "stdout": subprocess.DEVNULL}
engine = subprocess.Popen(sys.argv[2:], **here)
print(engine.pid, flush=True)
engine.wait()
time.sleep(600)
"""
ENGINE = """#!/bin/sh
PATH=/usr/bin:/bin
{plugin} &
echo $! > "$1"
wait
"""


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphaned_plugins, "_UNDO_SECONDS", 0.0)
    monkeypatch.setattr(orphaned_plugins, "_GRACE_SECONDS", 2.0)


def alive(process: int) -> bool:
    return bool(program_of(process))


@contextmanager
def command(tmp_path: Path, project: Path, plugin: str = "sleep 600") -> Iterator[tuple[int, int, int]]:
    """Yield the processes of a front door, its `pulumi` and a plugin of that."""
    folder = tmp_path / f"run-{time.monotonic_ns()}"
    folder.mkdir()
    engine = folder / "pulumi"
    engine.write_text(ENGINE.format(plugin=plugin))
    engine.chmod(0o755)
    told = folder / "plugin.pid"
    front_door = subprocess.Popen(
        [sys.executable, "-c", FRONT_DOOR, str(project), str(engine), str(told)], stdout=subprocess.PIPE, text=True
    )
    assert front_door.stdout is not None
    engine_pid = int(front_door.stdout.readline())
    deadline = time.monotonic() + 20
    while not told.exists() or not told.read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    plugin_pid = int(told.read_text())
    while program_of(plugin_pid) == "pulumi":  # forked, and not yet the plugin
        assert time.monotonic() < deadline
        time.sleep(0.01)
    try:
        yield front_door.pid, engine_pid, plugin_pid
    finally:
        for left in (front_door.pid, engine_pid, plugin_pid):
            if alive(left):
                os.kill(left, signal.SIGKILL)
        front_door.communicate()


def kill(*processes: int) -> None:
    for process in processes:
        os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(map(alive, processes)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_killed_engines_plugin_is_ended(tmp_path: Path) -> None:
    project = tmp_path / "a clone"
    with command(tmp_path, project) as (front_door, engine, plugin):
        kill(front_door, engine)
        assert alive(plugin)
        assert end_orphaned_plugins(project) == 1
        assert not alive(plugin)


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    project = tmp_path / "a clone"
    with command(tmp_path, project, "sh -c 'trap : TERM; while :; do sleep 1; done'") as (front_door, engine, plugin):
        kill(front_door, engine)
        end_orphaned_plugins(project)
        assert not alive(plugin)


def test_cloud_stop_and_reset_know_them(tmp_path: Path) -> None:
    for way in ("stop", "reset"):
        layout = Layout(tmp_path / "a clone", tmp_path / "home")
        (layout.project / ".local").mkdir(parents=True, exist_ok=True)
        with command(tmp_path, layout.project) as (front_door, engine, plugin):
            kill(front_door, engine)
            getattr(LocalCloud(layout, "http://127.0.0.1:9"), way)()
            assert not alive(plugin)


@pytest.mark.parametrize("killed", ["nobody", "the front door"])
def test_a_running_engine_keeps_its_plugins(tmp_path: Path, killed: str) -> None:
    project = tmp_path / "a clone"
    with command(tmp_path, project) as (front_door, engine, plugin):
        if killed == "the front door":
            os.kill(front_door, signal.SIGKILL)
        assert end_orphaned_plugins(project) == 0
        assert alive(engine)
        assert alive(plugin)


def test_another_clones_are_left_alone(tmp_path: Path) -> None:
    with command(tmp_path, tmp_path / "a clone") as (front_door, engine, plugin):
        kill(front_door, engine)
        assert end_orphaned_plugins(tmp_path / "a") == 0
        assert end_orphaned_plugins(tmp_path / "another") == 0
        assert alive(plugin)


def test_a_front_door_ends_what_its_own_engine_has_left(tmp_path: Path) -> None:
    project = tmp_path / "a clone"
    with subprocess.Popen(["sleep", "600"], env={**os.environ, **mark_of_run(project)}) as plugin:
        assert end_orphaned_plugins(project) == 0  # the front door, this process, may still start another engine
        assert plugin.poll() is None
        end_own_plugins(project)
        assert plugin.wait(20) == -signal.SIGTERM


def test_no_plugins_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphaned_plugins, "_UNDO_SECONDS", 600.0)
    assert end_orphaned_plugins(tmp_path) == 0
