"""`./pulumiw --help`: the front door's own commands, then Pulumi's help."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.foreground import replace_process
from toolchain.frontdoor.hall.terminal import out
from toolchain.frontdoor.setup.cli import cli_on_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.frontdoor.hall.layout import Layout


def run_help(layout: Layout, commands: Mapping[str, str]) -> None:
    """Print help, without any set-up: Pulumi's part is left out if its CLI is not installed yet."""
    out("./pulumiw COMMAND: Pulumi with all it needs in place.\n\nOwn commands:")
    for command, purpose in commands.items():
        out(f"  {command:<10}{purpose}")
    cli = cli_on_path(layout) or layout.built_cli
    if not cli.is_file():
        out("\nAll others are Pulumi's: `./pulumiw up --yes` deploys the stack `dev` and sets up what is missing.")
        return
    out("\nAll others are Pulumi's:\n")
    replace_process([cli, "--help"], {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}, layout.project)
