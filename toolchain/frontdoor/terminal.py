"""Words for a person go to standard error, so that standard output stays Pulumi's."""

from __future__ import annotations

import sys


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
