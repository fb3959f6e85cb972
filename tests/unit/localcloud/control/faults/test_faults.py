"""Faults on request: each kind of rule, by what a client sees of it."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from localcloud.api.http.protocol import Protocol
from localcloud.control.faults.rules import FaultError, Kill, read
from localcloud.dataplane.interface import ProcessInfo
from localcloud.store_login import STORES
from tests.unit.localcloud.conftest import datagen_config, eventually, pool_body, statement_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.localcloud.conftest import Local

FAULTS = "/local/v1/faults"
ENVIRONMENTS = "/org/v2/environments"


def let(local: Local, *faults: Any, **more: Any) -> list[str]:
    """Set these faults; return them as the cloud says them."""
    said = local.call("PUT", FAULTS, {"faults": list(faults), **more})
    return [rule["text"] for rule in said["faults"]]


def statuses(local: Local, path: str, times: int) -> list[int]:
    return [local.send("GET", path).status_code for _ in range(times)]


class TestWords:
    @pytest.mark.parametrize("store", STORES)
    def test_the_server_of_each_store_can_be_killed(self, store: str) -> None:
        (rule,), _seed = read([f"kill={store}"])
        assert isinstance(rule, Kill)
        assert rule.process == store

    @pytest.mark.parametrize(
        "words",
        [
            "cmk.clusters.create=503",
            "sql.statements.*=429:5@10%",
            "*=429,500,503,lost-reply@2.5%",
            "POST /iam/v2/api-keys=drop@1",
            "openai=delay:2",
            "embeddings.create=hang,garbage@3",
            "rights-delay=120",
            "provisioning.cluster=30",
            "connector.Datagen*=FAILED",
            "statement.insert-*=DEGRADED@2",
        ],
    )
    def test_what_is_shown_can_be_given_back(self, local: Local, words: str) -> None:
        assert let(local, words) == [words]
        (shown,) = local.call("GET", FAULTS)["faults"]
        as_object = {key: value for key, value in shown.items() if key != "text"}
        assert let(local, as_object) == [words]

    def test_they_replace_each_other(self, local: Local) -> None:
        assert let(local, "cmk=500", "rights-delay=5") == ["cmk=500", "rights-delay=5"]
        assert let(local, "org=500") == ["org=500"]
        assert let(local, "none") == let(local, "rights-delay=0") == let(local, "provisioning=instant") == []

    def test_like_the_cloud(self, local: Local) -> None:
        kinds = [words.partition("=")[0] for words in let(local, "provisioning=cloud-like")]
        assert kinds == [f"provisioning.{kind}" for kind in ("cluster", "pool", "connector", "statement")]

    @pytest.mark.parametrize(
        ("wrong", "instead"),
        [
            ("nonsense", "SERVICE.COLLECTION.VERB=EFFECT"),
            ("cmk.craete=500", "Did you mean create"),
            ("GET /nowhere=500", "POST /iam/v2/*"),
            ("cmk.create=oops", "lost-reply"),
            ("cmk.create=200", "429"),
            ("cmk.create=drop:3", "drop"),
            ("cmk.create=500@0%", "@10%"),
            ("cmk.create=500@often", "@3"),
            ("rights-delay=soon", "rights-delay=SECONDS"),
            ("rights-delay=-1", "3600"),
            ("rights-delay=nan", "3600"),
            ("rights-dealy=5", "rights-delay"),
            ("provisioning=slow", "cloud-like"),
            ("provisioning.topic=5", "provisioning.cluster=SECONDS"),
            ("topic.x=FAILED", "statement.NAME=FAILED"),
            ("kill=zookeeper", "kill= and one of kafka, flink, connect, mongodb, "),
            ("seed=lucky", "seed=7"),
            (f"seed={1 << 80}", "seed=7"),
            ({"kind": "http", "on": "cmk"}, "effects"),
            ({"kind": "weather"}, "rights-delay"),
            (7, "rights-delay"),
        ],
    )
    def test_what_is_no_fault_is_told_what_to_write(self, local: Local, wrong: Any, instead: str) -> None:
        let(local, "cmk=500")
        sentence = local.detail("PUT", FAULTS, {"faults": [wrong]}, status=400)
        assert instead in sentence
        assert "\n" not in sentence
        assert [rule["text"] for rule in local.call("GET", FAULTS)["faults"]] == ["cmk=500"]

    def test_only_for_the_administrator(self, local: Local) -> None:
        key = local.key(local.account("someone"))
        local.call("PUT", FAULTS, {"faults": ["cmk=500"]}, key=key, status=403)
        local.call("GET", FAULTS, key=key, status=403)

    def test_a_sentence_for_words_that_the_api_does_not_see(self) -> None:
        with pytest.raises(FaultError, match="write"):
            read(["="])


class TestStatuses:
    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_status_in_the_service_s_own_words(self, local: Local, status: int) -> None:
        let(local, f"*={status}:7")
        reply = local.send("GET", ENVIRONMENTS)
        assert reply.status_code == status
        assert "on purpose" in reply.json()["errors"][0]["detail"]
        assert reply.headers.get("Retry-After") == (None if status == 500 else "7")
        assert "on purpose" in local.send("GET", "/kafka/v3/clusters/lkc-1").json()["message"]

    def test_nothing_was_done(self, local: Local) -> None:
        let(local, "environments.create=500@1")
        local.call("POST", ENVIRONMENTS, {"display_name": "prod"}, status=500)
        local.environment("prod")  # the name is free

    def test_only_what_is_named(self, local: Local) -> None:
        env = local.environment()
        for on, hit in (("org.list", ENVIRONMENTS), (f"GET {ENVIRONMENTS}/env-*", f"{ENVIRONMENTS}/{env}")):
            let(local, f"{on}=500")
            seen = {path: local.send("GET", path).status_code for path in (ENVIRONMENTS, f"{ENVIRONMENTS}/{env}")}
            assert {path for path, status in seen.items() if status == 500} == {hit}

    def test_the_way_out_is_always_open(self, local: Local) -> None:
        let(local, "*=500")
        assert statuses(local, "/local/v1/status", 1) == statuses(local, "/healthz", 1) == [200]
        assert let(local, "none") == []

    def test_the_first_few(self, local: Local) -> None:
        let(local, "org=503@2")
        assert statuses(local, ENVIRONMENTS, 4) == [503, 503, 200, 200]

    def test_a_share_that_can_be_repeated(self, local: Local) -> None:
        let(local, "org=429,500@30%", "seed=7")
        seen = statuses(local, ENVIRONMENTS, 60)
        assert {429, 500} < set(seen)
        assert 5 < sum(status != 200 for status in seen) < 35
        let(local, "org=429,500@30%", "seed=7")
        assert statuses(local, ENVIRONMENTS, 60) == seen
        let(local, "org=429,500@30%", "seed=8")
        assert statuses(local, ENVIRONMENTS, 60) != seen

    def test_a_seed_is_chosen_and_shown(self, local: Local) -> None:
        let(local, "org=500@30%")
        seed = local.call("GET", FAULTS)["seed"]
        seen = statuses(local, ENVIRONMENTS, 30)
        let(local, "org=500@30%", seed=seed)
        assert statuses(local, ENVIRONMENTS, 30) == seen

    def test_an_embedding_provider_that_sends_garbage(self, local: Local) -> None:
        let(local, "embeddings.create=garbage@1")
        headers = {"Authorization": f"Bearer {local.credentials.openai_api_key}"}
        asked = {"model": "m", "input": "x"}
        reply = local.client.post("/v1/embeddings", json=asked, headers=headers)
        assert reply.status_code == 200
        with pytest.raises(ValueError, match="Expecting value"):
            reply.json()
        assert local.client.post("/v1/embeddings", json=asked, headers=headers).json()["data"]

    def test_the_data_plane_s_own_parts_are_spared(self, local: Local) -> None:
        env = local.environment()
        local.cluster(env)
        path = f"/schema-registry/{local.registry(env)}/subjects"
        let(local, "*=500")
        assert local.send("GET", path).status_code == 500
        assert local.send("GET", path, key=("internal", local.credentials.internal_token)).status_code == 200


class TestConnections:
    """Over a real socket: what ASGI has no word for."""

    @pytest.fixture
    def http(self, local: Local) -> Iterator[httpx.Client]:
        config = uvicorn.Config(local.client.app, port=0, http=Protocol, ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        eventually(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", auth=local.admin, timeout=5) as client:
            yield client
        server.should_exit = True
        thread.join(5)

    def test_a_dropped_connection(self, local: Local, http: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
        let(local, "environments.create=drop@1")
        with pytest.raises(httpx.TransportError):
            http.post(ENVIRONMENTS, json={"display_name": "prod"})
        assert http.post(ENVIRONMENTS, json={"display_name": "prod"}).status_code == 201
        assert "ASGI" not in caplog.text

    def test_a_reply_that_is_lost(self, local: Local, http: httpx.Client) -> None:
        let(local, "environments.create=lost-reply@1")
        with pytest.raises(httpx.TransportError):
            http.post(ENVIRONMENTS, json={"display_name": "prod"})
        assert http.post(ENVIRONMENTS, json={"display_name": "prod"}).status_code == 409

    def test_a_provider_that_hangs(self, local: Local, http: httpx.Client) -> None:
        let(local, "org.list=hang@1")
        with pytest.raises(httpx.ReadTimeout):
            http.get(ENVIRONMENTS, timeout=0.3)
        assert http.get(ENVIRONMENTS).status_code == 200

    def test_a_delay_and_then_the_next_rule(self, local: Local, http: httpx.Client) -> None:
        let(local, "org.list=delay:0.3", "org.list=503@1")
        for expected in (503, 200):
            began = time.monotonic()
            assert http.get(ENVIRONMENTS).status_code == expected
            assert time.monotonic() - began >= 0.3


class TestProvisioning:
    def test_a_cluster(self, local: Local) -> None:
        let(local, "provisioning.cluster=0.4")
        began = time.monotonic()
        local.cluster(local.environment())
        assert time.monotonic() - began >= 0.4

    def test_a_pool(self, local: Local) -> None:
        env = local.environment()
        let(local, "provisioning.pool=0.4")
        made = local.call("POST", "/fcpm/v2/compute-pools", pool_body(env), status=202)
        assert made["status"]["phase"] == "PROVISIONING"
        path = f"/fcpm/v2/compute-pools/{made['id']}?environment={env}"
        eventually(lambda: local.call("GET", path)["status"]["phase"] == "PROVISIONED")

    def test_a_statement(self, local: Local) -> None:
        env = local.environment()
        pool = local.pool(env)
        let(local, "provisioning.statement=3000")
        body = statement_body("insert", "INSERT INTO t SELECT 1", pool)
        assert local.call("POST", f"{local.sql(env)}/statements", body, status=201)["status"]["phase"] == "PENDING"
        assert local.plane.flink.specs == {}
        let(local, "none")
        eventually(lambda: phase(local, env, "insert") == "RUNNING")

    def test_a_connector(self, local: Local) -> None:
        let(local, "provisioning.connector=3000")
        connector = made_connector(local)
        assert state(local, connector) == "PROVISIONING"
        assert local.plane.connect.specs == {}
        let(local, "none")
        eventually(lambda: state(local, connector) == "RUNNING")

    def test_a_connector_that_is_deleted_meanwhile(self, local: Local) -> None:
        let(local, "provisioning.connector=3000")
        local.call("DELETE", made_connector(local))
        let(local, "none")
        time.sleep(0.1)
        assert local.plane.connect.specs == {}


@pytest.mark.process
class TestKilling:
    @pytest.fixture
    def flink(self, local: Local) -> Iterator[subprocess.Popen[bytes]]:
        with subprocess.Popen(["sleep", "60"]) as process:
            local.plane.processes.append(ProcessInfo(name="flink", pid=process.pid, resident_bytes=1))
            yield process
            process.kill()

    def test_now(self, local: Local, flink: subprocess.Popen[bytes]) -> None:
        assert let(local, "kill=flink", "cmk=500") == ["cmk=500"]  # done, so not shown
        assert flink.wait(5) == -signal.SIGKILL

    def test_later_and_only_what_was_named(self, local: Local, flink: subprocess.Popen[bytes]) -> None:
        let(local, "kill=kafka")
        let(local, "kill=mongodb")
        let(local, "kill=pinecone")
        let(local, "kill=connect")
        let(local, "kill=flink:0.3")
        assert flink.poll() is None
        assert flink.wait(5) == -signal.SIGKILL


class TestFailing:
    def test_a_new_statement(self, local: Local) -> None:
        env = local.environment()
        pool = local.pool(env)
        let(local, "statement.insert-*=FAILED@1")
        for name, expected in (("insert-1", "FAILED"), ("other", "RUNNING"), ("insert-2", "RUNNING")):
            run(local, env, pool, name)
            assert phase(local, env, name) == expected
        detail = local.call("GET", f"{local.sql(env)}/statements/insert-1")["status"]["detail"]
        assert "statement.insert-*=FAILED" in detail
        local.call("DELETE", f"{local.sql(env)}/statements/insert-1", status=202)
        run(local, env, pool, "insert-1")
        assert phase(local, env, "insert-1") == "RUNNING"

    def test_a_statement_that_runs(self, local: Local) -> None:
        env = local.environment()
        run(local, env, local.pool(env), "insert")
        (uid,) = local.plane.flink.specs
        let(local, "statement.*=FAILED")
        assert phase(local, env, "insert") == "FAILED"
        assert local.plane.flink.known[uid].phase == "STOPPED"
        let(local, "none")
        assert phase(local, env, "insert") == "FAILED"

    def test_a_statement_that_degrades_for_a_while(self, local: Local) -> None:
        env = local.environment()
        run(local, env, local.pool(env), "insert")
        let(local, "statement.insert=degraded")
        assert phase(local, env, "insert") == "DEGRADED"
        let(local, "none")
        assert phase(local, env, "insert") == "RUNNING"

    def test_a_connector_fails_until_it_is_started_again(self, local: Local) -> None:
        connector = made_connector(local)
        let(local, "connector.data*=FAILED")
        assert state(local, connector) == "FAILED"
        assert len(local.plane.connect.paused) == 1
        let(local, "none")
        assert state(local, connector) == "FAILED"
        local.call("PUT", f"{connector}/resume", status=202)
        assert state(local, connector) == "RUNNING"

    def test_a_connector_that_degrades_for_a_while(self, local: Local) -> None:
        connector = made_connector(local)
        let(local, "connector.*=DEGRADED")
        assert state(local, connector) == "DEGRADED"
        let(local, "none")
        assert state(local, connector) == "RUNNING"


def run(local: Local, env: str, pool: str, name: str) -> None:
    body = statement_body(name, "INSERT INTO t SELECT 1", pool)
    local.call("POST", f"{local.sql(env)}/statements", body, status=201)


def phase(local: Local, env: str, name: str) -> str:
    found: str = local.call("GET", f"{local.sql(env)}/statements/{name}")["status"]["phase"]
    return found


def made_connector(local: Local) -> str:
    """Make a connector; return its path."""
    env = local.environment()
    path = f"/connect/v1/environments/{env}/clusters/{local.cluster(env)}/connectors"
    local.call("POST", path, {"name": "datagen", "config": datagen_config(local.account())}, status=201)
    return f"{path}/datagen"


def state(local: Local, connector: str) -> str:
    found: str = local.call("GET", f"{connector}/status")["connector"]["state"]
    return found
