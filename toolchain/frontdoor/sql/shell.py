"""The SQL shell on a terminal: reads statements with history and completion, runs them, stops them on Ctrl-C."""

from __future__ import annotations

import re
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer
from prompt_toolkit.completion import Completion as Shown
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings

from toolchain.frontdoor.hall.failure import sentence_of
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.sql.completion import completions
from toolchain.frontdoor.sql.history import History
from toolchain.frontdoor.sql.interpreter import RefusedError
from toolchain.frontdoor.sql.names import NameSource
from toolchain.frontdoor.sql.script import has_code, is_command, split_first, statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import History as PastStatements
    from prompt_toolkit.key_binding import KeyPressEvent

    from toolchain.frontdoor.sql.interpreter import Interpreter
    from toolchain.frontdoor.sql.session import Session

_PROMPT, _CONTINUED = "sql> ", "...> "
_CHANGES_NAMES = re.compile(r"\s*(?:CREATE|DROP|ALTER|USE|RESET|SET)\b", re.IGNORECASE)
STOPPED = "Stopped: the statement is deleted."


class _Completer(Completer):
    def __init__(self, source: NameSource) -> None:
        self._source = source

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Shown]:
        del complete_event
        for found in completions(document.text_before_cursor, self._source.names):
            yield Shown(found.text, start_position=-found.length, display_meta=found.kind)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.is_cursor_at_the_end and not _is_complete(buffer.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    return keys


def _is_complete(text: str) -> bool:
    """Whether Enter runs the text: it is empty or a command, or its last statement has its `;`."""
    if not text.strip() or is_command(text):
        return True
    while found := split_first(text):
        text = found[1]
    return not has_code(text)


def _history(path: Path) -> PastStatements:
    try:
        return History(path)
    except OSError as error:
        say(f"The statements are not kept for the next session: {sentence_of(error)}")
        return InMemoryHistory()


@contextmanager
def _one_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt for the first Ctrl-C only: a second one would leave the statement behind."""

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_shell(interpreter: Interpreter, session_of_names: Session, history: Path) -> int:
    r"""Read and run statements until ``\q`` or Ctrl-D, and return the exit status, 0.

    ``session_of_names``: the session that completion asks with. ``history``: the file of earlier statements.
    """
    say(r"Flink SQL: end a statement with ; and the shell with \q. \h is help, Tab completes.")
    source = NameSource(session_of_names)
    source.refresh(interpreter.properties)
    prompt: PromptSession[str] = PromptSession(
        _PROMPT,
        multiline=True,
        prompt_continuation=_CONTINUED,
        history=_history(history),
        completer=_Completer(source),
        complete_while_typing=False,
        key_bindings=_keys(),
    )
    try:
        while True:
            try:
                typed = prompt.prompt()
            except KeyboardInterrupt:  # what was being typed is dropped, as in any shell
                continue
            except EOFError:
                return 0
            if not _run_all(interpreter, source, typed):
                return 0
    finally:
        source.end()


def _run_all(interpreter: Interpreter, source: NameSource, typed: str) -> bool:
    """Run what was typed up to the first refusal; ``False`` if the shell is to end."""
    for statement in statements([typed]):
        if interpreter.quits(statement):
            return False
        try:
            with _one_interrupt():
                note = interpreter.run(statement)
        except KeyboardInterrupt:
            say(STOPPED)
            return True
        except RefusedError as refused:
            say(str(refused))
            return True
        if note:
            say(note)
        if _CHANGES_NAMES.match(statement):
            source.refresh(interpreter.properties)
    return True
