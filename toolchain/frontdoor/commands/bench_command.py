"""`./pulumiw bench [NAME] [--json]`: measure this project on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.foreground import run as run_in_foreground
from toolchain.frontdoor.setup.prepare import set_up_without_stack

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout


def run(layout: Layout, arguments: list[str]) -> int:
    """Run :mod:`workshop.bench` with the tools of this clone, and return its exit status."""
    environment = set_up_without_stack(layout)
    return run_in_foreground([layout.python, "-m", "workshop.bench", *arguments], environment, layout.project)
