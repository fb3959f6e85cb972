"""What is printed after a first `up`."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from toolchain.frontdoor.cloud.local_cloud import LocalCloud
from toolchain.frontdoor.commands.first_vectors import show_first_vectors
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.stack.stack import Project, Stack

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout

OUTPUTS = {
    "kafkaClusterId": "lkc-1",
    "connectors": {"DatagenSource": {"id": "lcc-1", "topic": "product-updates"}},
    "flows": {
        "answer": {"models": ["m"], "sink": "question_vector", "sources": ["questions"]},  # whose rows are typed
        "copy": {"models": [], "sink": "copied", "sources": []},
        "embed": {"models": ["m"], "sink": "product_vector", "sources": ["product-updates"]},
    },
}


@pytest.fixture
def stack(layout: Layout) -> Stack:
    """Return a stack whose state has the outputs of a pipeline."""
    stack = Stack.read(Project.read(layout), "dev")
    stack.checkpoint.parent.mkdir(parents=True)
    resources = [{"urn": "urn:stack", "type": "pulumi:pulumi:Stack", "outputs": OUTPUTS}]
    stack.checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
    return stack


def said(layout: Layout, stack: Stack) -> str:
    stream = io.StringIO()
    show_first_vectors(LocalCloud(layout, "http://127.0.0.1:8099"), stack, stream)
    return stream.getvalue()


def test_the_first_records_of_the_topic_with_vectors_are_shown(
    layout: Layout, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []
    vector = {"vector": [0.5, -0.25, 1.0, 0.125], "dimensions": 256}
    records: list[dict[str, Any]] = [
        {"key": None, "value": {"content": "a red shoe", "vector": vector}},
        {"key": {"id": 7}, "value": {"name": "hat", "vector": vector}},
        {"key": None, "value": None},  # a deletion has neither text nor vector
    ]

    def first_records(_: LocalCloud, *arguments: object) -> list[dict[str, Any]]:
        asked.append(arguments)
        return records

    monkeypatch.setattr(LocalCloud, "first_records", first_records)
    text = said(layout, stack)
    assert [one[:2] for one in asked] == [("lkc-1", "product_vector")]
    assert "The first vectors:\n  a red shoe\n    [0.5000, -0.2500, 1.0000, 0.1250, ... 256 dimensions]\n" in text
    assert "  7, hat\n    [0.5000" in text
    assert './pulumiw sql "SELECT * FROM product_vector" --limit 5' in text


@pytest.mark.parametrize("error", [Failure("there is no such topic"), ConnectionResetError(), None])
def test_without_one_the_stack_is_up_all_the_same(
    layout: Layout, stack: Stack, monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    def first_records(*_: object) -> list[dict[str, Any]]:
        if error:
            raise error
        return []

    monkeypatch.setattr(LocalCloud, "first_records", first_records)
    text = said(layout, stack)
    assert "its first vectors are still on their way" in text
    assert "Try next:" in text


def test_a_stack_without_a_model_shows_nothing(layout: Layout) -> None:
    assert said(layout, Stack.read(Project.read(layout), "dev")) == ""
