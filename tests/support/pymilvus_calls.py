"""Calls of Milvus's own client, in a process that has its packages: ``python -m tests.support.pymilvus_calls``.

Input: ``{"uri", "token", "calls": [[method, arguments], ...]}``. Output: the results, one JSON list; of a call that was
refused ``{"code", "message"}``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pymilvus import MilvusClient, MilvusException


def _called(client: Any, method: str, arguments: dict[str, Any]) -> Any:
    try:
        found = getattr(client, method)(**arguments)
    except MilvusException as error:
        return {"code": error.code, "message": error.message}
    return [[dict(hit) for hit in hits] for hits in found] if method == "search" else found


def _plain(value: Any) -> Any:
    """Return what JSON has no form for: rows are lists and mappings of pymilvus's own."""
    return dict(value) if hasattr(value, "keys") else list(value) if hasattr(value, "__iter__") else str(value)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    try:
        made = MilvusClient(uri=given["uri"], token=given["token"])
        results = [_called(made, method, arguments) for method, arguments in given["calls"]]
    except MilvusException as error:
        results = [{"code": error.code, "message": error.message}]
    json.dump(results, sys.stdout, default=_plain)
