"""A virtual environment's packages, taken out of one and put into another."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.setup.venv_snapshot import pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process  # interpreters of two environments

BODY = "import sys, thing\nprint(thing.NAME, sys.prefix)\n"


def environment(path: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(path)], check=True)
    return path


def packages(venv: Path) -> Path:
    (found,) = venv.glob("lib/python*/site-packages")
    return found


def installed(venv: Path, first_lines: str) -> Path:
    """Make an environment with a package, a script, a program and a manual page, as pip leaves them."""
    environment(venv)
    (packages(venv) / "thing").mkdir()
    (packages(venv) / "thing" / "__init__.py").write_text("NAME = 'thing'\n")
    (packages(venv) / "thing" / "__pycache__").mkdir()
    (packages(venv) / "thing" / "__pycache__" / "__init__.pyc").write_text("of that place")
    (venv / "share" / "man").mkdir(parents=True)
    (venv / "share" / "man" / "thing.1").write_text("manual")
    script = venv / "bin" / "thing"
    script.write_text(first_lines + BODY)
    script.chmod(0o755)
    (venv / "bin" / "program").write_bytes(b"\x7fELF")
    (venv / ".requirements").write_text("stamp")
    return venv


@pytest.mark.parametrize("is_spaced", [False, True])
@pytest.mark.parametrize("was_spaced", [False, True])
def test_scripts_and_packages_work_in_another_place(tmp_path: Path, *, was_spaced: bool, is_spaced: bool) -> None:
    old = tmp_path / ("the old" if was_spaced else "old")
    python = old / "bin" / "python"
    first = f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n" if was_spaced else f"#!{python}\n"
    installed(old, first)
    folder = tmp_path / "snapshot"
    folder.mkdir()
    pack(old, folder)
    new = environment(tmp_path / ("the new" if is_spaced else "new"))
    unpack(folder, new)
    done = subprocess.run([new / "bin" / "thing"], check=True, capture_output=True, text=True)
    assert done.stdout == f"thing {new}\n"
    assert (new / "share" / "man" / "thing.1").read_text() == "manual"
    assert (new / "bin" / "program").read_bytes() == b"\x7fELF"
    assert (
        not (packages(new) / "thing" / "__pycache__" / "__init__.pyc").exists()
        or (packages(new) / "thing" / "__pycache__" / "__init__.pyc").read_bytes() != b"of that place"
    )
    assert str(old) not in (new / "bin" / "thing").read_text()


def test_a_snapshot_has_nothing_of_where_it_was_made(tmp_path: Path) -> None:
    old = installed(tmp_path / "old", f"#!{tmp_path}/old/bin/python\n")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    pack(old, folder)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    assert {"bin/thing", "bin/program"} <= names
    assert not {name for name in names if name.startswith(("bin/python", "bin/activate")) or "__pycache__" in name}
    assert not names & {".requirements", "pyvenv.cfg"}
    assert all(str(old).encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert (old / "bin" / "thing").read_text().startswith("#!")  # the old one is as it was


def test_a_path_that_is_too_long_for_a_kernel_goes_through_the_shell(tmp_path: Path) -> None:
    old = installed(tmp_path / "old", f"#!{tmp_path}/old/bin/python\n")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    pack(old, folder)
    new = environment(tmp_path / ("n" * 130))
    unpack(folder, new)
    assert (new / "bin" / "thing").read_text().startswith("#!/bin/sh\n")
    assert subprocess.run([new / "bin" / "thing"], check=True, capture_output=True, text=True).stdout.startswith(
        "thing"
    )
