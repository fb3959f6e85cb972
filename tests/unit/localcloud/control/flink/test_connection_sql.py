"""Changes of connections in SQL: what they say, and their text without secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.control.core.errors import InvalidError
from localcloud.control.flink.connection_sql import is_change, read, redacted

CREATE = "CREATE CONNECTION c WITH ('type' = 'openai', 'endpoint' = 'https://h/v1', 'api-key' = 'sk-1')"


def test_a_creation_is_read_whole() -> None:
    sql = """-- mine
    create connection /* why */ if not exists `env`.`my db`.`it``s`
    COMMENT 'it''s mine' WITH ('Type'='mongodb', 'ENDPOINT'='mongodb+srv://h/', 'username'='u', 'password'='p''w') ;"""
    change = read(sql)
    assert (change.verb, change.path, change.name) == ("CREATE", ("env", "my db", "it`s"), "it`s")
    assert change.if_condition
    assert (change.comment, change.type, change.endpoint) == ("it's mine", "mongodb", "mongodb+srv://h/")
    assert change.secrets == {"USERNAME": "u", "PASSWORD": "p'w"}
    assert "p'w" not in repr(change)


def test_other_changes_are_read() -> None:
    changed = read("ALTER CONNECTION c SET ('api-key' = 'sk-2')")
    assert (changed.verb, changed.if_condition, changed.secrets) == ("ALTER", False, {"API_KEY": "sk-2"})
    dropped = read("DROP CONNECTION IF EXISTS c")
    assert (dropped.verb, dropped.if_condition, dropped.name) == ("DROP", True, "c")


@pytest.mark.parametrize(
    "sql",
    ["SHOW CONNECTIONS", "DESCRIBE CONNECTION c", "CREATE MODEL m", "EXPLAIN " + CREATE, "", "CREATE", "DROP TABLE c"],
)
def test_nothing_else_is_a_change(sql: str) -> None:
    assert not is_change(sql)
    assert redacted(sql) == sql


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("CREATE CONNECTION", "has no name: write CREATE CONNECTION"),
        ("CREATE CONNECTION a.", "ends in a dot"),
        ("CREATE CONNECTION c", "has no WITH ('option' = 'value', ...)"),
        ("CREATE CONNECTION c WITH ()", "has no options"),
        ("CREATE CONNECTION c WITH ('type' = 'rest' 'endpoint' = 'e')", "that no comma separates"),
        ("CREATE CONNECTION c WITH ('type' = rest)", "not 'name' = 'value'"),
        ("CREATE CONNECTION c WITH ('type' = 'rest', 'password' = 'Zq9", "not 'name' = 'value'"),
        ("CREATE CONNECTION c WITH ('type' = 'rest', 'type' = 'rest')", "has the option 'type' twice"),
        ("CREATE CONNECTION c WITH ('ap-key' = 'Zq9')", "unknown option 'ap-key': use 'type', 'endpoint', 'api-key'"),
        ("CREATE CONNECTION c WITH ('ap-key' = 'Zq9')", "Did you mean api-key?"),
        ("CREATE CONNECTION c WITH ('api-key' = '<REDACTED>')", "write the secret itself"),
        ("CREATE CONNECTION c COMMENT WITH ('type' = 'rest')", "has no text after COMMENT"),
        ("CREATE CONNECTION c WITH ('type' = 'rest') AND MORE", "has more than one statement needs"),
        ("ALTER CONNECTION c RENAME TO d", "has no SET ('option' = 'value', ...)"),
        ("DROP CONNECTION c, d", "has more than one statement needs"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_value(sql: str, said: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(sql)
    assert said in str(refused.value)
    assert "Zq9" not in str(refused.value)


def test_what_is_shown_is_the_text_without_secrets() -> None:
    assert redacted(CREATE) == CREATE.replace("sk-1", "<REDACTED>")
    assert redacted("ALTER CONNECTION c SET ('Api-Key'='a''b') -- x") == (
        "ALTER CONNECTION c SET ('Api-Key'='<REDACTED>') -- x"
    )


@given(
    secret=st.text("Zq9_\u00e4 -.", min_size=8, max_size=20).map(lambda text: f"Zq9{text}9qZ"),
    name=st.text(max_size=12),
)
def test_no_value_of_any_other_option_is_kept(secret: str, name: str) -> None:
    quoted = name.replace("'", "''")
    if name.lower() in {"type", "endpoint", "sse-endpoint", "token-endpoint", "transport-type"}:
        return
    for sql in (
        f"CREATE CONNECTION c WITH ('type' = 'openai', '{quoted}' = '{secret}')",
        f"ALTER CONNECTION c SET ('{quoted}' /* x */ =\n'{secret}', 'x' = 'y'",
        f"CREATE CONNECTION c WITH ('{quoted}' = '{secret}",
    ):
        assert secret not in redacted(sql), sql
