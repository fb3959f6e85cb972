"""Health, status, and the life of the whole."""

from __future__ import annotations

import json
import logging
import os
import socket
import ssl
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest.mock import Mock

from fastapi.testclient import TestClient

from localcloud.api.app import create_app
from localcloud.control.cloud import Cloud
from localcloud.control.core.resources import Statement
from localcloud.credentials import Credentials
from localcloud.dataplane.interface import DataPlaneError, KafkaRecord, ProcessInfo
from localcloud.ports import OF_BROKERS, OF_STORES, OF_TLS
from tests.unit.localcloud.conftest import BASE, datagen_config, eventually, statement_body

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from localcloud.dataplane.interface import DataPlane
    from tests.unit.localcloud.conftest import Local


def test_health_is_for_everyone(local: Local) -> None:
    said = local.client.get("/healthz").json()
    assert (said["service"], said["ready"]) == ("confluent-local-cloud", True)
    local.cloud.close()
    assert local.client.get("/healthz").json()["ready"] is False
    assert local.plane.is_closed


def test_while_it_stops_what_needs_the_data_plane_is_told_so(local: Local) -> None:
    env = local.environment()
    cluster, pool = local.cluster(env), local.pool(env)
    local.cloud.close()
    assert local.client.get("/healthz").json()["detail"] == "The local cloud is stopping."
    assert "stopping" in local.detail("GET", f"/kafka/v3/clusters/{cluster}/topics", status=503)
    body = statement_body("late", "INSERT INTO t SELECT 1", pool)
    made = local.call("POST", f"{local.sql(env)}/statements", body, status=201)
    assert made["status"]["phase"] == "PENDING"  # it runs after the next start


def test_an_empty_cloud_shows_nothing_but_itself(local: Local) -> None:
    status = local.call("GET", "/local/v1/status")
    lists = ("resources", "clusters", "topics", "connectors", "jobs")
    assert [status[name] for name in lists] == [[]] * len(lists)
    (own,) = status["processes"]
    assert (own["name"], own["pid"]) == ("cloud", os.getpid())
    assert own["resident_bytes"] > 1 << 20


def pipeline(local: Local, **statements: str) -> tuple[str, str, tuple[str, str]]:
    """Make a connector and ``statements``; return environment, cluster and Flink key."""
    env = local.environment()
    cluster, pool, account = local.cluster(env), local.pool(env), local.account()
    local.grant(account, "FlinkDeveloper", f"environment={env}")
    key = local.flink_key(account, env)
    connect = f"/connect/v1/environments/{env}/clusters/{cluster}/connectors"
    local.call("POST", connect, {"name": "datagen", "config": datagen_config(account)}, status=201)
    for name, sql in statements.items():
        local.call("POST", f"{local.sql(env)}/statements", statement_body(name, sql, pool), key=key, status=201)
    return env, cluster, key


def test_status_shows_everything_and_no_secret(local: Local) -> None:
    env, cluster, key = pipeline(local, insert="INSERT INTO t SELECT 1", ddl="CREATE TABLE t")
    local.call("POST", f"/kafka/v3/clusters/{cluster}/topics", {"topic_name": "t", "partitions_count": 2}, status=201)
    local.plane.processes.append(ProcessInfo(name=f"kafka-{cluster}", pid=7, resident_bytes=5))
    status = local.call("GET", "/local/v1/status")
    assert status["ready"] is True
    named = {(one["kind"], one["name"], one["environment"]) for one in status["resources"]}
    assert {("environment", "prod", env), ("kafka-cluster", "shop", env), ("statement", "ddl", env)} <= named
    assert {("service-account", "runner", ""), ("api-key", "key", env), ("connector", "datagen", env)} <= named
    assert status["topics"] == [{"name": "t", "cluster": cluster, "partitions": 2, "records": 12}]
    (connector,) = status["connectors"]
    assert (connector["state"], connector["records"]) == ("RUNNING", 42)
    assert [(job["name"], job["phase"]) for job in status["jobs"]] == [("insert", "RUNNING")]
    assert [process["name"] for process in status["processes"]] == ["cloud", f"kafka-{cluster}"]
    text = local.send("GET", "/local/v1/status").text
    for secret in (key[1], local.credentials.cloud_api_secret, local.credentials.internal_token):
        assert secret not in text


