"""`./pulumiw consume TOPIC`: reads outputs and keys, then runs :mod:`toolchain.frontdoor.consume` with them.

That is a process of its own, since the Kafka client is installed in the virtual environment alone. Keys travel on a
pipe: other users can read a command line.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from toolchain.frontdoor.commands.sql_command import outputs_of, positive, sql_environment
from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.foreground import replace_process
from toolchain.frontdoor.hall.pipes import json_on_pipe
from toolchain.frontdoor.setup.prepare import prepare
from toolchain.frontdoor.setup.venv import Packages

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.setup.prepare import Prepared

_NEEDED_OUTPUTS = frozenset({"kafkaClusterId", "kafkaBootstrapEndpoint", "schemaRegistryEndpoint"})
_KAFKA, _REGISTRY = "KAFKA", "SCHEMA_REGISTRY"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pulumiw consume",
        description="Print the records of a topic, key and value decoded by their schemas, until Ctrl-C.",
    )
    parser.add_argument("topic", help='for example "product-updates"')
    parser.add_argument("--from-beginning", action="store_true", help="also the records that are there already")
    parser.add_argument("--json", action="store_true", help="one JSON object a record: where it is, its key and value")
    parser.add_argument("-n", dest="count", type=positive, metavar="N", help="end after N records")
    parser.add_argument("-s", "--stack", help="the stack (default: the selected one, else dev)")
    return parser


def _key(prepared: Prepared, kind: str) -> dict[str, str]:
    """Return an API key: the local cloud's own, else the variables that the official provider reads, too."""
    if prepared.cloud is not None:
        keys = prepared.cloud.credentials
        return {"key": keys["cloud_api_key"], "secret": keys["cloud_api_secret"]}
    return {part: prepared.environment.get(f"{kind}_API_{part.upper()}", "") for part in ("key", "secret")}


def run(layout: Layout, arguments: list[str]) -> int:
    """Consume. Does not return: the process becomes :mod:`toolchain.frontdoor.consume`."""
    chosen = _parser().parse_args(arguments)
    if not chosen.topic.strip():
        raise Failure("The name of the topic is empty: say for example `./pulumiw consume product-updates`.")
    request = Request(("--stack", chosen.stack) if chosen.stack else ())
    prepared = prepare(layout, request, needs_cloud=True, packages=(Packages.CLIENTS,))
    outputs = outputs_of(prepared, _NEEDED_OUTPUTS)
    cluster, key = outputs["kafkaClusterId"], _key(prepared, _KAFKA)
    if not all(key.values()):
        raise Failure(
            f"Kafka cannot be asked without an API key for cluster {cluster}, and the stack has none: set KAFKA_API_KEY"
            f" and KAFKA_API_SECRET (`confluent api-key create --resource {cluster}`)."
        )
    given = {
        "cluster": {"identifier": cluster, "bootstrap": outputs["kafkaBootstrapEndpoint"], **key},
        "registry": {"endpoint": outputs["schemaRegistryEndpoint"], **_key(prepared, _REGISTRY)},
    }
    argv = [str(layout.python), "-m", "toolchain.frontdoor.consume", "--input", str(json_on_pipe(given))]
    for flag, wanted in (("--from-beginning", chosen.from_beginning), ("--json", chosen.json)):
        argv += [flag] if wanted else []
    argv += ["--count", str(chosen.count)] if chosen.count else []
    replace_process([*argv, "--", chosen.topic], sql_environment(prepared), layout.project)
