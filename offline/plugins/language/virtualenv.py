"""The virtual environment that Pulumi.yaml or PulumiPolicy.yaml names (``runtime.options.virtualenv``)."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINES_KEPT = 5


class VirtualenvError(Exception):
    """The project's virtual environment cannot be used; ``str()`` is one sentence for the user."""


def named(info: Any) -> Path | None:
    """Return the folder of the virtual environment in a ``ProgramInfo``; ``None`` if it names none."""
    options = dict(info.options)
    if options.get("toolchain", "pip") != "pip":
        raise VirtualenvError(
            f"The bundled language host cannot use the toolchain {options['toolchain']!r}: write `toolchain: pip` under"
            " runtime.options in Pulumi.yaml, or install Pulumi's official language host."
        )
    folder = options.get("virtualenv")
    return Path(info.root_directory or info.program_directory or ".", folder) if folder else None


def interpreter(info: Any) -> str:
    """Return the interpreter of the virtual environment in a ``ProgramInfo``, else this process's."""
    folder = named(info)
    if folder is None or _is_this(folder):
        return sys.executable
    python = folder / "bin" / "python"
    if not python.exists():
        raise VirtualenvError(
            f"There is no virtual environment in {folder}, which Pulumi.yaml names: run `pulumi install`."
        )
    return str(python)


def _is_this(folder: Path) -> bool:
    return folder.resolve() == Path(sys.prefix).resolve()


def install(info: Any) -> Iterator[str]:
    """Create the named virtual environment if it is missing, and install requirements.txt; yield pip's output.

    Raises :class:`VirtualenvError` if none is named: packages are never installed into the system's Python.
    """
    folder = named(info)
    if folder is None:
        raise VirtualenvError(
            "No virtual environment is named, and the system's own Python is not for a project's packages: write"
            " `runtime: {name: python, options: {toolchain: pip, virtualenv: venv}}` in Pulumi.yaml."
        )
    python = folder / "bin" / "python"
    if not python.exists():
        yield f"Making the virtual environment {folder}\n"
        base: str = getattr(
            sys, "_base_executable", sys.executable
        )  # not this one's: the new environment would depend on it
        yield from _printed([base, "-m", "venv", str(folder)])
    requirements = Path(info.program_directory or info.root_directory, "requirements.txt")
    if not requirements.is_file():
        yield f"There is no {requirements}: nothing to install.\n"
        return
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    yield from _printed([*pip, "-r", str(requirements)])


def _printed(argv: Sequence[str]) -> Iterator[str]:
    """Run a program and yield its lines; :class:`VirtualenvError` if it fails."""
    last: deque[str] = deque(maxlen=_LINES_KEPT)
    with subprocess.Popen(  # noqa: S603 - this interpreter's modules
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            last.append(line.strip())
            yield line
    if process.returncode:
        raise VirtualenvError(f"The packages cannot be installed: {' '.join(last)}")
