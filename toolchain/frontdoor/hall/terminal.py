"""Words for a person go to standard error, so that standard output stays Pulumi's."""

from __future__ import annotations

import io
import sys


def escape_what_cannot_be_shown() -> None:
    """Give characters that standard output's encoding lacks as escapes: a row of data is no reason for an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as standard error does by itself


def say(text: str) -> None:
    """Print a line to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def out(text: str) -> None:
    """Print a line to standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def is_interactive() -> bool:
    """Whether a person watches standard error."""
    return sys.stderr.isatty()
