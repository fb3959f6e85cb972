"""`./pulumiw verify`: reads outputs, state and keys, then runs :mod:`toolchain.frontdoor.verify` with them."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.commands.sql_command import NEEDED_OUTPUTS, outputs_of, positive, sql_environment
from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.foreground import replace_process
from toolchain.frontdoor.hall.pipes import json_on_pipe
from toolchain.frontdoor.hall.terminal import out
from toolchain.frontdoor.setup.prepare import prepare
from toolchain.frontdoor.stack.stack import Project
from toolchain.frontdoor.state.deployment import deployment
from toolchain.frontdoor.state.endpoints import CONFLUENT_CLOUD
from toolchain.frontdoor.state.makers import makers_in

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.setup.prepare import Prepared

# A record arrives after up to 25 s (recordIntervalMs) and is visible when Flink commits it: on Confluent Cloud, once a
# minute. The default leaves time for both, twice.
_SECONDS = 180
_OWN_OUTPUTS = NEEDED_OUTPUTS | {"kafkaClusterId", "connectors", "flows", "statements"}
_OF_SINKS = {"sinks", "sinkSecrets"}  # of stacks that have been up since there were sinks
_KEY = {"key": "confluentcloud:cloudApiKey", "secret": "confluentcloud:cloudApiSecret"}
_VARIABLES = {"key": "CONFLUENT_CLOUD_API_KEY", "secret": "CONFLUENT_CLOUD_API_SECRET"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pulumiw verify",
        description="Check that the stack is healthy: statements, connectors, lag, a fresh vector, stores. Exit status"
        " 0 or 1.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--seconds",
        type=positive,
        default=_SECONDS,
        metavar="N",
        help="wait at most N seconds for what is on its way (default: %(default)s)",
    )
    parser.add_argument("-s", "--stack", help="the stack (default: the selected one, else dev)")
    return parser


def _cloud_key(prepared: Prepared) -> dict[str, str]:
    """Return the cloud API key in the provider's order: from the stack's settings, else from the environment."""
    found: dict[str, str] = {}
    for part, setting in _KEY.items():
        if prepared.stack.config(setting):
            shown = prepared.pulumi("config", "get", setting, "--stack", prepared.stack.name)
            found[part] = shown.stdout.strip()
        else:
            found[part] = prepared.environment.get(_VARIABLES[part], "")
    if not all(found.values()):
        raise Failure(
            "The connectors cannot be asked without a cloud API key: set CONFLUENT_CLOUD_API_KEY and"
            " CONFLUENT_CLOUD_API_SECRET."
        )
    return found


def _repairs(prepared: Prepared) -> dict[str, Any]:
    """Return the facts that suggestions for a repair need: the key rotation, and the resource of each table."""
    rotation = str(prepared.stack.config(f"{prepared.stack.project.name}:rotation") or "1")
    resources = deployment(prepared).get("resources") or []
    return {"rotation": int(rotation) if rotation.isdecimal() else 1, "makers": makers_in(resources)}


def _run_checks(layout: Layout, chosen: argparse.Namespace) -> None:
    request = Request(("--stack", chosen.stack) if chosen.stack else ())
    prepared = prepare(layout, request, needs_cloud=True)
    outputs = {
        name: value for name, value in outputs_of(prepared, _OWN_OUTPUTS).items() if name in _OWN_OUTPUTS | _OF_SINKS
    }
    endpoint = prepared.stack.endpoint or prepared.environment.get("CONFLUENT_CLOUD_ENDPOINT") or CONFLUENT_CLOUD
    cloud = {"endpoint": endpoint, **_cloud_key(prepared)}
    given = {"stack": prepared.stack.short_name, "outputs": outputs, "cloud": cloud, "repairs": _repairs(prepared)}
    reading = json_on_pipe(given)
    argv = [str(layout.python), "-m", "toolchain.frontdoor.verify", "--input", str(reading)]
    argv += ["--seconds", str(chosen.seconds), *(["--json"] if chosen.json else [])]
    replace_process(argv, sql_environment(prepared), layout.project)


def run(layout: Layout, arguments: list[str]) -> int:
    """Check the stack; the exit status is 0 if it is healthy, else 1, with one sentence per problem."""
    chosen = _parser().parse_args(arguments)
    try:
        _run_checks(layout, chosen)
    except Failure as failure:
        if not chosen.json:
            raise
        request = Request(("--stack", chosen.stack) if chosen.stack else ())
        stack = Project.read(layout).current_stack(request).rsplit("/", 1)[-1]
        out(json.dumps({"stack": stack, "healthy": False, "problems": [str(failure)]}))
    return 1
