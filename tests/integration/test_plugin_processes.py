"""The executables: how they start and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from workshop.clone import PROJECT

BIN = PROJECT / "offline" / "plugins" / "bin"
pytestmark = pytest.mark.integration

PLUGINS = ("pulumi-resource-random", "pulumi-resource-confluentcloud", "pulumi-language-python")
SECONDS = 20
NO_ENGINE = "127.0.0.1:9"
KILLED_PARENT = """
import os, subprocess, sys
plugin = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
plugin.stdout.readline()
print(plugin.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def start(name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(BIN / name), NO_ENGINE],
        env={**os.environ, "PULUMIW_PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("name", PLUGINS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_its_port_and_ends_quietly_on_a_signal(name: str, number: signal.Signals) -> None:
    with start(name) as plugin:
        assert plugin.stdout is not None
        assert 0 < int(plugin.stdout.readline()) < 65536
        plugin.send_signal(number)
        _, stderr = plugin.communicate(timeout=SECONDS)
    assert (plugin.returncode, stderr) == (0, "")


@pytest.mark.parametrize("name", PLUGINS)
def test_it_ends_when_nobody_reads_its_port(name: str) -> None:
    with start(name) as plugin:
        assert plugin.stdout is not None
        plugin.stdout.close()
        assert plugin.wait(SECONDS) == 0


@pytest.mark.parametrize("name", PLUGINS)
def test_it_ends_with_a_parent_that_was_killed(name: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", KILLED_PARENT, str(BIN / name), NO_ENGINE],
        env={**os.environ, "PULUMIW_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert parent.returncode == -signal.SIGKILL
    try:
        psutil.Process(int(parent.stdout)).wait(SECONDS)
    except psutil.NoSuchProcess:
        return  # it was faster than we looked
