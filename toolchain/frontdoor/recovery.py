"""Lets a command go on where a killed one stopped.

Pulumi writes an operation into the state before it begins (``pending_operations``). After a kill nobody knows whether
the cloud has carried it out; Pulumi alone would make the object a second time, meet a conflict, or fail to delete what
is gone.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.failure import Failure
from toolchain.frontdoor.half_made import CLEARED_BY_THE_PROGRAM, KINDS
from toolchain.frontdoor.interrupted import Interrupted, without
from toolchain.frontdoor.locks import remove_stale_locks
from toolchain.frontdoor.planes import Planes
from toolchain.frontdoor.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.frontdoor.half_made import Found
    from toolchain.frontdoor.interrupted import Operation
    from toolchain.frontdoor.prepare import Prepared


def recover(prepared: Prepared) -> None:
    """Put right what a killed command has left of this stack. Usually that is nothing, and costs nothing."""
    remove_stale_locks(prepared)
    if not _has_pending_operations(prepared):
        return
    state = Interrupted(_export(prepared, "--show-secrets"))
    gone: set[tuple[str, str]] = set()
    for operation in state.operations:
        for line in settle(operation, state, prepared.environment, gone):
            say(f"pulumiw: {line}")
    _import(prepared, without(_export(prepared), gone))


def settle(
    operation: Operation, state: Interrupted, environment: Mapping[str, str], gone: set[tuple[str, str]]
) -> Iterator[str]:
    """Undo a half-made creation, or add what was deleted to ``gone`` (URN, id); yield what was done, a line each."""
    resource = operation.resource
    if resource.type not in KINDS:
        return
    label, find, plane = KINDS[resource.type]
    planes = Planes.of(resource, state, environment)
    if operation.kind == "deleting":
        if resource.id and not any(_is_it(found, resource.id) for found in find(resource, planes)):
            gone.add((resource.urn, resource.id))
            yield f"{label} {resource.name} was deleted by the interrupted command."
    elif operation.kind == "creating" and resource.type not in CLEARED_BY_THE_PROGRAM:
        for found in find(resource, planes):
            if state.knows(resource.type, found.identity):
                continue
            if reason := _not_ours(found, state, planes):
                yield f"{label} {found.identity} ({resource.name}) is left alone: {reason}."
                continue
            planes.by_name(plane).delete(found.delete)
            yield f"{label} {found.identity} ({resource.name}) was half made by the interrupted command: removed."


def _is_it(found: Found, identity: str) -> bool:
    return found.identity == identity or identity.endswith(f"/{found.identity}")


def _not_ours(found: Found, state: Interrupted, planes: Planes) -> str:
    """Say why an object is rather not of the interrupted command; empty if it is."""
    if found.created_at is not None and not state.may_have_made(found.created_at):
        return "it has the same name but is older than the interrupted command"
    if found.children is not None and next(planes.cloud.items(found.children), None) is not None:
        return "it has the same name but is in use"
    return ""


def _has_pending_operations(prepared: Prepared) -> bool:
    """Whether a look at the state is worth its second: the file backend's can be read as it is."""
    stack = prepared.stack
    if not stack.uses_file_backend:
        exported = prepared.pulumi("stack", "export", "--stack", stack.name)
        if exported.returncode != 0:
            return False  # Pulumi itself says best what is wrong with a backend
        return bool((json.loads(exported.stdout)["deployment"] or {}).get("pending_operations"))
    try:
        latest = json.loads(stack.checkpoint.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
    except (OSError, ValueError, KeyError):
        return False
    return bool(latest.get("pending_operations"))


def _export(prepared: Prepared, *flags: str) -> dict[str, Any]:
    exported = prepared.pulumi("stack", "export", "--stack", prepared.stack.name, *flags)
    if exported.returncode != 0:
        raise Failure(f"The state of stack {prepared.stack.name} cannot be read: {exported.stderr.strip()}")
    state: dict[str, Any] = json.loads(exported.stdout)
    return state


def _import(prepared: Prepared, state: dict[str, Any]) -> None:
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
