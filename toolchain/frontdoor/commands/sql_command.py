"""`./pulumiw sql ["STATEMENT"]`: reads the stack's outputs, then runs :mod:`toolchain.frontdoor.sql` with them.

The second part is a process of its own, since Confluent's driver is installed in the virtual environment alone. Keys
travel on a pipe: other users can read a command line.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.foreground import replace_process
from toolchain.frontdoor.hall.pipes import json_on_pipe
from toolchain.frontdoor.setup.prepare import prepare
from toolchain.frontdoor.setup.venv import Packages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.setup.prepare import Prepared

_DEPLOYER = "deployer"
NEEDED_OUTPUTS = frozenset(
    {"organizationId", "environmentId", "kafkaClusterName", "computePoolId", "flinkRestEndpoint"}
    | {"flinkApiKey", "flinkApiSecret"}
)


def positive(text: str) -> int:
    """Parse a whole number above 0 for argparse; raises :class:`ValueError` for any other text."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pulumiw sql",
        description="Run a Flink SQL statement on the stack. Without one: a shell on a terminal, else the statements on"
        " standard input, up to the first that fails.",
    )
    parser.add_argument("statement", nargs="?", help='for example "SELECT content FROM product_vector"')
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--limit", type=positive, metavar="N", help="end the statement after N rows")
    parser.add_argument("--seconds", type=positive, metavar="N", help="end the statement after N seconds")
    parser.add_argument(
        "--as",
        dest="account",
        choices=[_DEPLOYER],
        help="run it with the rights of the stack's own account, as on Confluent Cloud; on the local cloud it is its"
        " owner's otherwise, who may do everything",
    )
    parser.add_argument("-s", "--stack", help="the stack (default: the selected one, else dev)")
    return parser


def outputs_of(prepared: Prepared, needed: frozenset[str] = NEEDED_OUTPUTS) -> dict[str, object]:
    """Return the outputs of a deployed stack, secrets decrypted.

    Raises :class:`Failure` if they cannot be read or lack one of ``needed``, as before the first `up`.
    """
    stack = prepared.stack.name
    shown = prepared.pulumi("stack", "output", "--json", "--show-secrets", "--stack", stack)
    if shown.returncode != 0:
        raise Failure(f"The outputs of stack {stack} cannot be read: {shown.stderr.strip().removeprefix('error: ')}")
    outputs: dict[str, object] = json.loads(shown.stdout)
    if missing := sorted(needed - outputs.keys()):
        raise Failure(
            f"Stack {stack} has no pipeline to ask (outputs lack {', '.join(missing)}): run `./pulumiw up` first."
        )
    return outputs


def owner_key(prepared: Prepared) -> dict[str, object]:
    """Return outputs that replace the stack's Flink key by the local cloud's own; empty on Confluent Cloud."""
    if prepared.cloud is None:
        return {}
    keys = prepared.cloud.credentials
    return {"flinkApiKey": keys["cloud_api_key"], "flinkApiSecret": keys["cloud_api_secret"]}


def sql_argv(layout: Layout, outputs: int, arguments: list[str]) -> list[str]:
    """Return the command line of :mod:`toolchain.frontdoor.sql`; ``outputs``: file descriptor of the outputs' pipe."""
    return [str(layout.python), "-m", "toolchain.frontdoor.sql", "--outputs", str(outputs), *arguments]


def query_outputs(prepared: Prepared, key: Mapping[str, object]) -> dict[str, object]:
    """Return the outputs that a query needs; ``key`` overrides the Flink key."""
    wanted = NEEDED_OUTPUTS | {"kafkaClusterId"}
    outputs = {name: value for name, value in outputs_of(prepared).items() if name in wanted}
    return outputs | {"isLocal": prepared.cloud is not None} | dict(key)


def sql_environment(prepared: Prepared) -> dict[str, str]:
    """Return the environment variables of :mod:`toolchain.frontdoor.sql`."""
    return prepared.environment | {"PYTHONPATH": str(prepared.layout.project)}


def run(layout: Layout, arguments: list[str]) -> int:
    """Run SQL. Does not return: the process becomes :mod:`toolchain.frontdoor.sql`."""
    chosen = _parser().parse_args(arguments)
    if chosen.statement is not None and not chosen.statement.strip():
        raise Failure('The statement is empty: say for example `./pulumiw sql "SHOW TABLES"`.')
    opens_shell = chosen.statement is None and sys.stdin.isatty()
    request = Request(("--stack", chosen.stack) if chosen.stack else ())
    packages = (Packages.CLIENTS,) if opens_shell else ()
    prepared = prepare(layout, request, needs_cloud=True, packages=packages)
    passed = ["--json"] if chosen.json else []
    for flag, value in (("--limit", chosen.limit), ("--seconds", chosen.seconds)):
        passed += [flag, str(value)] if value else []
    if chosen.statement is None:
        passed.append("--shell" if opens_shell else "--piped")
    else:
        passed += ["--", chosen.statement]
    reading = json_on_pipe(query_outputs(prepared, {} if chosen.account else owner_key(prepared)))
    replace_process(sql_argv(layout, reading, passed), sql_environment(prepared), layout.project)
