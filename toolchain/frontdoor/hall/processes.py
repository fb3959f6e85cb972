"""The processes of this machine: which program each runs, and what marks it in its environment.

With the standard library alone: the front door asks before there is a virtual environment.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_PROC = Path("/proc")
_HAS_PROC = Path("/proc/self/environ").exists()  # Linux; elsewhere `ps` tells


def program_of(process: int) -> str:
    """Return the name of the program that a process runs; empty if it has ended, even if nobody has waited for it."""
    if not _HAS_PROC:
        return _program_by_ps(process)
    try:
        described = (_PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    name, _, rest = described.partition("(")[2].rpartition(")")
    return "" if rest.split()[0] in {"Z", "X"} else name


def marked(mark: str) -> dict[int, str]:
    """Return the processes with an environment variable that begins with ``mark`` (``NAME=VALUE``), and its rest."""
    if not _HAS_PROC:
        return _marked_by_ps(mark)
    found = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            for variable in _environment(entry):
                if variable.startswith(mark.encode()):
                    found[int(entry.name)] = variable[len(mark.encode()) :].decode(errors="replace")
    return found


def _environment(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:  # gone by now, or another user's
        return []


def _marked_by_ps(mark: str) -> dict[int, str]:
    wanted = re.compile(rf" {re.escape(mark)}(.*?)(?= [A-Za-z_]\w*=|$)")
    listed = subprocess.run(["ps", "-axwwE", "-o", "pid=,command="], capture_output=True, text=True, check=False)  # noqa: S607
    lines = (line.split(None, 1) for line in listed.stdout.splitlines())
    found = ((int(process), wanted.search(said)) for process, said in lines)
    return {process: match[1] for process, match in found if match}


def _program_by_ps(process: int) -> str:
    command = ["ps", "-o", "stat=,comm=", "-p", str(process)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    state, _, program = shown.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else Path(program.strip()).name
