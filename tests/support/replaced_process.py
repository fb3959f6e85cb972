"""What a command becomes, where it would be replaced by another program."""

from __future__ import annotations

import json
import os
from typing import Any


class Became(Exception):  # noqa: N818 - it ends the command as the new program would
    """The program's command line, and the JSON on its pipe ``--input``."""

    def __init__(self, argv: list[Any]) -> None:
        super().__init__()
        self.argv = [str(part) for part in argv]
        with os.fdopen(int(self.argv[self.argv.index("--input") + 1])) as pipe:
            self.given: dict[str, Any] = json.load(pipe)


def replace_process(argv: list[Any], *_: object) -> None:
    """Raise :class:`Became` instead of replacing this process."""
    raise Became(argv)
