"""`./pulumiw timeline`: what the stack's last `up` that changed something did when, and its longest chain."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.terminal import out
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.timeline.record import read
from toolchain.frontdoor.timeline.report import Timeline
from toolchain.frontdoor.timeline.svg import svg

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pulumiw timeline",
        description="Draw the stack's last `up` that changed something: one bar a resource, the longest chain marked.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the picture to FILE instead")
    parser.add_argument("-s", "--stack", help="the stack (default: the selected one, else dev)")
    return parser


def run(layout: Layout, arguments: list[str]) -> int:
    """Print the timeline, from its file in the clone: no set-up, no request to a cloud."""
    chosen = _parser().parse_args(arguments)
    project = Project.read(layout)
    request = Request(("--stack", chosen.stack) if chosen.stack else ())
    stack = Stack.read(project, project.current_stack(request))
    timeline = Timeline(stack.short_name, read(stack))
    if chosen.svg:
        chosen.svg.write_text(svg(timeline), encoding="utf-8")
    if chosen.json:
        out(json.dumps(timeline.as_json(), ensure_ascii=False))
    elif not chosen.svg:
        block = "█" if "utf" in (sys.stdout.encoding or "").lower() else "#"
        for line in timeline.lines(shutil.get_terminal_size().columns, bold=sys.stdout.isatty(), block=block):
            out(line)
    return 0