def test_status_says_what_runs_in_which_phase_where_and_how_large_it_is(local: Local) -> None:
    statements = {"insert": "INSERT INTO t SELECT 1", "ddl": "CREATE TABLE t", "model": "CREATE MODEL m"}
    _, cluster, _ = pipeline(local, **statements)
    (local.state / "kafka" / cluster / "data").mkdir(parents=True)
    (local.state / "kafka" / cluster / "data" / "log").write_bytes(b"x" * 10_000)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        status = local.call("GET", "/local/v1/status")
        assert listener.getsockname()[1] in status["processes"][0]["ports"]
    assert status["phases"] == {"statements": {"RUNNING": 1, "COMPLETED": 2}, "connectors": {"RUNNING": 1}}
    disk = {one["part"]: one["bytes"] for one in status["disk"]}
    assert disk.keys() == {"credentials.json", "resources.db", f"kafka/{cluster}"}
    assert disk[f"kafka/{cluster}"] >= 10_000
    assert "records_per_second" not in status["jobs"][0] | status["connectors"][0]


def test_records_are_counted_for_as_long_as_is_asked(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    env, _, _ = pipeline(local, insert="INSERT INTO t SELECT 1", select="SELECT 1")
    (insert,) = local.cloud.store.named(Statement, env, "insert")
    clock, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += 4
        local.plane.flink.known[insert.id] = replace(local.plane.flink.known[insert.id], records_written=1200)

    local.plane.flink.known[insert.id] = replace(local.plane.flink.known[insert.id], records_written=200)
    monkeypatch.setattr("localcloud.control.status.time", SimpleNamespace(sleep=sleep, monotonic=lambda: clock[0]))
    status = local.call("GET", "/local/v1/status?seconds=3.5")
    assert slept == [3.5]
    assert {job["name"]: job.get("records_per_second") for job in status["jobs"]} == {"insert": 250.0, "select": None}
    assert status["connectors"][0]["records_per_second"] == 0
    for wrong in ("-1", "61", "x", "nan"):
        local.call("GET", f"/local/v1/status?seconds={wrong}", status=400)


def test_the_first_records_of_a_topic_are_waited_for_decoded_and_no_more_than_asked_for(local: Local) -> None:
    cluster = local.cluster(local.environment())
    local.call("POST", f"/kafka/v3/clusters/{cluster}/topics", {"topic_name": "t", "partitions_count": 1}, status=201)
    path = f"/local/v1/clusters/{cluster}/topics/t/records"
    vector = json.dumps({"content": "0", "vector": [0.5] * 20}).encode()
    local.plane.kafka.kept[cluster, "t"] = [
        KafkaRecord(partition=0, offset=offset, timestamp=1, key=b'{"id": 1}', value=vector) for offset in range(5)
    ]
    records = local.call("GET", f"{path}?count=3&seconds=9")["records"]
    assert [one["offset"] for one in records] == [0, 1, 2]
    assert records[0]["key"] == {"id": 1}
    assert records[0]["value"] == {"content": "0", "vector": {"vector": [0.5] * 4, "dimensions": 20}}
    assert local.call("GET", f"{path}?count=3")["records"] == []  # nothing is waited for
    assert len(local.call("GET", f"{path}?count=9&seconds=0.3")["records"]) == 5
    local.call("GET", f"/local/v1/clusters/{cluster}/topics/none/records", status=404)
    local.call("GET", "/local/v1/clusters/lkc-none/topics/t/records", status=404)
    for wrong in ("count=0", "count=101", "seconds=61", "seconds=nan"):
        local.call("GET", f"{path}?{wrong}", status=400)
    local.call("GET", path, key=local.key(local.account()), status=403)


def test_a_data_plane_that_does_not_open_says_why(tmp_path: Path) -> None:
    def refuse() -> DataPlane:
        raise DataPlaneError("The jars are missing.")

    credentials = Credentials.load_or_make(tmp_path)
    cloud = Cloud(tmp_path, credentials, BASE)
    client = TestClient(create_app(cloud, logging.getLogger("requests")), BASE)
    starting = client.get("/healthz").json()
    assert (starting["ready"], starting["detail"]) == (False, "The data plane is starting.")
    cloud.open(refuse)
    failed = client.get("/healthz").json()
    assert (failed["failed"], failed["detail"]) == (True, "The jars are missing.")
    headers = {"Authorization": f"Bearer {credentials.openai_api_key}"}
    reply = client.post("/v1/embeddings", json={"model": "m", "input": "x"}, headers=headers)
    assert (reply.status_code, reply.json()["error"]["message"]) == (500, "The jars are missing.")
    cloud.close()
    cloud.store.close()


def test_what_cannot_be_brought_back_says_why(local: Local) -> None:
    local.cluster(local.environment())
    local.cloud.store._db.execute("UPDATE resources SET body = '{' WHERE kind = 'kafka-cluster'")
    again = local.restarted()
    said = again.client.get("/healthz").json()
    assert (said["ready"], said["failed"]) == (False, True)
    assert "resources.db holds a kafka-cluster" in said["detail"]
    again.cloud.close()


def test_late_rights_take_effect_later(local: Local) -> None:
    env = local.environment()
    cluster = local.cluster(env)
    local.call("PUT", "/local/v1/faults", {"faults": ["rights-delay=3000"]})
    account = local.account()
    key = local.key(account)
    kafka, _ = local.key(account, {"id": cluster, "kind": "Cluster"})
    local.grant(account, "EnvironmentAdmin", f"environment={env}")
    local.call("GET", f"/org/v2/environments/{env}", key=key, status=401)
    assert not any(grant.key == kafka for grant in local.plane.kafka.grants[cluster])
    assert f"User:{account}" not in {rule.principal for rule in local.plane.kafka.rules[cluster]}
    local.call("PUT", "/local/v1/faults", {"faults": ["rights-delay=0"]})
    local.call("GET", f"/org/v2/environments/{env}", key=key)
    assert f"User:{account}" in {rule.principal for rule in local.plane.kafka.rules[cluster]}
    assert kafka in [grant.key for grant in local.plane.kafka.grants[cluster]]


def test_https_is_served_when_it_is_asked_for_and_kept(local: Local) -> None:
    tls = local.state / "tls"
    assert not tls.exists()
    found = local.call("PUT", "/local/v1/tls")
    assert found == local.call("PUT", "/local/v1/tls")
    assert all(path.stat().st_mode & 0o77 == 0 for path in (tls, *tls.iterdir()))
    port = int(found["endpoint"].rpartition(":")[2])
    assert port in OF_TLS
    assert not set(OF_TLS) & {*OF_STORES, *OF_BROKERS}  # of a server that does not run at the moment
    context = ssl.create_default_context(cafile=found["certificate"])
    with (
        socket.create_connection(("localhost", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost"),
    ):
        pass
    assert local.send("PUT", "/local/v1/tls", key=("no", "body")).status_code == 401


def test_https_that_cannot_be_served_says_why(local: Local) -> None:
    (local.state / "tls").write_text("in the way")
    assert local.detail("PUT", "/local/v1/tls", status=503).startswith("https:// cannot be served: ")


def test_status_asks_flink_and_each_broker_once(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    _, cluster, _ = pipeline(local, one="INSERT INTO t SELECT 1", two="INSERT INTO t SELECT 2", ddl="CREATE TABLE t")
    kafka = local.plane.kafka
    records, topics = Mock(wraps=kafka.records), Mock(wraps=kafka.topics)
    monkeypatch.setattr(kafka, "records", records)
    monkeypatch.setattr(kafka, "topics", topics)
    local.plane.flink.asked.clear()
    assert len(local.call("GET", "/local/v1/status")["jobs"]) == 2
    assert [len(uids) for uids in local.plane.flink.asked] == [2]
    records.assert_called_once_with(cluster)
    topics.assert_not_called()


def test_free_memory_is_given_back_while_the_cloud_runs(local: Local) -> None:
    watches = [thread for thread in threading.enumerate() if thread.name == "free-memory"]
    assert watches
    local.cloud.close()
    eventually(lambda: not all(thread.is_alive() for thread in watches))
