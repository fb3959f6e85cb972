"""Which resource of a stack makes a table, and so a topic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STATEMENT = "confluentcloud:index/flinkStatement:FlinkStatement"
_CONNECTOR = "confluentcloud:index/connector:Connector"
_CREATE_TABLE = re.compile(r"^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`?([\w-]+)", re.IGNORECASE | re.MULTILINE)


def makers_in(resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return table -> URN of the resource that creates it, for the ``resources`` of a state."""
    found: dict[str, str] = {}
    for one in resources:
        inputs = one.get("inputs") or {}
        if one["type"] == _STATEMENT and (made := _CREATE_TABLE.search(str(inputs.get("statement")))):
            found[made[1]] = one["urn"]
        elif one["type"] == _CONNECTOR and (topic := (inputs.get("configNonsensitive") or {}).get("kafka.topic")):
            found[topic] = one["urn"]
    return found
