"""Output after a first `up`: some vectors, as a proof that the pipeline works, and commands to try next."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, TextIO

from toolchain.frontdoor.ask.choice import searchable
from toolchain.frontdoor.commands.sql_command import query_outputs, sql_argv, sql_environment
from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from toolchain.frontdoor.setup.prepare import Prepared
    from toolchain.frontdoor.stack.stack import Stack

_ROWS = 3
_SECONDS = 12  # for the query itself
_ALL_SECONDS = 15  # with the start of its process
_NUMBERS_SHOWN = 4


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
    """Return the target table of the first INSERT that calls a model, by the stack's outputs; ``None`` without one."""
    outputs = _outputs(stack)
    return next((flow["sink"] for flow in (outputs.get("flows") or {}).values() if flow["models"]), None)


def _first_rows(prepared: Prepared, statement: str) -> list[dict[str, Any]]:
    bounds = ["--json", "--limit", str(_ROWS), "--seconds", str(_SECONDS)]
    reading, writing = os.pipe()
    with subprocess.Popen(  # noqa: S603 - our own module, which imports its driver while the outputs are read
        sql_argv(prepared.layout, reading, [*bounds, "--", statement]),
        env=sql_environment(prepared),
        cwd=prepared.layout.project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        pass_fds=(reading,),
    ) as asking:
        os.close(reading)
        try:
            with os.fdopen(writing, "w") as pipe:
                json.dump(query_outputs(prepared), pipe)
            said, _ = asking.communicate(timeout=_ALL_SECONDS)
        finally:
            asking.kill()
    return [json.loads(line) for line in said.splitlines()]


def show_first_vectors(prepared: Prepared, stream: TextIO) -> None:
    """Print the first vectors and four commands. Never fails: the stack is up whatever happens here."""
    table = vector_table(prepared.stack)
    if table is None:
        return
    statement = f"SELECT * FROM {table}"  # noqa: S608 - a table of the project's own files
    try:
        rows = _first_rows(prepared, statement)
    except (Failure, OSError, ValueError, subprocess.SubprocessError):
        rows = []
    stream.write("\nThe first vectors:\n" if rows else "\nThe stack is up; its first vectors are still on their way.\n")
    for row in rows:
        vector = next((value for value in row.values() if isinstance(value, list)), [])
        numbers = ", ".join(f"{number:.4f}" for number in vector[:_NUMBERS_SHOWN])
        text = row.get("content") or ", ".join(str(value) for value in row.values() if not isinstance(value, list))
        stream.write(f"  {text}\n    [{numbers}, ... {len(vector)} dimensions]\n")
    stream.write(
        "\nTry next:\n"
        f'  ./pulumiw sql "{statement}" --limit 5\n'
        "  ./pulumiw console\n"
        "  ./pulumiw cloud status\n"
        "  ./pulumiw destroy --yes && ./pulumiw cloud stop\n"
    )
    stream.flush()
