"""Why a question has no answer."""

from __future__ import annotations


class AskError(Exception):
    """``str()`` is one sentence: what is wrong, and what to do."""
