"""The stack's state as it is kept, secrets sealed."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from toolchain.frontdoor.setup.prepare import Prepared


def deployment(prepared: Prepared) -> dict[str, Any]:
    """Return resources and pending operations, empty if they cannot be read: Pulumi itself says best what is wrong.

    The file backend's is read as it is, which saves the second that `pulumi stack export` takes.
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
    """Return what `pulumi stack export` gives; ``--show-secrets`` has it give secrets in the clear."""
    exported = prepared.pulumi("stack", "export", "--stack", prepared.stack.name, *flags)
    if exported.returncode != 0:
        raise Failure(f"The state of stack {prepared.stack.name} cannot be read: {exported.stderr.strip()}")
    state: dict[str, Any] = json.loads(exported.stdout)
    return state


def import_state(prepared: Prepared, state: dict[str, Any]) -> None:
    """Make ``state`` the stack's own."""
    imported = subprocess.run(  # noqa: S603 - the CLI chosen by the set-up
        [prepared.cli, "--non-interactive", "stack", "import", "--stack", prepared.stack.name],
        cwd=prepared.layout.project,
        env=prepared.environment,
        input=json.dumps(state),
        capture_output=True,
        text=True,
        check=False,
    )
    if imported.returncode != 0:
        raise Failure(f"The state of stack {prepared.stack.name} cannot be put right: {imported.stderr.strip()}")
