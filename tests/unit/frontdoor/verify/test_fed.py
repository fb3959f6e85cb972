"""Topics that fill themselves."""

from __future__ import annotations

from toolchain.frontdoor.verify.fed import fed_topics

CONNECTORS = {"orders": {"id": "lcc-1", "topic": "orders"}}


def flow(sink: str, *sources: str) -> dict[str, object]:
    return {"sink": sink, "sources": list(sources), "models": []}


def test_what_a_connector_fills_and_what_is_made_of_it() -> None:
    flows = {"b": flow("vectors", "clean"), "a": flow("clean", "orders")}
    assert fed_topics({"connectors": CONNECTORS, "flows": flows}) == {"orders", "clean", "vectors"}


def test_what_is_made_of_typed_rows_is_not_fed() -> None:
    flows = {"a": flow("chunks", "documents"), "b": flow("vectors", "chunks"), "c": flow("joined", "chunks", "orders")}
    assert fed_topics({"connectors": CONNECTORS, "flows": flows}) == {"orders", "joined"}


def test_a_stack_without_either() -> None:
    assert fed_topics({}) == set()
