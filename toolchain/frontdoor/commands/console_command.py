"""`./pulumiw console`: a link that opens the local cloud's console, and the browser on it."""

from __future__ import annotations

import argparse
import webbrowser
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import out, say
from toolchain.frontdoor.setup.prepare import local_cloud_of, set_up
from toolchain.frontdoor.stack.stack import DEFAULT_STACK, Project, Stack

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pulumiw console",
        description="Open the local cloud's console: pipeline, topics, statements, search, SQL. The cloud is started if"
        " it is not up.",
    )
    parser.add_argument("--no-browser", action="store_true", help="print the link alone")
    parser.add_argument("-s", "--stack", help="the stack (default: the selected one, else dev)")
    return parser


def run(layout: Layout, arguments: list[str]) -> int:
    """Print the link, on standard output, and open it unless that is not wanted."""
    chosen = _parser().parse_args(arguments)
    project = Project.read(layout)
    request = Request(("--stack", chosen.stack) if chosen.stack else ())
    stack = Stack.read(project, project.current_stack(request))
    cloud = local_cloud_of(stack) or (None if chosen.stack else local_cloud_of(Stack.read(project, DEFAULT_STACK)))
    if cloud is None:
        raise Failure(
            f"Stack {stack.short_name} does not live on a local cloud, and Confluent Cloud has a console of its own:"
            " https://confluent.cloud. Name a local stack: `./pulumiw console -s dev`."
        )
    set_up(layout, cloud, stack, cli=False)
    link = cloud.console_link()
    say("The console, for ten minutes and one browser:")
    out(link)
    if not chosen.no_browser and not webbrowser.open(link):
        say("There is no browser here: open the link in one on this machine.")
    return 0
