"""Managed connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.localcloud.conftest import Local, datagen_config

if TYPE_CHECKING:
    from collections.abc import Mapping


class Place:
    """A cluster with an account that connectors can run as."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.env = local.environment()
        self.cluster = local.cluster(self.env)
        self.account = local.account()
        self.base = f"/connect/v1/environments/{self.env}/clusters/{self.cluster}"
        self.connectors = f"{self.base}/connectors"

    def create(self, name: str = "datagen", **config: str) -> None:
        """Make a connector."""
        body = {"name": name, "config": datagen_config(self.account, name, **config)}
        self.local.call("POST", self.connectors, body, status=201)

    def state(self, name: str = "datagen") -> str:
        """Return the state of a connector."""
        state: str = self.local.call("GET", f"{self.connectors}/{name}/status")["connector"]["state"]
        return state


@pytest.fixture
def place(local: Local) -> Place:
    """Return a place for connectors."""
    return Place(local)


def test_a_connector_runs_with_the_registry_of_its_environment(place: Place) -> None:
    place.create()
    (spec,) = place.local.plane.connect.specs.values()
    assert (spec.name, spec.cluster_id) == ("datagen", place.cluster)
    assert spec.registry_id == place.local.registry(place.env)
    assert place.local.call("GET", place.connectors) == ["datagen"]
    info = place.local.call("GET", f"{place.connectors}/datagen")
    assert (info["type"], info["tasks"]) == ("source", [{"connector": "datagen", "task": 0}])
    assert len(place.local.call("GET", f"{place.connectors}/datagen/tasks")) == 1


def test_plugins_are_listed_as_confluent_does(place: Place) -> None:
    sinks = ("ElasticsearchSinkV2", "MongoDbAtlasSink", "Neo4jSink")
    plugins = [{"class": "DatagenSource", "type": "source"}, *({"class": name, "type": "sink"} for name in sinks)]
    assert place.local.call("GET", f"{place.base}/connector-plugins") == plugins
    elsewhere = place.base.replace(place.cluster, "lkc-nowhere")
    assert place.local.call("GET", f"{elsewhere}/connector-plugins", status=404)["error_code"] == 404


def test_expansions(place: Place) -> None:
    place.create()
    listed = place.local.call("GET", f"{place.connectors}?expand=id&expand=status")["datagen"]
    assert set(listed) == {"id", "status", "extensions"}
    assert "expand" in place.local.detail("GET", f"{place.connectors}?expand=all", status=400)


def test_secrets_are_masked_and_still_used(place: Place) -> None:
    key, secret = place.local.key(place.account, {"id": place.cluster, "kind": "Cluster"})
    config = {
        "connector.class": "DatagenSource",
        "name": "keyed",
        "kafka.auth.mode": "KAFKA_API_KEY",
        "kafka.api.key": key,
        "kafka.api.secret": secret,
        "kafka.topic": "t",
    }
    made = place.local.call("POST", place.connectors, {"name": "keyed", "config": config}, status=201)
    assert made["config"] == {**config, "kafka.api.key": "*" * 16, "kafka.api.secret": "*" * 16}
    for path in ("", "/keyed", "/keyed/config", "/keyed/status", "/keyed/tasks", "?expand=info,status,id"):
        assert secret not in place.local.send("GET", f"{place.connectors}{path}").text
    (spec,) = place.local.plane.connect.specs.values()
    assert spec.config["kafka.api.secret"] == secret
    wrong = {**config, "name": "wrong", "kafka.api.secret": "nope-nope"}
    refused = place.local.send("POST", place.connectors, {"name": "wrong", "config": wrong})
    assert refused.status_code == 400
    assert "nope-nope" not in refused.text
    validated = place.local.send("PUT", f"{place.base}/connector-plugins/DatagenSource/config/validate", wrong)
    assert validated.json()["error_count"] == 1
    assert "nope-nope" not in validated.text


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"kafka.topic": ""}, "kafka.topic"),
        ({"connector.class": "Toaster"}, "connector.class"),
        ({"kafka.service.account.id": "sa-nobody"}, "kafka.service.account.id"),
    ],
)
def test_what_cannot_run_is_not_made(place: Place, change: Mapping[str, str], key: str) -> None:
    config = {**datagen_config(place.account), **change}
    validated = place.local.call("PUT", f"{place.base}/connector-plugins/DatagenSource/config/validate", config)
    assert validated["error_count"] == 1
    assert [one["value"]["name"] for one in validated["configs"] if one["value"]["errors"]] == [key]
    refused = place.local.call("POST", place.connectors, {"name": "datagen", "config": config}, status=400)
    assert key in refused["message"]
    assert place.local.call("GET", place.connectors) == []


