"""Dispatches a command line: to one of the front door's own commands, else to Pulumi."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.arguments import several_stacks
from toolchain.frontdoor.hall.failure import Failure, sentence_of
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.terminal import escape_what_cannot_be_shown, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Command -> its help. Each is a module `<command>_command` with `run(layout, arguments) -> exit status`.
COMMANDS = {
    "cloud": "the local cloud: start, stop, env, status, logs, faults, tls, reset",
    "console": "the local cloud in a browser: pipeline, topics, statements, search, SQL",
    "sql": 'run Flink SQL on the stack: ./pulumiw sql "SHOW TABLES"; a shell without a statement',
    "consume": "print a topic's records, decoded: ./pulumiw consume product_vector --from-beginning",
    "ask": 'find products in the stack\'s store by meaning: ./pulumiw ask "kicks"',
    "verify": "check that the stack is healthy: statements, connectors, lag, a fresh vector, stores",
    "bench": "measure this project on this machine: ./pulumiw bench journey",
    "cost": "what the stack costs on Confluent Cloud, an hour and a month, before it is made",
    "timeline": "what the last `up` did when, as a picture, and its longest chain",
    "docs": "write the generated pages of docs/, or say which differ: ./pulumiw docs --check",
    "test": "ruff, mypy and pytest, as CI runs them",
}
# The arguments of these are not searched for `-s STACK`: pytest, for example, has a flag -s of its own.
_KEEP_THEIR_FLAGS = frozenset({"bench", "cloud", "docs", "sql", "test"})


def _run(layout: Layout, arguments: Sequence[str]) -> int:
    command = arguments[0] if arguments else ""
    if command not in _KEEP_THEIR_FLAGS and len(several_stacks(arguments)) > 1:
        from toolchain.frontdoor.commands.several import run_several  # noqa: PLC0415 - each command loads what it needs

        return run_several(layout, arguments)
    if command in COMMANDS:
        module = importlib.import_module(f"toolchain.frontdoor.commands.{command}_command")
        own: Callable[[Layout, list[str]], int] = module.run
        return own(layout, list(arguments[1:]))
    if command in {"", "help", "-h", "--help"} and len(arguments) <= 1:
        from toolchain.frontdoor.commands.help_command import run_help  # noqa: PLC0415 - each command loads what it needs

        run_help(layout, COMMANDS)
        return 0
    from toolchain.frontdoor.commands.pulumi_command import run_pulumi  # noqa: PLC0415 - each command loads what it needs

    return run_pulumi(layout, list(arguments))


def main(project: str, arguments: Sequence[str]) -> int:
    """Run a command line and return the exit status."""
    # The set-up installs packages uncompiled (see venv.py): without cached byte code every start would compile them.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    escape_what_cannot_be_shown()
    try:
        return _run(Layout.of(project), arguments)
    except Failure as failure:
        say(f"pulumiw: {failure}")
        return 1
    except OSError as error:
        say(f"pulumiw: {sentence_of(error)}")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 128 + signal.SIGINT
