"""`./pulumiw cost`: installs the Python packages, then runs :mod:`toolchain.frontdoor.cost` in their interpreter."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.foreground import replace_process
from toolchain.frontdoor.setup.prepare import set_up_packages
from toolchain.frontdoor.setup.venv import Packages
from toolchain.frontdoor.stack.stack import Project

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pulumiw cost",
        description="Tell what the stack costs on Confluent Cloud, from its settings and the price table"
        " (docs/cost.md). Nothing is created, and no account is asked.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--price",
        action="append",
        default=[],
        metavar="NAME=AMOUNT",
        help="a price in USD that the table lacks, or has otherwise (may be repeated)",
    )
    parser.add_argument(
        "--usage",
        action="append",
        default=[],
        metavar="NAME=AMOUNT",
        help="a figure of your own for what flows, such as records-per-hour=5000 (may be repeated)",
    )
    parser.add_argument("-s", "--stack", help="the stack (default: the selected one, else dev)")
    return parser


def run(layout: Layout, arguments: list[str]) -> int:
    """Print the estimate. Does not return: the process becomes :mod:`toolchain.frontdoor.cost`."""
    chosen = _parser().parse_args(arguments)
    request = Request(("--stack", chosen.stack) if chosen.stack else ())
    stack = Project.read(layout).current_stack(request)
    set_up_packages(layout, Packages.PROGRAM)
    argv = [str(layout.python), "-m", "toolchain.frontdoor.cost", f"--stack={stack}"]
    argv += [f"--price={price}" for price in chosen.price] + [f"--usage={figure}" for figure in chosen.usage]
    argv += ["--json"] if chosen.json else []
    replace_process(argv, {**os.environ, "PYTHONPATH": str(layout.project)}, layout.project)