def test_a_name_is_taken_in_its_cluster(place: Place) -> None:
    place.create()
    body = {"name": "datagen", "config": datagen_config(place.account)}
    assert place.local.call("POST", place.connectors, body, status=409)["error_code"] == 409
    assert len(place.local.plane.connect.specs) == 1
    body = {"name": "other", "config": datagen_config(place.account)}
    place.local.call("POST", place.connectors, body, status=400)
    place.local.call("POST", place.connectors, {"name": "a/b", "config": {}}, status=400)


def test_pause_and_resume(place: Place) -> None:
    place.create()
    place.local.call("PUT", f"{place.connectors}/datagen/pause", status=202)
    assert place.state() == "PAUSED"
    assert place.local.plane.connect.paused
    place.local.call("PUT", f"{place.connectors}/datagen/resume", status=202)
    assert place.state() == "RUNNING"
    assert not place.local.plane.connect.paused


def test_a_paused_connector_stays_paused_over_a_restart(place: Place) -> None:
    place.create()
    place.create("other")
    place.local.call("PUT", f"{place.connectors}/datagen/pause", status=202)
    again = place.local.restarted()
    assert [spec.name for spec in again.plane.connect.specs.values()] == ["other"]
    place.local = again
    assert place.state() == "PAUSED"
    again.call("PUT", f"{place.connectors}/datagen/resume", status=202)
    assert place.state() == "RUNNING"
    again.cloud.close()
    again.cloud.store.close()


def test_another_configuration(place: Place) -> None:
    place.create()
    changed = datagen_config(place.account, max_interval="5")
    assert place.local.call("PUT", f"{place.connectors}/datagen/config", changed)["config"] == changed
    (spec,) = place.local.plane.connect.specs.values()
    assert spec.config["max.interval"] == "5"
    renamed = {**changed, "name": "other"}
    place.local.call("PUT", f"{place.connectors}/datagen/config", renamed, status=400)
    made = datagen_config(place.account, "second")
    place.local.call("PUT", f"{place.connectors}/second/config", made, status=201)
    assert place.local.call("GET", place.connectors) == ["datagen", "second"]


def test_a_connector_that_does_not_start_says_why(place: Place) -> None:
    place.local.plane.connect.refusing = "The broker is away."
    place.create()
    status = place.local.call("GET", f"{place.connectors}/datagen/status")["connector"]
    assert (status["state"], status["trace"]) == ("FAILED", "The broker is away.")


def test_a_deleted_connector_is_gone(place: Place) -> None:
    place.create()
    assert place.local.call("DELETE", f"{place.connectors}/datagen") == {"error": None}
    assert place.local.plane.connect.specs == {}
    for method, path in (("GET", ""), ("GET", "/status"), ("PUT", "/pause"), ("DELETE", "")):
        assert place.local.call(method, f"{place.connectors}/datagen{path}", status=404)["error_code"] == 404


def test_a_connector_needs_a_cluster(place: Place) -> None:
    other = place.local.environment("other")
    path = f"/connect/v1/environments/{other}/clusters/{place.cluster}/connectors"
    assert place.cluster in place.local.call("GET", path, status=404)["message"]


def sink_config(account: str, **changes: str) -> dict[str, str]:
    """Return the settings of a sink."""
    return {
        "connector.class": "MongoDbAtlasSink",
        "name": "sink",
        "kafka.auth.mode": "SERVICE_ACCOUNT",
        "kafka.service.account.id": account,
        "topics": "product_vector",
        "input.data.format": "JSON_SR",
        "connection.host": "127.0.0.1:27017",
        "connection.user": "admin",
        "connection.password": "store-password",
        "database": "store",
        "tasks.max": "1",
        **changes,
    }


