"""The pipeline as a graph."""

from __future__ import annotations

from typing import Any

from localcloud.control.console.pipeline import pipeline
from workshop.clone import PROJECT

INSERT = (PROJECT / "sql" / "insert-into-product-vector.sql").read_text()
MODEL = (PROJECT / "sql" / "create-model-vector-embedding.sql").read_text()


def topic(name: str, **facts: Any) -> dict[str, Any]:
    return {"environment": "env", "name": name, "cluster": "lkc", "written": 10, "rate": 9.0, **facts}


def statement(text: str, phase: str = "RUNNING", **facts: Any) -> dict[str, Any]:
    own = {"name": "s", "cause": "", "written": 5, "rate": 2.0, "lag": 1}
    return {"id": text[:30], "environment": "env", "text": text, "phase": phase, **own, **facts}


def connector(role: str, topics: list[str], stores: tuple[str, ...] = ()) -> dict[str, Any]:
    own = {"phase": "RUNNING", "cause": "", "written": 5, "rate": 2.5, "lag": None, "dead_letters": None}
    return {
        "id": role,
        "name": role,
        "environment": "env",
        "role": role,
        "class": f"{role.title()}Sink",
        "topics": topics,
        "stores": stores,
        **own,
    }


CONNECTION = {"environment": "env", "name": "openai-embedding-connection", "endpoint": "http://127.0.0.1/v1"}
WHOLE: tuple[Any, ...] = (
    [connector("source", ["product-updates"]), connector("sink", ["product_vector"], ("127.0.0.1:19017",))],
    [statement(MODEL, "COMPLETED"), statement(INSERT)],
    [topic("product-updates"), topic("product_vector")],
    [CONNECTION],
)


def columns(graph: dict[str, Any]) -> dict[str, int]:
    return {f"{node['kind']} {node['name']}": node["column"] for node in graph["nodes"]}


def test_each_part_stands_to_the_right_of_what_it_follows() -> None:
    assert columns(pipeline(*WHOLE)) == {
        "connector source": 0,
        "topic product-updates": 1,
        "model vector_embedding": 1,
        "statement s": 2,
        "topic product_vector": 3,
        "connector sink": 4,
        "store 127.0.0.1:19017": 5,
    }


def test_a_topic_has_the_rate_of_what_writes_into_it() -> None:
    rates = {node["name"]: node.get("rate") for node in pipeline(*WHOLE)["nodes"]}
    assert (rates["product-updates"], rates["product_vector"]) == (2.5, 2.0)
    alone = pipeline([], [statement("INSERT INTO a SELECT * FROM b")], [topic("a"), topic("b")], [])
    assert {node["name"]: node["rate"] for node in alone["nodes"]} == {"s": 2.0, "a": 2.0, "b": 9.0}


def test_what_is_missing_is_shown_as_missing() -> None:
    graph = pipeline([connector("source", ["gone"])], [statement(INSERT)], [topic("product_vector")], [])
    phases = {node["name"]: node["phase"] for node in graph["nodes"]}
    assert (phases["gone"], phases["vector_embedding"]) == ("MISSING", "MISSING")


def test_a_statement_may_read_what_it_writes() -> None:
    graph = pipeline([], [statement("INSERT INTO a SELECT * FROM a, b")], [topic("a"), topic("b")], [])
    assert len(graph["edges"]) == 3
    found = columns(graph)
    assert found["statement s"] > found["topic b"]


def test_a_model_stands_in_front_of_the_first_statement_that_uses_it() -> None:
    later = statement("INSERT INTO late SELECT * FROM product_vector, LATERAL TABLE(ML_PREDICT('vector_embedding', x))")
    graph = pipeline([], [statement(MODEL, "COMPLETED"), statement(INSERT), later], [*WHOLE[2], topic("late")], [])
    assert columns(graph)["model vector_embedding"] == 0


def test_a_model_has_the_rate_of_all_that_use_it() -> None:
    later = statement(
        "INSERT INTO late SELECT * FROM q, LATERAL TABLE(ML_PREDICT('vector_embedding', x))", name="t", rate=3.5
    )
    graph = pipeline([], [statement(MODEL, "COMPLETED"), statement(INSERT), later], WHOLE[2], [CONNECTION])
    assert {node["name"]: node.get("rate") for node in graph["nodes"]}["vector_embedding"] == 5.5


def test_two_flows_do_not_cross() -> None:
    flows = [statement("INSERT INTO d SELECT * FROM b"), statement("INSERT INTO c SELECT * FROM a")]
    topics = [topic(name) for name in "abcd"]
    names = [node["name"] for node in pipeline([], flows, topics, [])["nodes"] if node["kind"] == "topic"]
    assert "".join(names) in {"abcd", "badc"}


def test_parts_are_told_with_their_environment() -> None:
    assert {node["environment"] for node in pipeline(*WHOLE)["nodes"]} == {"env"}


def test_a_view_stands_for_what_it_reads() -> None:
    view = statement("CREATE VIEW v AS SELECT * FROM a", "COMPLETED")
    graph = pipeline([], [view, statement("INSERT INTO b SELECT * FROM v")], [topic("a"), topic("b")], [])
    assert columns(graph) == {"topic a": 0, "statement s": 1, "topic b": 2}


def test_an_external_table_is_a_part_of_its_own() -> None:
    table = statement("CREATE TABLE docs (x INT) WITH ('connector' = 'mongodb')", "COMPLETED")
    insert = statement("INSERT INTO b SELECT * FROM q, LATERAL TABLE(VECTOR_SEARCH_AGG(docs, DESCRIPTOR(v), x, 3))")
    graph = pipeline([], [table, insert], [topic("q"), topic("b")], [])
    (docs,) = (node for node in graph["nodes"] if node["kind"] == "table")
    assert (docs["name"], docs["detail"], docs["column"]) == ("docs", "mongodb", 0)


def test_what_has_completed_and_queries_are_no_parts() -> None:
    gone = [statement("INSERT INTO a VALUES (1)", "COMPLETED"), statement("SELECT * FROM a")]
    assert pipeline([], gone, [topic("a")], []) == {"nodes": [], "edges": []}
