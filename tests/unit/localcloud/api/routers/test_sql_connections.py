"""Flink connections."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.localcloud.conftest import eventually

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def body(name: str = "openai", **changes: Any) -> dict[str, Any]:
    """Return what the provider posts."""
    secrets = changes.pop("secrets", {"API_KEY": "sk-1"})
    spec = {
        "connection_type": "OPENAI",
        "endpoint": "https://api.openai.com/v1/embeddings",
        "auth_data": {"kind": "PlaintextProvider", "data": json.dumps(secrets)},
    }
    return {"name": name, "spec": spec | changes}


def secrets_in_flink(local: Local, env: str) -> list[dict[str, str]]:
    """Return the secrets that Flink was given for an environment."""
    return [
        dict(one.secrets) for known in local.plane.flink.environments if known.id == env for one in known.connections
    ]


def test_secrets_go_in_and_never_come_out(local: Local) -> None:
    env = local.environment()
    path = f"{local.sql(env)}/connections"
    replies = [local.send("POST", path, body()), local.send("GET", path), local.send("GET", f"{path}/openai")]
    eventually(lambda: secrets_in_flink(local, env) == [{"API_KEY": "sk-1"}])
    replies.append(local.send("PUT", f"{path}/openai", body(secrets={"API_KEY": "sk-2"})))
    eventually(lambda: secrets_in_flink(local, env) == [{"API_KEY": "sk-2"}])
    replies.append(local.send("PUT", f"{path}/openai", body(secrets={"API_KEY": "sk-3"}, endpoint="https://other")))
    assert [reply.status_code for reply in replies] == [201, 200, 200, 200, 400]
    assert not [reply.text for reply in replies if "sk-" in reply.text]
    local.call("DELETE", f"{path}/openai", status=204)
    eventually(lambda: secrets_in_flink(local, env) == [])
    local.call("GET", f"{path}/openai", status=404)
    local.call("DELETE", f"{path}/openai", status=404)


def test_a_name_is_taken_in_its_environment(local: Local) -> None:
    env, other = local.environment(), local.environment("other")
    local.call("POST", f"{local.sql(env)}/connections", body(), status=201)
    assert "already exists" in local.detail("POST", f"{local.sql(env)}/connections", body(), status=409)
    local.call("POST", f"{local.sql(other)}/connections", body(), status=201)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (body("under score"), "letters, digits"),
        (body(""), "letters, digits"),
        (body(connection_type="TOASTER"), "OPENAI"),
        (body(endpoint="api.openai.com"), "no URL"),
        (body(endpoint=""), "no URL"),
        (body(secrets={}), "API_KEY"),
        (body(secrets={"API_KEY": ""}), "API_KEY"),
        (body(connection_type="MONGODB", secrets={"USERNAME": "u"}), "PASSWORD and USERNAME"),
        (body(auth_data={"kind": "PlaintextProvider", "data": "sk-raw"}), "JSON object"),
        (body(auth_data={"kind": "Vault", "data": "{}"}), "PlaintextProvider"),
        (body(auth_data=None), "API_KEY"),
    ],
)
def test_connections_that_cannot_be(local: Local, wrong: dict[str, Any], said: str) -> None:
    path = f"{local.sql(local.environment())}/connections"
    detail = local.detail("POST", path, wrong, status=400)
    assert said in detail
    assert "sk-raw" not in detail
    assert local.call("GET", path)["data"] == []


def test_connections_are_found_by_type(local: Local) -> None:
    path = f"{local.sql(local.environment())}/connections"
    local.call("POST", path, body(), status=201)
    mongo = body(
        "mongo",
        connection_type="MONGODB",
        endpoint="mongodb+srv://cluster0.example.net",
        secrets={"USERNAME": "u", "PASSWORD": "p"},
    )
    local.call("POST", path, mongo, status=201)
    assert [one["name"] for one in local.call("GET", f"{path}?spec.connection_type=MONGODB")["data"]] == ["mongo"]


def mongodb(endpoint: str) -> dict[str, Any]:
    return body("mongo", connection_type="MONGODB", endpoint=endpoint, secrets={"USERNAME": "u", "PASSWORD": "p"})


def test_a_connection_to_mongodb_asks_for_its_server(local: Local) -> None:
    """Also one that was made by an earlier run; the data plane knows which server is this machine's."""
    path = f"{local.sql(local.environment())}/connections"
    local.call("POST", path, body(), status=201)
    assert local.plane.stores.asked == []
    local.call("POST", path, mongodb("mongodb://127.0.0.1:19017/"), status=201)
    assert local.plane.stores.asked == ["127.0.0.1:19017"]
    local.cloud.connections.start_servers()
    assert local.plane.stores.asked == ["127.0.0.1:19017"] * 2


def test_without_its_server_there_is_no_connection(local: Local) -> None:
    path = f"{local.sql(local.environment())}/connections"
    local.plane.stores.failure = "Port 19017 of the MongoDB server is taken: end the program that listens there."
    said = local.detail("POST", path, mongodb("mongodb://127.0.0.1:19017"), status=500)
    assert said == local.plane.stores.failure
    assert local.call("GET", path)["data"] == []
