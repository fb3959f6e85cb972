"""Why records cannot be read, as a sentence for the user."""

from __future__ import annotations


class ConsumeError(Exception):
    """``str()`` says what is wrong and what to do."""
