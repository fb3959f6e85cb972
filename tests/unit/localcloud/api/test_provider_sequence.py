"""The calls that the official provider makes for this repository's program, from `up` to `destroy`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.unit.localcloud.conftest import cluster_body, datagen_config, eventually, pool_body

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def up(local: Local) -> dict[str, Any]:
    """Create everything, reading after each creation what the provider reads."""
    made = infrastructure(local)
    made["bindings"] = role_bindings(local, made)
    made["key"] = flink_key(local, made)
    made["connect"] = connector(local, made)
    made["sql"] = f"/sql/v1/organizations/{made['organization']}/environments/{made['env']}"
    connection(local, made)
    made["statements"] = statements(local, made)
    return made


def infrastructure(local: Local) -> dict[str, Any]:
    """Environment, cluster, registry, pool, accounts."""
    call = local.call
    (first, *_) = call("GET", "/org/v2/environments")["data"]
    crn = first["metadata"]["resource_name"]
    governance = {"stream_governance_config": {"package": "ESSENTIALS"}}
    env = call("POST", "/org/v2/environments", {"display_name": "rag", **governance}, status=201)["id"]
    cluster = call("POST", "/cmk/v2/clusters", cluster_body(env), status=202)["id"]
    path = f"/cmk/v2/clusters/{cluster}?environment={env}"
    eventually(lambda: call("GET", path)["status"]["phase"] == "PROVISIONED")
    (listed,) = call("GET", f"/srcm/v3/clusters?environment={env}&page_size=99")["data"]
    registry = call("GET", f"/srcm/v3/clusters/{listed['id']}?environment={env}")
    pool = call("POST", "/fcpm/v2/compute-pools", pool_body(env), status=202)["id"]
    assert call("GET", f"/fcpm/v2/compute-pools/{pool}?environment={env}")["status"]["phase"] == "PROVISIONED"
    accounts = {}
    for purpose in ("datagen", "runner", "deployer"):
        body = {"display_name": f"rag-{purpose}", "description": ""}
        accounts[purpose] = call("POST", "/iam/v2/service-accounts", body, status=201)["id"]
        assert call("GET", f"/iam/v2/service-accounts/{accounts[purpose]}")["kind"] == "ServiceAccount"
    return {
        "organization": crn.partition("/organization=")[2].partition("/environment=")[0],
        "env": env,
        "place": call("GET", f"/org/v2/environments/{env}")["metadata"]["resource_name"],
        "cluster": cluster,
        "rbac": call("GET", path)["metadata"]["resource_name"].partition("/kafka=")[0],
        "registry": registry["metadata"]["resource_name"],
        "pool": pool,
        "accounts": accounts,
    }


def role_bindings(local: Local, made: dict[str, Any]) -> list[str]:
    """Rights of the accounts."""
    bindings = []
    for purpose, role, on in (
        ("datagen", "DeveloperWrite", f"{made['rbac']}/kafka={made['cluster']}/topic=product-updates"),
        ("runner", "FlinkDeveloper", made["place"]),
        ("runner", "DeveloperRead", f"{made['registry']}/subject=product-updates-*"),
        ("deployer", "FlinkAdmin", made["place"]),
        ("deployer", "Assigner", local.crn(f"service-account={made['accounts']['runner']}")),
    ):
        body = {"principal": f"User:{made['accounts'][purpose]}", "role_name": role, "crn_pattern": on}
        binding = local.call("POST", "/iam/v2/role-bindings", body, status=201)
        assert body.items() <= local.call("GET", f"/iam/v2/role-bindings/{binding['id']}").items()
        bindings.append(binding["id"])
    return bindings


def flink_key(local: Local, made: dict[str, Any]) -> tuple[str, str]:
    """The key that deploys."""
    (region,) = local.call("GET", "/fcpm/v2/regions?cloud=AWS&page_size=99&region_name=us-east-1")["data"]
    resource = {**{name: region[name] for name in ("id", "kind", "api_version")}, "environment": made["env"]}
    owner = {"id": made["accounts"]["deployer"], "kind": "ServiceAccount"}
    spec = {"display_name": "rag-flink", "description": "", "owner": owner, "resource": resource}
    key = local.call("POST", "/iam/v2/api-keys", {"spec": spec}, status=202)
    assert (key["spec"]["resource"]["kind"], key["spec"]["resource"]["api_version"]) == ("Region", "fcpm/v2")
    assert local.call("GET", f"/iam/v2/api-keys/{key['id']}")["spec"]["secret"] == ""
    return key["id"], key["spec"]["secret"]


def connector(local: Local, made: dict[str, Any]) -> str:
    """The Datagen connector; its configuration comes back as it went in."""
    connect = f"/connect/v1/environments/{made['env']}/clusters/{made['cluster']}"
    config = datagen_config(made["accounts"]["datagen"])
    plugin = f"{connect}/connector-plugins/DatagenSource"
    assert local.call("PUT", f"{plugin}/config/validate", config)["error_count"] == 0
    local.call("POST", f"{connect}/connectors", {"name": "datagen", "config": config}, status=201)
    listed = local.call("GET", f"{connect}/connectors?expand=info,status,id")["datagen"]
    assert listed["info"]["config"] == config
    assert listed["id"]["id"].startswith("lcc-")
    assert local.call("GET", f"{connect}/connectors/datagen/status")["connector"]["state"] == "RUNNING"
    return connect


def connection(local: Local, made: dict[str, Any]) -> None:
    """The OpenAI connection; its key does not come back."""
    secret = {"kind": "PlaintextProvider", "data": json.dumps({"API_KEY": "sk-very-secret"})}
    shape = {"connection_type": "OPENAI", "endpoint": "http://127.0.0.1:8099/v1/embeddings"}
    body = {"name": "openai-embedding-connection", "spec": {**shape, "auth_data": secret}}
    local.call("POST", f"{made['sql']}/connections", body, key=made["key"], status=201)
    shown = local.call("GET", f"{made['sql']}/connections/openai-embedding-connection", key=made["key"])
    assert shape.items() <= shown["spec"].items()
    assert "sk-very-secret" not in json.dumps(shown)


def statements(local: Local, made: dict[str, Any]) -> list[str]:
    """Model, table, INSERT; text and properties come back as they went in."""
    texts = {
        "model": ("CREATE MODEL `vector_embedding` INPUT (input STRING) ;", "COMPLETED"),
        "table": ("CREATE TABLE product_vector (content STRING)", "COMPLETED"),
        "insert": ("INSERT INTO product_vector (WITH x AS (SELECT 1) SELECT * FROM x);", "RUNNING"),
    }
    for name, (text, phase) in texts.items():
        spec: dict[str, Any] = {
            "statement": text,
            "properties": {"sql.current-catalog": made["env"], "sql.current-database": "shop"},
            "compute_pool_id": made["pool"],
            "principal": made["accounts"]["runner"],
        }
        body = {"name": name, "spec": spec}
        local.call("POST", f"{made['sql']}/statements", body, key=made["key"], status=201)
        read = local.call("GET", f"{made['sql']}/statements/{name}", key=made["key"])
        assert read["status"]["phase"] == phase
        assert spec.items() <= read["spec"].items()
        assert (read["organization_id"], read["environment_id"]) == (made["organization"], made["env"])
    return list(texts)


def test_up_and_destroy(local: Local) -> None:
    made = up(local)
    env, sql, key = made["env"], made["sql"], made["key"]
    known = local.plane.flink.environments
    (prod,) = [one for one in known if one.id == env]
    assert [(database.id, database.name) for database in prod.databases] == [(made["cluster"], "shop")]
    assert [connection.secrets for connection in prod.connections] == [{"API_KEY": "sk-very-secret"}]
    assert prod.registry_id is not None
    assert {spec.principal for spec in local.plane.flink.specs.values()} == {made["accounts"]["runner"]}

    for name in reversed(made["statements"]):
        local.call("DELETE", f"{sql}/statements/{name}", key=key, status=202)
        local.call("GET", f"{sql}/statements/{name}", key=key, status=404)
    local.call("DELETE", f"{sql}/connections/openai-embedding-connection", key=key, status=204)
    local.call("DELETE", f"/iam/v2/api-keys/{made['key'][0]}", status=204)
    local.call("DELETE", f"{made['connect']}/connectors/datagen")
    for binding in made["bindings"]:
        local.call("DELETE", f"/iam/v2/role-bindings/{binding}")
    for account in made["accounts"].values():
        local.call("DELETE", f"/iam/v2/service-accounts/{account}", status=204)
    local.call("DELETE", f"/fcpm/v2/compute-pools/{made['pool']}?environment={env}", status=204)
    path = f"/cmk/v2/clusters/{made['cluster']}?environment={env}"
    local.call("DELETE", path, status=204)
    eventually(lambda: local.send("GET", path).status_code == 404)
    local.call("DELETE", f"/org/v2/environments/{env}", status=204)

    status = local.call("GET", "/local/v1/status")
    assert status["resources"] == []
    assert status["topics"] == []
    assert status["jobs"] == []
    assert local.plane.kafka.data == {}
    assert local.plane.connect.specs == {}


def test_everything_is_there_after_a_restart(local: Local) -> None:
    made = up(local)
    before = local.call("GET", "/local/v1/status")
    again = local.restarted()
    eventually(lambda: len(again.plane.flink.specs) == 1)
    after = again.call("GET", "/local/v1/status")
    assert after["resources"] == before["resources"]
    assert list(again.plane.kafka.running) == [made["cluster"]]
    assert [spec.name for spec in again.plane.connect.specs.values()] == ["datagen"]
    assert [spec.name for spec in again.plane.flink.specs.values()] == ["insert"]
    assert again.plane.flink.resumed == list(again.plane.flink.specs)
    assert again.call("GET", f"{made['sql']}/statements/insert", key=made["key"])["status"]["phase"] == "RUNNING"
    assert again.call("GET", f"{made['sql']}/statements/table", key=made["key"])["status"]["phase"] == "COMPLETED"
    again.cloud.close()
    again.cloud.store.close()
