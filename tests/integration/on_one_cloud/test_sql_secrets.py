"""A secret that is typed into SQL comes back nowhere: no reply, no list, no log, no file."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.files import contents
from tests.support.local_cloud import ENDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration

_LETTERS = string.ascii_letters + string.digits


def random(length: int) -> str:
    """Return letters and digits that nobody has used before."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


# Statements with a place for a secret, and what fits there.
TYPED = {
    "EXPLAIN CREATE CONNECTION c WITH ('type'='openai','endpoint'='https://host/v1','api-key'='{}')": "sk-",
    "CREATE CONNECTION c WITH ('type'='rest','endpoint'='https://{}@host/')": "user:",
    "CREATE MODEL m INPUT (a STRING) OUTPUT (v ARRAY<FLOAT>) WITH ('openai.apikey'='{}')": "",
    "CREATE MODEL m INPUT (a STRING) OUTPUT (v ARRAY<FLOAT>) WITH ('openai.api_kye'='{}')": "",
    "ALTER MODEL m SET ('openai.API_KEY' = '{}')": "",
    "CREATE TABLE t (id INT) WITH ('connector'='jdbc','pasword'='{}')": "",
    "EXPLAIN CREATE TABLE t (id INT) WITH ('connector'='jdbc','token'='{}')": "",
    "SET 'sql.secrets.key' = '{}'": "",
    "SELECT * FROM t WHERE k = '{}'": "sk-proj-",
    "SELECT {} FORM t": "sk-",
    "-- my key: {}\nSELECT 1": "ghp_",
}


def left_nowhere(sent: Sequence[str], said: Sequence[str], cloud: LocalCloud) -> None:
    """Check that no secret is in what was said, among the statements, or in a file."""
    shown = "\n".join([*said, str(cloud.call("GET", cloud.statements))])
    assert [secret for secret in sent if secret in shown] == []
    for file, text in contents(cloud.state):
        assert [secret for secret in sent if secret in text] == [], file


def test_what_is_typed_is_left_nowhere(cloud: LocalCloud) -> None:
    typed = {sql: prefix + random(36) for sql, prefix in TYPED.items()}
    said: list[str] = []
    for sql, secret in typed.items():
        spec = {"statement": sql.format(secret), "properties": {}, "compute_pool_id": cloud.pool}
        reply = cloud.send("POST", cloud.statements, {"name": f"s-{len(said)}", "spec": spec})
        assert reply.status_code == httpx.codes.BAD_REQUEST, f"{sql}: {reply.text}"
        assert "has a secret" in reply.text
        said.append(reply.text)
    properties = {"sql.secrets.key": random(36)}
    spec = {"statement": "SELECT 1", "properties": properties, "compute_pool_id": cloud.pool}
    reply = cloud.send("POST", cloud.statements, {"name": "p", "spec": spec})
    assert "holds a secret" in reply.text
    left_nowhere([*typed.values(), *properties.values()], [*said, reply.text], cloud)


# Statements that keep their secret out of their text, and fail for another reason.
MASKED = {
    "CREATE CONNECTION c WITH ('type'='openai','api-key'='{}')": "sk-",
    "CREATE CONNECTION c WITH ('type'='mongodb','username'='u','password'='{}')": "",
    "CREATE CONNECTION c WITH ('type'='bedrock','aws-access-key'='a','aws-secret-key'='{}')": "",
    "CREATE CONNECTION c WITH ('type'='vertexai','service-key'='{{\"private_key\": \"{}\"}}')": "",
    "CREATE CONNECTION c WITH ('type'='openai','endpoint'='https://host/','api-kye'='{}')": "sk-",
    "CREATE CONNECTION c WITH ('type'='openai','endpoint'='https://host/','api-key'='{}": "sk-",
    "ALTER CONNECTION missing SET ('password'='{}')": "",
}


def test_what_is_masked_is_left_nowhere(cloud: LocalCloud) -> None:
    typed = {sql: prefix + random(36) for sql, prefix in MASKED.items()}
    said = []
    for sql, secret in typed.items():
        ran = cloud.post(sql.format(secret))
        assert ran.until(*ENDED)["phase"] == "FAILED"
        said.append(str(ran.shown))
        assert "<REDACTED>" in said[-1]
    left_nowhere(list(typed.values()), said, cloud)


def test_what_fails_repeats_no_value_of_an_unknown_option(cloud: LocalCloud) -> None:
    ran = cloud.post("CREATE TABLE t (id INT) WITH ('oops' = 'hunter2')")
    status = ran.until(*ENDED)
    assert "'oops'" in status["detail"]
    assert "hunter2" not in status["detail"]
