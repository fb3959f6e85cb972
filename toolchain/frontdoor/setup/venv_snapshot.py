"""The packages of a virtual environment as a folder that can stand anywhere, and an environment from such a folder.

An environment cannot be moved: its scripts name their interpreter by its full path. All else in it is the same
everywhere.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

_BIN = "bin"
_SHEBANG, _SHELL = b"#!", b"#!/bin/sh\n'''exec' "
_LONGEST_SHEBANG = 127  # bytes that every kernel reads
_OF_VENV = ("python*", "activate*", "Activate.ps1")
_LEFT_OUT = {"__pycache__", "pyvenv.cfg", "lib64"}
"""Byte code is compiled on first use; the others are made with the environment."""


def pack(venv: Path, folder: Path) -> None:
    """Fill ``folder`` with what pip has installed into ``venv``, as hard links where possible.

    Of a script it has what comes behind the interpreter's path.
    """

    def left_out(place: str, names: list[str]) -> set[str]:
        here = Path(place)
        own = {path.name for pattern in _OF_VENV for path in here.glob(pattern)} if here == venv / _BIN else set()
        hidden = {name for name in names if name.startswith(".")} if here == venv else set()
        return {name for name in names if name in _LEFT_OUT} | own | hidden

    shutil.copytree(venv, folder, symlinks=True, ignore=left_out, copy_function=_link, dirs_exist_ok=True)
    for path in (folder / _BIN).iterdir():
        content = path.read_bytes()
        if content.startswith(_SHEBANG):
            path.unlink()
            path.write_bytes(_without_interpreter(content))
            path.chmod(0o755)


def unpack(folder: Path, venv: Path) -> None:
    """Put into ``venv``, which is without packages, what ``folder`` has; the folder is used up."""
    for path in (folder / _BIN).iterdir():
        content = path.read_bytes()
        if content.startswith(_SHEBANG):
            path.unlink()
            path.write_bytes(_interpreter(venv) + content[len(_SHEBANG) :])
            path.chmod(0o755)
    for place, folders, files in os.walk(folder):
        target = venv / Path(place).relative_to(folder)
        for name in [one for one in folders if not (target / one).exists()]:
            Path(place, name).rename(target / name)
            folders.remove(name)
        for name in files:
            Path(place, name).replace(target / name)


def _link(source: str, target: str) -> None:
    with suppress(OSError):  # another file system, or one without hard links
        os.link(source, target, follow_symlinks=False)
        return
    shutil.copy2(source, target)


def _without_interpreter(script: bytes) -> bytes:
    lines = script.split(b"\n", 3)
    rest = lines[3] if script.startswith(_SHELL) else script.partition(b"\n")[2]
    return _SHEBANG + rest


def _interpreter(venv: Path) -> bytes:
    """Return the first lines of a script, as pip writes them: a shell's, if a kernel cannot read the path."""
    python = str(venv / _BIN / "python").encode()
    if b" " not in python and len(python) < _LONGEST_SHEBANG - len(_SHEBANG):
        return _SHEBANG + python + b"\n"
    return _SHELL + b'"' + python + b'" "$0" "$@"\n' + b"' '''\n"
