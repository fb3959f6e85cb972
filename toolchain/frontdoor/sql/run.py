"""Runs the statement on the command line, with the stack's outputs from a pipe."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys

import confluent_sql
import httpx

from toolchain.frontdoor.hall.terminal import escape_what_cannot_be_shown, say
from toolchain.frontdoor.sql.refusal import advice
from toolchain.frontdoor.sql.render import JsonLines, Table
from toolchain.frontdoor.sql.session import Session, reason


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--outputs", type=int, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("statement")
    return parser.parse_args()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run the statement and print its rows; the exit status is 1, with one sentence, if it fails."""
    arguments = _arguments()
    with os.fdopen(arguments.outputs) as pipe:
        outputs = json.load(pipe)
    session = Session.of(outputs)
    escape_what_cannot_be_shown()
    signal.signal(signal.SIGTERM, _interrupt)  # a running statement costs money until it is deleted
    printer = JsonLines(sys.stdout) if arguments.json else Table(sys.stdout)
    try:
        note = session.run(arguments.statement, printer, limit=arguments.limit, seconds=arguments.seconds)
    except (confluent_sql.Error, httpx.HTTPError) as error:
        said = reason(error)
        say(f"pulumiw: {said}{advice(arguments.statement, said, outputs, is_local=outputs['isLocal'])}")
        return 1
    except BrokenPipeError:  # the reader, such as `| head`, has ended
        # Python flushes standard output at exit, which would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if note:
        say(note)
    return 0
