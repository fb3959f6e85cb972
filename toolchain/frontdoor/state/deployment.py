"""Reads and writes the stack's state; its secrets stay encrypted unless ``--show-secrets`` is given."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from toolchain.frontdoor.setup.prepare import Prepared


def deployment(prepared: Prepared) -> dict[str, Any]:
    """Return the state's ``resources`` and ``pending_operations``, secrets encrypted.

    Empty if it cannot be read: the `pulumi` that follows fails on it, too, with a better message. A state in the file
    backend is read from its file, since `pulumi stack export` takes a second.
    """
    stack = prepared.stack
    found: dict[str, Any] | None
    try:
        if stack.uses_file_backend:
            found = json.loads(stack.checkpoint.read_text(encoding="utf-8"))["checkpoint"].get("latest")
        else:
            found = json.loads(prepared.pulumi("stack", "export", "--stack", stack.name).stdout)["deployment"]
    except (OSError, ValueError, KeyError):
        return {}
    return found or {}


def export_state(prepared: Prepared, *flags: str) -> dict[str, Any]:
    """Return the JSON of `pulumi stack export`; the flag ``--show-secrets`` decrypts its secrets.

    Raises :class:`Failure` if the export fails.
    """
    exported = prepared.pulumi("stack", "export", "--stack", prepared.stack.name, *flags)
    if exported.returncode != 0:
        raise Failure(f"The state of stack {prepared.stack.name} cannot be read: {exported.stderr.strip()}")
    state: dict[str, Any] = json.loads(exported.stdout)
    return state


def import_state(prepared: Prepared, state: dict[str, Any]) -> None:
    """Replace the stack's state by ``state``, as `pulumi stack export` gave it; :class:`Failure` if that fails."""
    imported = subprocess.run(  # noqa: S603 - the CLI chosen by the set-up
        [prepared.cli, "--non-interactive", "stack", "import", "--stack", prepared.stack.name],
        cwd=prepared.layout.project,
        env=prepared.environment,
        # Through a pipe: a file would leave the state with its inputs on the disk.
        input=json.dumps(state),
        capture_output=True,
        text=True,
        check=False,
    )
    if imported.returncode != 0:
        raise Failure(f"The state of stack {prepared.stack.name} cannot be repaired: {imported.stderr.strip()}")
