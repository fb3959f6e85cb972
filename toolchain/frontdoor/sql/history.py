"""The statements of earlier sessions, in a file of the user's that no secret is written to."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit.history import FileHistory

from localcloud.masking import secret_in
from toolchain.frontdoor.sql.properties import holds_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUOTED = re.compile(r"['\"`]([^'\"`]{1,200})['\"`]")


def history_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the file's path: in XDG_STATE_HOME, else ``~/.local/state``, as the XDG specification says."""
    chosen = environment.get("XDG_STATE_HOME", "")
    state = Path(chosen) if chosen.startswith("/") else Path.home() / ".local" / "state"
    return state / "pulumiw" / "sql_history"


def may_be_kept(statement: str) -> bool:
    """Whether a statement has nothing that looks like a secret: neither an option's name nor a value."""
    return secret_in(statement) is None and not any(map(holds_secret, _QUOTED.findall(statement)))


class History(FileHistory):
    """Statements by age; one with a secret is not even kept for the session. ``path`` is readable by the user alone."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        super().__init__(str(path))

    def append_string(self, string: str) -> None:
        """Add a statement."""
        if may_be_kept(string):
            super().append_string(string)
