"""No secret that is sent comes back."""

from __future__ import annotations

import io
import itertools
import json
import logging
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud import logs
from localcloud.masking import MASK, is_secret_name, masked, secret_in
from tests.unit.localcloud.conftest import statement_body

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local

LETTERS = string.ascii_letters + string.digits
SECRET_NAMES = [
    *("api-key", "api_key", "apikey", "openai.api_key", "OPENAI.API-KEY", "password", "mongodb.password", "pasword"),
    *("client.secret", "mysecretvalue", "token", "auth-token", "aws-access-key", "aws-secret-key", "AWS_SESSION_TOKEN"),
    *("service-key", "sasl.jaas.config", "credentials", "private key".replace(" ", "_"), "passphrase"),
]
PLAIN_NAMES = [
    *("task", "provider", "openai.connection", "value.format", "key.format", "changelog.mode", "kafka.retention.time"),
    *("scan.startup.specific-offsets", "openai.params.max_tokens", "aws-region", "connector", "monkey", "keyboard"),
]
SHAPED = {
    "OpenAI": st.text(LETTERS, min_size=20, max_size=60).map("sk-".__add__),
    "OpenAI project": st.text(LETTERS + "_-", min_size=20, max_size=60).map("sk-proj-".__add__),
    "AWS": st.text(string.ascii_uppercase + string.digits, min_size=16, max_size=16).map("AKIA".__add__),
    "Google": st.text(LETTERS + "_-", min_size=35, max_size=35).map("AIza".__add__),
    "GitHub": st.text(LETTERS, min_size=36, max_size=36).map("ghp_".__add__),
    "JWT": st.lists(st.text(LETTERS, min_size=10, max_size=20), min_size=3, max_size=3).map(
        lambda parts: f"eyJ{parts[0]}.eyJ{parts[1]}.{parts[2]}"
    ),
}
shaped = st.one_of(*SHAPED.values())
spacing = st.sampled_from(["=", " = ", "\n=\n", "  =", " /* why */ = ", " = -- why\n"])
values = st.text(st.characters(codec="utf-8", exclude_characters="'\n"), min_size=1, max_size=80).filter(str.strip)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_options_that_hold_a_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_options_that_hold_none(name: str) -> None:
    assert not is_secret_name(name)
    assert secret_in(f"CREATE MODEL m WITH ('{name}' = 'text-embedding-3-small')") is None


@given(name=st.sampled_from(SECRET_NAMES), value=values, equals=spacing, other=st.sampled_from(PLAIN_NAMES))
def test_a_secret_option_is_found_whatever_its_value(name: str, value: str, equals: str, other: str) -> None:
    if value.strip("'\"`") == "" or (value.startswith("{{") and value.endswith("}}")):
        return
    sql = f"CREATE MODEL m COMMENT 'it''s' WITH ({quoted(other)} = 'x', {quoted(name)}{equals}{quoted(value)})"
    where = secret_in(sql)
    assert where == f"in the option '{name}'"


@given(name=st.sampled_from(SECRET_NAMES), value=st.text(LETTERS, min_size=12), quote=st.sampled_from(["'", '"']))
def test_a_secret_option_is_masked_in_whatever_is_said(name: str, value: str, quote: str) -> None:
    for said in (
        f"Unsupported query: CREATE CONNECTION c WITH ({quoted(name)} = {quoted(value)})",
        f"It's wrong: {quote}{name}{quote}={quote}{value}{quote} is not known",
        json.dumps({name: value}),
        f"https://host/v1?{name}={value}&x=1",
    ):
        assert value not in masked(said)
        assert MASK in masked(said)


@given(secret=shaped, before=st.sampled_from(["SELECT '", "-- ", "/* ", "INSERT INTO t VALUES ('a', '", "SELECT `"]))
def test_what_looks_like_a_secret_is_found_and_masked_anywhere(secret: str, before: str) -> None:
    sql = f"SELECT 1;\n{before}{secret}"
    assert secret_in(sql) == "on line 2"
    assert secret not in masked(sql)


