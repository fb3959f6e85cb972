"""`./pulumiw test [--quick] [pytest arguments]`: the checks that CI runs, and nothing else (docs/testing.md)."""

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

# Much of an integration test is waiting: for a broker, a checkpoint, a provider that does not answer. So there are more
# workers than cores. Tests of one file, or of one folder with a shared cloud, stay together (tests/support/groups.py).
# They are handed out as tests/conftest.py orders them: unit tests, then the longest integration tests.
_AT_ONCE = ("--numprocesses", "3", "--dist", "loadfile", "--no-loadscope-reorder")
QUICK = "--quick"
_WITHOUT_PROCESSES = ("-m", "not integration and not process")


def pytest_options(arguments: list[str]) -> list[str]:
    """Return pytest's options; ``--quick`` leaves out whatever starts a process."""
    quick = _WITHOUT_PROCESSES if QUICK in arguments else ()
    return [*_AT_ONCE, *quick, *(argument for argument in arguments if argument != QUICK)]


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
