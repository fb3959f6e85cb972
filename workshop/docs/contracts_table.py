"""The table of import contracts in ``docs/architecture.md``: each rule of ``pyproject.toml`` with its reason."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

CONFIGURATION = Path(__file__).resolve().parents[2] / "pyproject.toml"


def contracts() -> list[dict[str, Any]]:
    """Return import-linter's contracts in the order of the file."""
    read = tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))
    return list(read["tool"]["importlinter"]["contracts"])


def render() -> str:
    """Return the table: the rule, for layers also their order from the top, and the reason."""
    rows = ["| rule | from top to bottom | reason |", "|---|---|---|"]
    rows += [f"| {one['name']} | {_order(one)} | {one['broken_contract_guidance']} |" for one in contracts()]
    return "\n".join(rows) + "\n"


def _order(contract: dict[str, Any]) -> str:
    return " > ".join(_layer(layer) for layer in contract.get("layers", ()))


def _layer(layer: str) -> str:
    """Return one layer as a cell may hold it: siblings (``a | b``) in brackets, as ``|`` would end the cell."""
    rooms = [f"`{room.strip()}`" for room in layer.split("|")]
    return rooms[0] if len(rooms) == 1 else f"({', '.join(rooms)})"
