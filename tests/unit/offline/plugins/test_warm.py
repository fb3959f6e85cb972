"""Forks in place of plugins: what the engine must not be able to tell apart."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest

from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.setup.warm import start_warm_plugins
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolchain.frontdoor.setup.warm import WarmPlugins

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere plugins are not forked"),
]

LAUNCHER = PROJECT / "offline" / "plugins" / "bin" / "pulumi-resource-random"
SECONDS = 60


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[WarmPlugins]:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    python = tmp_path / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    made = start_warm_plugins(Layout(PROJECT, tmp_path))
    yield made
    assert made.process
    if made.process.returncode is None:
        made.end()
    assert made.process.returncode is not None


def forks(warm: WarmPlugins) -> list[psutil.Process]:
    assert warm.process
    return psutil.Process(warm.process.pid).children()


@contextmanager
def launch(warm: WarmPlugins, *before: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*before, LAUNCHER, "127.0.0.1:1"],
        env={**os.environ, "PULUMIW_PYTHON": sys.executable, **warm.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=warm.descriptors,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def is_served(process: subprocess.Popen[str]) -> bool:
    """Whether somebody listens at the port that the plugin tells."""
    assert process.stdout
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(process.stdout.readline()))) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_launcher_ends_its_fork_quietly(warm: WarmPlugins, number: int) -> None:
    with launch(warm) as plugin:
        assert is_served(plugin)
        [fork] = forks(warm)
        assert fork.name() == "random"
        plugin.send_signal(number)
        assert plugin.communicate(timeout=SECONDS) == ("", "")
        assert plugin.returncode == 0
        fork.wait(SECONDS)


def test_a_fork_ends_with_its_launcher(warm: WarmPlugins) -> None:
    with launch(warm) as plugin:
        assert is_served(plugin)
        [fork] = forks(warm)
        plugin.kill()
        fork.wait(SECONDS)


def test_a_fork_ends_with_the_engine(warm: WarmPlugins) -> None:
    with launch(warm, "sh", "-c", '"$@"; true', "engine") as engine:
        assert is_served(engine)
        [launcher] = psutil.Process(engine.pid).children()
        [fork] = forks(warm)
        engine.kill()
        assert psutil.wait_procs([launcher, fork], SECONDS)[1] == []


def test_every_launcher_gets_a_fork_of_its_own(warm: WarmPlugins) -> None:
    with launch(warm) as one, launch(warm) as other:
        assert is_served(one)
        assert is_served(other)
        assert len(forks(warm)) == len((one, other))


def test_without_the_warm_process_the_launcher_is_the_plugin(warm: WarmPlugins) -> None:
    assert warm.process
    warm.process.send_signal(signal.SIGSTOP)
    with launch(warm) as plugin:
        warm.process.kill()
        assert is_served(plugin)
        assert "offline.plugins.random" in psutil.Process(plugin.pid).cmdline()
        plugin.terminate()
        assert plugin.communicate(timeout=SECONDS) == ("", "")


def test_the_warm_process_ends_before_its_forks_when_nobody_can_ask(warm: WarmPlugins) -> None:
    with launch(warm) as plugin:
        assert is_served(plugin)
        [fork] = forks(warm)
        warm.end()
        assert warm.process
        assert warm.process.returncode == 0
        assert fork.is_running()
        plugin.terminate()
        assert plugin.wait(SECONDS) == 0
