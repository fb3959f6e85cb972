"""What a statement makes, writes, reads and predicts with."""

from __future__ import annotations

import pytest

from localcloud.control.console.sql_names import SqlNames, names_in
from workshop.clone import PROJECT


def of_file(name: str) -> SqlNames:
    return names_in((PROJECT / "sql" / name).read_text())


def test_the_stack_s_own_statements() -> None:
    insert = of_file("insert-into-product-vector.sql")
    assert (insert.writes, insert.reads, insert.models) == (
        ["product_vector"],
        ["product-updates"],
        ["vector_embedding"],
    )
    model = of_file("create-model-vector-embedding.sql")
    assert (model.made, model.name) == ("MODEL", "vector_embedding")
    assert model.options["openai.connection"] == "openai-embedding-connection"
    table = of_file("create-table-product-vector.sql")
    assert (table.made, table.name, table.writes) == ("TABLE", "product_vector", [])


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT * FROM a, b AS x, c", ["a", "b", "c"]),
        ("SELECT * FROM `my cat`.`db`.`t-1` JOIN u ON 1 = 1", ["t-1", "u"]),
        ("SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(t), INTERVAL '1' MINUTE))", ["orders"]),
        ("WITH x AS (SELECT 1 FROM a) SELECT * FROM x -- FROM nowhere", ["a"]),
        ("SELECT 'FROM text' FROM a, LATERAL TABLE(VECTOR_SEARCH_AGG(docs, DESCRIPTOR(v), q, 3))", ["a", "docs"]),
        ("SELECT * FROM", []),
        ("INSERT INTO", []),
        ("ML_PREDICT(", []),
    ],
)
def test_what_is_read(sql: str, reads: list[str]) -> None:
    assert names_in(sql).reads == reads


def test_a_set_of_statements_writes_several_tables() -> None:
    sql = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT * FROM s; INSERT INTO `b` SELECT * FROM s; END"
    assert (names_in(sql).writes, names_in(sql).reads) == (["a", "b"], ["s"])


def test_a_model_is_named_by_a_text_or_an_identifier() -> None:
    for argument in ("'c.d.m'", "MODEL m", "`c`.`m`"):
        assert names_in(f"SELECT * FROM t, LATERAL TABLE(ML_PREDICT({argument}, x))").models == ["m"]


def test_what_is_made_may_be_optional() -> None:
    assert names_in("CREATE VIEW IF NOT EXISTS v AS SELECT * FROM t").name == "v"
    assert names_in("DROP TABLE t").made == ""
