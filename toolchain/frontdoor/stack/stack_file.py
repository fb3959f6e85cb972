"""Keeps a stack's settings file, which is committed, when Pulumi removes the stack and would delete the file, too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.stack.stack import Stack


@contextmanager
def keep_settings_file(stack: Stack, request: Request) -> Iterator[None]:
    """Restore the settings file if `destroy --remove` deletes it: only `stack rm` has a flag (--preserve-config)."""
    path = stack.settings_file
    before = path.read_bytes() if request.removes_stack and path.is_file() else None
    yield
    if before is not None and not path.exists():
        path.write_bytes(before)
        say(f"pulumiw: {path.name} is kept, for it may be committed: delete it yourself if it is to go, too.")


def tell_how_to_remove(stack: Stack, request: Request) -> None:
    """After a `destroy`, warn that Pulumi's own advice (`pulumi stack rm`) would delete the settings file."""
    if request.destroys_all and not request.removes_stack and stack.settings_file.is_file():
        say(
            f"pulumiw: `./pulumiw stack rm {stack.name}` removes the stack, too, and keeps {stack.settings_file.name};"
            " `pulumi stack rm` would delete that file."
        )
