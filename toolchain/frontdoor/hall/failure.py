"""Errors for the user: one sentence that says what is wrong and what to do."""

from __future__ import annotations

import errno


class Failure(Exception):  # noqa: N818 - it is a sentence for a person, not an error of the program
    """An error for the user; ends the command with exit status 1. ``str()`` says what is wrong and what to do."""


_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the command again",
    errno.EDQUOT: "the disk quota is used up: free some space and run the command again",
    errno.EROFS: "the file system is read-only: the front door must be able to write there",
    errno.EACCES: "permission denied: the front door must be able to write there",
    errno.EPERM: "permission denied: the front door must be able to write there",
    errno.ENOTDIR: "a file is in the way of a folder: move it and run the command again",
    errno.EEXIST: "a file is in the way of a folder: move it and run the command again",
}


def sentence_of(error: OSError) -> str:
    """Return an error of the file system or the network as one sentence, with advice where there is any."""
    where = error.filename if isinstance(error.filename, str) else ""
    advice = _ADVICE.get(error.errno or 0, (error.strerror or str(error)).lower())
    return f"{where}: {advice}." if where else f"{advice[:1].upper()}{advice[1:]}."
