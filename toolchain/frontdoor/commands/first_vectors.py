"""Output after a first `up`: some vectors, as a proof that the pipeline works, and commands to try next."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any, TextIO

from toolchain.frontdoor.ask.choice import searchable
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.verify.fed import fed_topics

if TYPE_CHECKING:
    from toolchain.frontdoor.cloud.local_cloud import LocalCloud
    from toolchain.frontdoor.stack.stack import Stack

_ROWS = 3
_SECONDS = 12


def _resources(stack: Stack) -> list[dict[str, Any]]:
    try:
        latest = json.loads(stack.checkpoint.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    except (OSError, ValueError, KeyError):
        return []
    return (latest.get("resources") or []) if latest else []


def deployed(stack: Stack) -> frozenset[tuple[str, str, str]]:
    """Return (URN, id, time of last change) of each resource in the state: equal after an `up` without changes."""
    return frozenset((r["urn"], r.get("id", ""), r.get("modified", "")) for r in _resources(stack))


def _outputs(stack: Stack) -> dict[str, Any]:
    return next((one.get("outputs") or {} for one in _resources(stack) if one["type"] == "pulumi:pulumi:Stack"), {})


def stores_to_ask(stack: Stack) -> list[str]:
    """Return the names of the stores that `ask` can search, by the stack's outputs."""
    return searchable(_outputs(stack).get("sinks") or {})


def vector_table(stack: Stack) -> str | None:
    """Return the table of the first INSERT that calls a model, and is fed; ``None`` without one."""
    outputs = _outputs(stack)
    fed, flows = fed_topics(outputs), (outputs.get("flows") or {}).values()
    return next((flow["sink"] for flow in flows if flow["models"] and flow["sink"] in fed), None)


def _first_rows(cloud: LocalCloud, cluster: str, table: str) -> list[dict[str, Any]]:
    """Read the table's topic: a query would be planned and run by Flink while both cores are busy with the `up`."""
    records = cloud.first_records(cluster, table, _ROWS, _SECONDS)
    parts = [(one["key"], one["value"]) for one in records]
    return [{**_columns(key), **_columns(value)} for key, value in parts]


def _is_vector(value: object) -> bool:
    """Whether a decoded value is a vector, as the local cloud shortens it."""
    return isinstance(value, dict) and value.keys() == {"vector", "dimensions"}


def _columns(part: object) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}


def show_first_vectors(cloud: LocalCloud, stack: Stack, stream: TextIO) -> None:
    """Print the first vectors and four commands. Never fails: the stack is up whatever happens here."""
    table = vector_table(stack)
    if table is None:
        return
    try:
        rows = _first_rows(cloud, str(_outputs(stack).get("kafkaClusterId")), table)
    except (Failure, OSError, http.client.HTTPException):
        rows = []
    stream.write("\nThe first vectors:\n" if rows else "\nThe stack is up; its first vectors are still on their way.\n")
    for row in rows:
        vectors = (value for value in row.values() if _is_vector(value))
        vector: dict[str, Any] = next(vectors, {"vector": [], "dimensions": 0})
        numbers = ", ".join(f"{number:.4f}" for number in vector["vector"])
        text = row.get("content") or ", ".join(str(value) for value in row.values() if not _is_vector(value))
        stream.write(f"  {text}\n    [{numbers}, ... {vector['dimensions']} dimensions]\n")
    query = f"SELECT * FROM {table}"  # noqa: S608 - shown, not run
    stream.write(
        "\nTry next:\n"
        f'  ./pulumiw sql "{query}" --limit 5\n'
        "  ./pulumiw console\n"
        "  ./pulumiw cloud status\n"
        "  ./pulumiw destroy --yes && ./pulumiw cloud stop\n"
    )
    stream.flush()
