"""`./pulumiw bench [NAME] [--json]`: measure this project on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from toolchain.frontdoor.cli import cli_on_path
from toolchain.frontdoor.environment import tool_environment
from toolchain.frontdoor.foreground import run as run_in_foreground
from toolchain.frontdoor.plugins import choose_plugins
from toolchain.frontdoor.prepare import set_up

if TYPE_CHECKING:
    from toolchain.frontdoor.layout import Layout


def run(layout: Layout, arguments: list[str]) -> int:
    """Run :mod:`bench` with the tools of this clone; its exit status."""
    set_up(layout, None)
    cli = cli_on_path(layout) or layout.built_cli
    environment = {**os.environ, **tool_environment(choose_plugins(layout, cli), str(cli.parent))}
    return run_in_foreground([layout.python, "-m", "bench", *arguments], environment, layout.project)
