"""Output after an `up` of a stack with a store: one question and its answer, as a proof that it can be asked."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, TextIO

from toolchain.frontdoor.commands.ask_command import ask_argv, question_of
from toolchain.frontdoor.commands.sql_command import sql_environment
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.pipes import json_on_pipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolchain.frontdoor.setup.prepare import Prepared

_QUESTION = "something to keep my hands warm"
_SECONDS = 20  # for the first product to arrive
_ALL_SECONDS = 40  # with the start of the process, and of a model


def show_first_answer(prepared: Prepared, stores: Sequence[str], stream: TextIO) -> None:
    """Print a question and the products that answer it. Never fails: the stack is up whatever happens here.

    ``stores``: names of those that can be asked; the first one is.
    """
    store = stores[0]
    try:
        answer = _ask(prepared, store)
    except (Failure, OSError, subprocess.SubprocessError):
        answer = ""
    chosen = f" --store {store}" if len(stores) > 1 else ""
    command = f'./pulumiw ask -s {prepared.stack.short_name}{chosen} "{_QUESTION}"'
    if answer:
        stream.write(f"\n{command}\n{answer}")
    else:
        stream.write(f"\nThe store has no answer yet; ask it later:\n  {command}\n")
    stream.flush()


def _ask(prepared: Prepared, store: str) -> str:
    reading = json_on_pipe(question_of(prepared, _QUESTION, store=store, seconds=_SECONDS))
    try:
        return subprocess.run(  # noqa: S603 - our own module
            ask_argv(prepared.layout, reading),
            env=sql_environment(prepared),
            cwd=prepared.layout.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=(reading,),
            timeout=_ALL_SECONDS,
            check=True,
        ).stdout
    finally:
        os.close(reading)
