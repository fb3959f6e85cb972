"""What the stack's output ``flows`` says (docs/outputs.md): which topics fill themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def fed_topics(outputs: Mapping[str, Any]) -> set[str]:
    """Return the topics that get records without anybody's doing: from a connector, or by INSERTs from such a topic.

    The others are for rows that a person or a client writes.
    """
    fed = {one["topic"] for one in (outputs.get("connectors") or {}).values()}
    flows = list((outputs.get("flows") or {}).values())
    while more := {flow["sink"] for flow in flows if fed & set(flow["sources"])} - fed:
        fed |= more
    return fed
