from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.foreground import run
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_exit_status_is_handed_on(script: str, status: int, tmp_path: Path) -> None:
    assert run(["/bin/sh", "-c", script], os.environ, tmp_path) == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_program_once(number: signal.Signals, tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import signal, sys, time
        seen = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: seen.append(number))
        print("ready", flush=True)
        end = time.monotonic() + 20
        while not seen and time.monotonic() < end: time.sleep(0.02)
        time.sleep(0.5)
        print([int(number) for number in seen], flush=True)
        sys.exit(5)
    """)
    wrapper = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        from toolchain.frontdoor.hall.foreground import run
        sys.exit(run([sys.executable, "-c", sys.argv[1]], os.environ, Path(sys.argv[2])))
    """)
    with subprocess.Popen(
        [sys.executable, "-c", wrapper, program, str(tmp_path)],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as front_door:
        assert front_door.stdout
        assert front_door.stdout.readline() == "ready\n"
        front_door.send_signal(number)
        front_door.send_signal(signal.SIGINT)
        rest = front_door.stdout.read()
    assert front_door.returncode == 5
    assert rest.count(str(int(number))) == 1
