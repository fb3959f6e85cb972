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
    plugins = [{"class": "DatagenSource", "type": "source"}, {"class": "NullSink", "type": "sink"}]
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
