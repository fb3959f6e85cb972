"""Output for the user. Messages go to standard error, so that standard output holds nothing but Pulumi's output."""

from __future__ import annotations

import io
import sys


def escape_what_cannot_be_shown() -> None:
    """Print characters that standard output's encoding lacks as escapes, instead of failing on a row of data."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # Python's default for standard error


def say(text: str) -> None:
    """Print a line to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def out(text: str) -> None:
    """Print a line to standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def is_interactive() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr.isatty()
