"""Which version of the local cloud has written a state folder: ``version.json`` in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localcloud import private_file
from localcloud.version import STATE_FORMAT, VERSION

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "version.json"


class StateVersionError(Exception):
    """The folder is not for this version; ``str()`` says what to do."""


def check(state: Path) -> None:
    """Refuse a folder that a newer version has written; nothing in it is changed.

    One without a mark, or whose mark is older, can be read.

    :raises StateVersionError: if it cannot. :raises OSError: if the mark is there and cannot be read.
    """
    path = state / FILE_NAME
    try:
        mark = json.loads(path.read_text(encoding="utf-8"))
        written, version = int(mark["format"]), str(mark["version"])
    except (FileNotFoundError, NotADirectoryError):
        return
    except (ValueError, KeyError, TypeError):
        raise StateVersionError(
            f"{path} does not say which version has written the local cloud's state: put it back, or start over with"
            " `./pulumiw cloud reset`."
        ) from None
    if written > STATE_FORMAT:
        raise StateVersionError(
            f"The local cloud's state in {state} was written by version {version} (state format {written}), and this"
            f" clone reads state formats up to {STATE_FORMAT}: update the clone, or start over with"
            " `./pulumiw cloud reset`."
        )


def write(state: Path) -> None:
    """Mark the folder as this version's; :class:`OSError` if that cannot be written."""
    private_file.write(state / FILE_NAME, json.dumps({"format": STATE_FORMAT, "version": VERSION}) + "\n")
