"""`./pulumiw test [--quick] [pytest arguments]`: the checks that CI runs; `--quick` is without integration tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.foreground import run as run_in_foreground
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.setup.prepare import set_up_without_stack

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout

_CHECKS = {
    "ruff check": ["ruff", "check", ".", "pulumiw"],
    "ruff format": ["ruff", "format", "--check", "--quiet", ".", "pulumiw"],
    "mypy": ["mypy", "--scripts-are-modules", ".", "pulumiw"],
    "import contracts": ["lint-imports", "--no-logo"],
}

# Much of a story is waiting: for a broker, a checkpoint, a provider that does not answer. In the order of the files,
# so that what is quick still fails first.
_TWO_FILES_AT_ONCE = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder")
_QUICK = "--quick"


def pytest_options(arguments: list[str]) -> list[str]:
    """Return pytest's options for the command line's ``arguments``."""
    less = ("--ignore", "tests/integration") if _QUICK in arguments else ()
    return [*_TWO_FILES_AT_ONCE, *less, *(argument for argument in arguments if argument != _QUICK)]


def run(layout: Layout, arguments: list[str]) -> int:
    """Run the checks side by side, then pytest; the exit status is that of what failed."""
    environment = set_up_without_stack(layout)
    python = [str(layout.python), "-m"]
    running = {
        name: subprocess.Popen(  # noqa: S603 - fixed commands
            [str(layout.venv / "bin" / command[0]), *command[1:]],
            cwd=layout.project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, command in _CHECKS.items()
    }
    failed = 0
    for name, check in running.items():
        said, _ = check.communicate()
        say(f"{name}: {'failed' if check.returncode else 'clean'}")
        if check.returncode:
            say(said.rstrip())
            failed = check.returncode
    if failed:
        return failed
    return run_in_foreground([*python, "pytest", *pytest_options(arguments)], environment, layout.project)