def test_a_sink_runs_in_the_worker_as_its_service_account(place: Place) -> None:
    body = {"name": "sink", "config": sink_config(place.account)}
    made = place.local.call("POST", place.connectors, body, status=201)
    assert (made["type"], made["config"]["connection.password"]) == ("sink", "*" * 16)
    (spec,) = place.local.plane.connect.specs.values()
    assert spec.worker is not None
    assert (spec.worker.principal, spec.worker.dead_letters) == (place.account, f"dlq-{spec.id}")
    assert "store-password" in spec.worker.settings["connection.uri"]
    for path in ("", "/sink", "/sink/config", "/sink/status", "/sink/tasks", "?expand=info,status,id"):
        assert "store-password" not in place.local.send("GET", f"{place.connectors}{path}").text
    place.create("source")
    (source,) = [one for one in place.local.plane.connect.specs.values() if one.name == "source"]
    assert source.worker is None
    shown = {one["name"]: one for one in place.local.call("GET", "/local/v1/status")["connectors"]}
    assert shown["sink"]["dead_letters"] == 3
    assert "dead_letters" not in shown["source"]


def test_a_misspelled_secret_is_refused_without_being_repeated(place: Place) -> None:
    config = sink_config(place.account, **{"connection.pasword": "store-secret"})
    refused = place.local.send("POST", place.connectors, {"name": "sink", "config": config})
    assert refused.status_code == 400
    assert "the setting connection.pasword, so remove it. Did you mean connection.password?" in refused.text
    assert "store-secret" not in refused.text
    validated = place.local.send("PUT", f"{place.base}/connector-plugins/MongoDbAtlasSink/config/validate", config)
    assert validated.json()["error_count"] == 1
    assert "store-secret" not in validated.text


def test_a_missing_secret_is_named(place: Place) -> None:
    config = {key: value for key, value in sink_config(place.account).items() if key != "connection.password"}
    refused = place.local.call("POST", place.connectors, {"name": "sink", "config": config}, status=400)
    assert 'Missing required configuration "connection.password" which has no default value.' in refused["message"]


def test_a_connector_is_restarted(place: Place) -> None:
    place.create()
    place.local.call("POST", f"{place.connectors}/datagen/restart", status=202)
    assert len(place.local.plane.connect.restarted) == 1
    place.local.call("PUT", f"{place.connectors}/datagen/pause", status=202)
    for _ in range(2):  # a paused one stays paused, and can be paused once more
        place.local.call("POST", f"{place.connectors}/datagen/restart", status=202)
        place.local.call("PUT", f"{place.connectors}/datagen/pause", status=202)
    assert place.state() == "PAUSED"
    assert len(place.local.plane.connect.restarted) == 1
    place.local.call("POST", f"{place.connectors}/nobody/restart", status=404)


def test_a_connector_that_did_not_start_is_started_by_a_restart(place: Place) -> None:
    place.local.plane.connect.refusing = "The disk is full."
    place.create()
    assert place.state() == "FAILED"
    place.local.plane.connect.refusing = ""
    place.local.call("POST", f"{place.connectors}/datagen/restart", status=202)
    assert place.state() == "RUNNING"


def test_a_sink_starts_the_store_that_it_writes_to_also_after_a_restart(place: Place) -> None:
    place.local.call("POST", place.connectors, {"name": "sink", "config": sink_config(place.account)}, status=201)
    assert place.local.plane.stores.asked == ["127.0.0.1:27017"]
    place.local.call("PUT", f"{place.connectors}/sink/pause", status=202)
    place.local.call("PUT", f"{place.connectors}/sink/resume", status=202)
    assert place.local.plane.stores.asked == ["127.0.0.1:27017"] * 2
    place.create("source")
    assert place.local.plane.stores.asked == ["127.0.0.1:27017"] * 2
