"""Locks of Pulumi's file backend: live ones, and stale ones whose holder was killed."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.processes import program_of
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.hall.times import parse_time

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from toolchain.frontdoor.setup.prepare import Prepared


def _is_stale(lock: Path) -> bool:
    """Whether the lock holder was a process of this machine that no longer runs."""
    try:
        content = json.loads(lock.read_text(encoding="utf-8"))
        process = int(content["pid"])
    except FileNotFoundError:
        return False
    except (ValueError, KeyError):  # the holder was killed while it wrote the lock
        return True
    if content.get("hostname") != socket.gethostname():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # a process of another user
    # It may have ended unburied, or its number may be another program's by now.
    return "pulumi" not in program_of(process)


def remove_stale_locks(prepared: Prepared) -> None:
    """Cancel the update of a killed `pulumi`; otherwise the user would have to run `pulumi cancel` first.

    Raises :class:`Failure` if Pulumi cannot remove the lock.
    """
    stack = prepared.stack
    if not stack.uses_file_backend:
        return
    locks = _locks(prepared)
    # `pulumi cancel` removes every lock, so a single live one forbids it.
    if not locks or not all(_is_stale(lock) for lock in locks):
        return
    cancelled = prepared.pulumi("cancel", "--yes", "--stack", stack.name)
    if cancelled.returncode != 0:
        raise Failure(f"The lock of an interrupted command cannot be removed: {cancelled.stderr.strip()}")
    say("pulumiw: the last command on this stack was killed; its lock is removed.")


def locked_at(prepared: Prepared) -> datetime | None:
    """Return when the stack was locked last, by this machine's clock; ``None`` if it is not locked, or unknown."""
    if not prepared.stack.uses_file_backend:
        return None
    return max((when for when in map(_time_of, _locks(prepared)) if when), default=None)


def _time_of(lock: Path) -> datetime | None:
    try:
        return parse_time(str(json.loads(lock.read_text(encoding="utf-8"))["timestamp"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_held(prepared: Prepared) -> bool:
    """Whether another running command holds the stack's lock."""
    return prepared.stack.uses_file_backend and any(not _is_stale(lock) for lock in _locks(prepared))


def _locks(prepared: Prepared) -> list[Path]:
    stack = prepared.stack
    folder = prepared.layout.backend / ".pulumi" / "locks" / "organization" / stack.project.name / stack.short_name
    return list(folder.glob("*.json"))
