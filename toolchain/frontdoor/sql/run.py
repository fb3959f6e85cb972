"""Runs the statement on the command line, those on standard input, or the shell; the outputs come on a pipe."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import confluent_sql
import httpx

from toolchain.frontdoor.hall.endings import drop_output, interrupt_on_sigterm
from toolchain.frontdoor.hall.terminal import escape_what_cannot_be_shown, say
from toolchain.frontdoor.sql.interpreter import Interpreter, RefusedError
from toolchain.frontdoor.sql.refusal import advice
from toolchain.frontdoor.sql.render import JsonLines, Table
from toolchain.frontdoor.sql.script import statements
from toolchain.frontdoor.sql.session import Session, reason

if TYPE_CHECKING:
    from toolchain.frontdoor.sql.session import Printer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--outputs", type=int, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seconds", type=int)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--shell", action="store_true")
    source.add_argument("--piped", action="store_true")
    source.add_argument("statement", nargs="?")
    return parser.parse_args()


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


def main() -> int:
    """Run what the arguments say and print the rows; the exit status is 1, with one sentence, if a statement fails."""
    arguments = _arguments()
    with os.fdopen(arguments.outputs) as pipe:
        outputs = json.load(pipe)
    escape_what_cannot_be_shown()
    interrupt_on_sigterm()  # a running statement costs money until it is deleted
    try:
        if arguments.shell:
            return _run_shell(arguments, outputs)
        return _run_piped(arguments, outputs) if arguments.piped else _run_one(arguments, outputs)
    except BrokenPipeError:  # the reader, such as `| head`, has ended
        drop_output()
        return 0


def _printer(arguments: argparse.Namespace) -> Printer:
    return JsonLines(sys.stdout) if arguments.json else Table(sys.stdout)


def _run_one(arguments: argparse.Namespace, outputs: dict[str, Any]) -> int:
    try:
        note = Session.of(outputs).run(
            arguments.statement, _printer(arguments), limit=arguments.limit, seconds=arguments.seconds
        )
    except (confluent_sql.Error, httpx.HTTPError) as error:
        said = reason(error)
        say(f"pulumiw: {said}{advice(arguments.statement, said, outputs, is_local=outputs['isLocal'])}")
        return 1
    if note:
        say(note)
    return 0


def _interpreter(arguments: argparse.Namespace, outputs: dict[str, Any]) -> Interpreter:
    session = Session.of(outputs)
    return Interpreter(session, outputs, lambda: _printer(arguments), arguments.limit, arguments.seconds)


def _run_piped(arguments: argparse.Namespace, outputs: dict[str, Any]) -> int:
    """Run what standard input has, statement by statement, up to the first that is refused."""
    interpreter = _interpreter(arguments, outputs)
    for statement in statements(sys.stdin):
        if interpreter.quits(statement):
            break
        try:
            note = interpreter.run(statement)
        except RefusedError as refused:
            say(f"pulumiw: {refused}")
            return 1
        if note:
            say(note)
    return 0


def _run_shell(arguments: argparse.Namespace, outputs: dict[str, Any]) -> int:
    from toolchain.frontdoor.sql.history import history_file  # noqa: PLC0415 - prompt_toolkit is for the shell alone
    from toolchain.frontdoor.sql.shell import run_shell  # noqa: PLC0415

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)  # Ctrl-C stops a statement, these the shell
    return run_shell(_interpreter(arguments, outputs), Session.of(outputs), history_file())
