"""A program on a real terminal, typed at as a person types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import pexpect
import pyte

from workshop.clone import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from workshop.clone import Clone

SECONDS = 120
PROMPT = "sql>"
_LINES, _COLUMNS = 40, 160
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|\].*?\x07)|[\r\x07]")
ENTER, TAB, CTRL_C, CTRL_D, UP = "\r", "\t", "\x03", "\x04", "\x1b[A"


class _Painter:
    """A file whose text is painted on a screen: a terminal is told what changes, not what it shows."""

    def __init__(self, screen: pyte.Screen) -> None:
        self._stream = pyte.Stream(screen)

    def write(self, text: str) -> None:
        self._stream.feed(text)

    def flush(self) -> None:
        pass


class Terminal:
    """`./pulumiw ARGS` of a clone, on a terminal of 160 columns. ``state``: the user's folder of histories."""

    def __init__(self, clone: Clone, state: Path, *args: str) -> None:
        environment = {"XDG_STATE_HOME": str(state), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self._child: Any = pexpect.spawn(
            str(clone.path / "pulumiw"),
            list(args),
            cwd=str(clone.path),
            env=clone.environment(environment),
            encoding="utf-8",
            dimensions=(_LINES, _COLUMNS),
            timeout=SECONDS,
        )
        self._screen = pyte.Screen(_COLUMNS, _LINES)
        self._child.logfile_read = _Painter(self._screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.close(force=True)

    def type(self, text: str) -> None:
        """Type."""
        self._child.send(text)

    def shown(self, pattern: str) -> str:
        """Wait until ``pattern`` is shown, and return what was shown up to its end, without colours and moves."""
        try:
            self._child.expect(pattern)
        except (pexpect.TIMEOUT, pexpect.EOF):
            text = _plain(self._child.before)
            raise AssertionError(f"{pattern!r} was not shown, but:\n{text}") from None
        return _plain(self._child.before + self._child.after)

    def run(self, statement: str, pattern: str) -> str:
        """Type a statement and Enter, and wait until ``pattern`` is shown."""
        self.type(statement + ENTER)
        return self.shown(pattern)

    def completes(self, typed: str, wanted: str) -> None:
        """Press Tab behind ``typed`` until it has become ``wanted``: names are known a little after the start."""

        def is_completed() -> bool:
            self.type(typed + TAB)
            self._child.expect(pexpect.TIMEOUT, timeout=1)  # meanwhile what is shown is painted
            line = self._screen.display[self._screen.cursor.y]
            self.type(CTRL_C)
            self.shown(PROMPT)
            return wanted in line

        wait_until(is_completed, f"{typed!r} to become {wanted!r}", SECONDS)

    def ended(self) -> int:
        """Wait for the program's end, and return its exit status."""
        self._child.expect(pexpect.EOF)
        self._child.close()
        return int(self._child.exitstatus if self._child.exitstatus is not None else 128 + self._child.signalstatus)


def _plain(text: str) -> str:
    return _ESCAPES.sub("", text)