@given(st.text(LETTERS, min_size=32, max_size=64), st.sampled_from(["apikez", "opneai.kye", "x", "topic"]))
def test_a_long_random_text_is_a_secret_under_any_unknown_option(value: str, name: str) -> None:
    kinds = [(letter.isupper(), letter.isdigit()) for letter in value]
    if sum(one != other for one, other in itertools.pairwise(kinds)) >= 6:
        assert secret_in(f"CREATE MODEL m WITH ('{name}' = '{value}')") == f"in the option '{name}'"
        assert secret_in(f"CREATE MODEL m WITH ('openai.connection' = '{value}')") is None


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_placeholders_and_ordinary_statements_pass() -> None:
    for sql in (
        "CREATE MODEL m WITH ('openai.api_key' = '{{sessionconfig/sql.secrets.key}}')",
        "SELECT * FROM users WHERE password = 'x' AND id = '550e8400-e29b-41d4-a716-446655440000'",
        "CREATE TABLE t (token STRING, secret STRING) WITH ('value.format' = 'json-registry')",
        '/* {"app": "dbt", "connection_name": "list_env-kvw3d4_embeddings-97c889"} */ SELECT 1',
        "/* {'query': 'a1B2c3D4e5F6a1B2c3D4e5F6'} 'x' = 'a1B2c3D4e5F6a1B2c3D4e5F6' */ SELECT 1",
        "CREATE TABLE t (a INT) WITH ('x' = 'dbapi-e1b44f17-434d-4bf4-8021-53fcf0a11c2d')",
        "SELECT COUNT(*) FROM t /*+ OPTIONS('scan.startup.specific-offsets'='partition:0,offset:42') */",
    ):
        assert secret_in(sql) is None
    said = "Table 'lab.shop.t1' does not exist: SHOW TABLES."
    assert masked(said) == said


@pytest.mark.parametrize("text", ["'" * 131_072, "'a'=" * 32_768, "/*" * 65_536, "a." * 65_536, "://a:" * 26_214])
def test_the_longest_statement_is_read_through_whatever_it_is_made_of(text: str) -> None:
    assert secret_in(text) is None
    assert masked(text) == text


def test_logs_have_none() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs.without_secrets)
    log = logging.getLogger("test.masking")
    log.addHandler(handler)
    log.propagate = False
    secret = "sk-" + "a1B2" * 6
    try:
        int(secret)
    except ValueError:
        log.exception("statement %s: 'api-key' = 'hunter2'", secret)
    assert secret not in stream.getvalue()
    assert "hunter2" not in stream.getvalue()
    assert "ValueError: invalid literal" in stream.getvalue()


SENT = "sk-" + "Qw3rTy" * 4


@pytest.mark.parametrize(
    ("sql", "properties"),
    [
        (f"EXPLAIN CREATE CONNECTION c WITH ('type' = 'openai', 'api-key' = '{SENT}')", {}),
        ("CREATE TABLE c (a INT) WITH ('connector' = 'jdbc', 'password' = 'Qw3rTy')", {}),
        (f"CREATE MODEL m WITH ('{SENT}' = 'x')", {}),
        ("SELECT 1", {"sql.secrets.key": "Qw3rTy"}),
        ("SELECT 1", {"sql.current-catalog": SENT}),
        ("SELECT 1", {SENT: "x"}),
        ("SELECT 1", {"sql.secrets.key": {"a": "Qw3rTy"}}),
    ],
)
def test_a_statement_with_a_secret_is_refused_before_it_is_kept(local: Local, sql: str, properties: Any) -> None:
    environment = local.environment()
    pool = local.pool(environment)
    path = f"{local.sql(environment)}/statements"
    reply = local.call("POST", path, statement_body("s", sql, pool, properties=properties), status=400)
    assert "connection" in reply["errors"][0]["detail"]
    assert "Qw3rTy" not in str(reply)
    assert local.call("GET", path)["data"] == []
    assert local.plane.flink.specs == {}


def test_an_endpoint_with_a_secret_is_refused(local: Local) -> None:
    environment = local.environment()
    for endpoint in ("https://user:Qw3rTy@host/v1", "https://host/v1?api_key=Qw3rTy", f"https://host/{SENT}"):
        body = {"name": "c", "spec": {"connection_type": "REST", "endpoint": endpoint}}
        reply = local.call("POST", f"{local.sql(environment)}/connections", body, status=400)
        assert "Qw3rTy" not in str(reply)
        assert "auth_data" in reply["errors"][0]["detail"]
