"""Handing a child process what nobody else may read."""

from __future__ import annotations

import json
import os


def json_on_pipe(value: object) -> int:
    """Return the reading end of a pipe that holds ``value`` as JSON; a child inherits it.

    Keys travel like this: other users can read a command line. ``value`` has to fit into a pipe's buffer (64 KiB).
    """
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe:
        json.dump(value, pipe)
    os.set_inheritable(reading, True)  # noqa: FBT003 - the call's only form
    return reading
