"""One command on several stacks at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.commands import several
from toolchain.frontdoor.commands.several import run_several
from toolchain.frontdoor.hall.arguments import several_stacks, without_stacks
from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process  # all: most of them start one

WRAPPER = """\
import sys
stack = sys.argv[-1]
print("first line of " + stack)
print("arguments: " + " ".join(sys.argv[1:]), file=sys.stderr)
sys.exit({"a": 0, "long-name": 3, "c": 1}[stack])
"""


@pytest.mark.parametrize(
    ("line", "stacks", "others"),
    [
        ("up --yes -s a -s b", ["a", "b"], "up --yes"),
        ("--stack=a up -sb --stack c -y", ["a", "b", "c"], "up -y"),
        ("up -C=-s -s a --color never", ["a"], "up -C=-s --color never"),
        ("up -s a -- -s b", ["a"], "up -- -s b"),
        ("up", [], "up"),
    ],
)
def test_stacks_are_told_from_other_arguments(line: str, stacks: list[str], others: str) -> None:
    assert several_stacks(line.split()) == stacks
    assert without_stacks(line.split()) == others.split()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("config -s a -s b", "`config` works on one stack"),
        ("up --yes -s a -s a", "named twice"),
        ("up -s a -s b", "add --yes"),
        ("destroy -s a -s b", "add --yes"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_starts(layout: Layout, line: str, sentence: str) -> None:
    with pytest.raises(Failure, match=sentence):
        run_several(layout, line.split())


def test_lines_carry_the_stack_and_the_worst_status_is_returned(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (layout.project / "pulumiw").write_text(WRAPPER)
    prepared: list[str] = []
    monkeypatch.setattr(several, "prepare", lambda _, request, **__: prepared.append(request.stack))
    status = run_several(layout, ["up", "--yes", "-s", "a", "-s", "long-name", "-s", "c"])
    assert status == 3
    assert prepared == ["a", "long-name", "c"]
    said = capfd.readouterr()
    lines = said.out.splitlines()
    assert "a         | first line of a" in lines
    assert "long-name | arguments: up --yes --stack long-name" in lines
    assert len(lines) == 6
    assert said.err.splitlines() == [
        "pulumiw: up of stack long-name failed (exit status 3).",
        "pulumiw: up of stack c failed (exit status 1).",
    ]


def test_a_signal_reaches_every_stack(layout: Layout, tmp_path: Path) -> None:
    (layout.project / "pulumiw").write_text(
        "import pathlib, signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        f"pathlib.Path({str(tmp_path)!r}, sys.argv[-1] + '.up').touch()\n"
        "signal.pause()\n"
    )
    program = (
        "import sys\n"
        "from toolchain.frontdoor.commands import several\n"
        "from toolchain.frontdoor.hall.layout import Layout\n"
        "several.prepare = lambda *_, **__: None\n"
        f"sys.exit(several.run_several(Layout.of({str(layout.project)!r}), ['preview', '-s', 'a', '-s', 'b']))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not all((tmp_path / f"{stack}.up").exists() for stack in "ab"):
        assert parent.poll() is None
        time.sleep(0.02)
    parent.send_signal(signal.SIGTERM)
    said = parent.communicate(timeout=60)[1]
    assert parent.returncode == 7
    assert "stack a failed" in said
    assert "stack b failed" in said
