"""Custom connector plugins: upload, plugin, connector, end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from localcloud.api.http import middleware
from localcloud.control.connect import custom_plugins

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local

PLUGINS = "/connect/v1/custom-connector-plugins"
CLASS = "io.qdrant.kafka.QdrantSinkConnector"


def upload_place(local: Local, **changes: str) -> Any:
    """Ask for an address."""
    body = {"content_format": "zip", "cloud": "AWS", **changes}
    return local.call("POST", "/connect/v1/presigned-upload-url", body)


def upload(local: Local, place: Any, content: bytes = b"archive") -> Any:
    """Upload as the official provider does, without a key."""
    return local.client.post(place["upload_url"], data=place["upload_form_data"], files={"file": ("a.zip", content)})


def body_of(upload_id: str, **changes: Any) -> dict[str, Any]:
    """Return what the provider posts."""
    return {
        "display_name": "qdrant",
        "description": "",
        "documentation_link": "",
        "connector_class": CLASS,
        "connector_type": "SINK",
        "sensitive_config_properties": ["qdrant.api.key"],
        "upload_source": {"location": "PRESIGNED_URL_LOCATION", "upload_id": upload_id},
        **changes,
    }


def made(local: Local) -> Any:
    """Make a plugin."""
    place = upload_place(local)
    assert upload(local, place).status_code == 204
    return local.call("POST", PLUGINS, body_of(place["upload_id"]), status=201)


def config_of(local: Local, plugin: str, **changes: str) -> dict[str, str]:
    """Return the settings of a custom sink."""
    return {
        "confluent.connector.type": "CUSTOM",
        "confluent.custom.plugin.id": plugin,
        "confluent.custom.connection.endpoints": "127.0.0.1:6334:TCP;store.example:443",
        "confluent.custom.schema.registry.auto": "true",
        "connector.class": CLASS,
        "name": "sink",
        "kafka.auth.mode": "SERVICE_ACCOUNT",
        "kafka.service.account.id": local.account(),
        "topics": "product_vector",
        "tasks.max": "1",
        "value.converter": "io.confluent.connect.json.JsonSchemaConverter",
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": "dlq-store",
        "qdrant.grpc.url": "http://127.0.0.1:6334",
        "qdrant.api.key": "store-secret",
        **changes,
    }


class Place:
    """A cluster, and connectors on it."""

    def __init__(self, local: Local) -> None:
        self.local = local
        environment = local.environment()
        self.base = f"/connect/v1/environments/{environment}/clusters/{local.cluster(environment)}"

    def create(self, config: dict[str, str], *, status: int = 201) -> Any:
        """Make a connector."""
        return self.local.call("POST", f"{self.base}/connectors", {"name": "sink", "config": config}, status=status)


@pytest.fixture
def place(local: Local) -> Place:
    return Place(local)


def test_the_life_of_a_plugin(local: Local) -> None:
    plugin = made(local)
    assert plugin["id"].startswith("ccp-")
    assert (plugin["connector_class"], plugin["cloud"], plugin["content_format"]) == (CLASS, "AWS", "ZIP")
    assert local.plane.plugins.installed == {plugin["id"]: CLASS}
    assert list((local.state / "uploads").iterdir()) == []
    assert local.call("GET", f"{PLUGINS}/{plugin['id']}") == plugin
    change = {"display_name": "store", "sensitive_config_properties": []}
    changed = local.call("PATCH", f"{PLUGINS}/{plugin['id']}", change)
    assert (changed["display_name"], changed["sensitive_config_properties"]) == ("store", [])
    assert local.call("GET", PLUGINS)["data"] == [changed]
    again = local.restarted()
    assert again.call("GET", f"{PLUGINS}/{plugin['id']}")["display_name"] == "store"
    again.call("DELETE", f"{PLUGINS}/{plugin['id']}", status=204)
    assert again.call("GET", f"{PLUGINS}/{plugin['id']}", status=404)["error_code"] == 404
    assert again.call("DELETE", f"{PLUGINS}/{plugin['id']}", status=404)["error_code"] == 404
    again.cloud.close()
    again.cloud.store.close()


def test_an_upload_needs_its_signature_and_no_key(local: Local) -> None:
    place = upload_place(local)
    url = place["upload_url"]
    for wrong in (url.partition("?")[0], f"{url}x", url.replace(place["upload_id"], "another")):
        assert upload(local, {**place, "upload_url": wrong}).status_code == 401
    assert local.client.put(url, content=b"as it is").status_code == 201
    assert (local.state / "uploads" / place["upload_id"]).read_bytes() == b"as it is"
    assert upload(local, place, b"as a form").status_code == 204
    assert (local.state / "uploads" / place["upload_id"]).read_bytes() == b"as a form"
    assert local.client.post(url, content=b"{}").json()["errors"][0]["detail"].startswith("Send the archive as")
    local.call("POST", PLUGINS, body_of(place["upload_id"]), status=201)
    assert upload(local, place).status_code == 401  # it is used up


def test_an_archive_may_be_larger_than_any_other_body(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    place = upload_place(local)
    assert upload(local, place, bytes(middleware.LARGEST_BODY + 1)).status_code == 204
    monkeypatch.setattr(middleware, "LARGEST_ARCHIVE", 1 << 20)
    refused = upload(local, place, bytes(2 << 20))
    assert (refused.status_code, "larger than 1 MiB" in refused.text) == (413, True)


def test_an_upload_is_good_for_an_hour(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    place = upload_place(local)
    upload(local, place)
    monkeypatch.setattr(custom_plugins, "UPLOAD_SECONDS", -1.0)
    assert "older than an hour" in upload(local, place).text
    assert "older than an hour" in local.detail("POST", PLUGINS, body_of(place["upload_id"]), status=400)


def test_old_uploads_make_room(local: Local) -> None:
    first = upload_place(local)
    upload(local, first)
    for _ in range(custom_plugins.MOST_UPLOADS):
        upload_place(local)
    assert upload(local, first).status_code == 401
    assert list((local.state / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "said", "status"),
    [
        ({"connector_class": "no/class"}, "connector_class 'no/class' is no name of a Java class", 400),
        ({"connector_type": "SINKS"}, "connector_type 'SINKS' must be one of SINK, SOURCE.", 400),
        ({"connector_type": "SOURCE"}, "it runs custom sinks alone", 501),
        ({"cloud": "MOON"}, "cloud 'MOON' must be one of AWS, AZURE, GCP.", 400),
        ({"upload_source": {"upload_id": "x"}}, "This upload is unknown", 400),
        ({"upload_source": {"location": "DISK", "upload_id": "x"}}, "must be PRESIGNED_URL_LOCATION", 400),
    ],
)
def test_what_is_no_plugin(local: Local, changes: dict[str, Any], said: str, status: int) -> None:
    place = upload_place(local)
    upload(local, place)
    assert said in local.detail("POST", PLUGINS, body_of(place["upload_id"], **changes), status=status)
    assert local.plane.plugins.installed == {}


def test_an_archive_that_is_missing_or_bad(local: Local) -> None:
    assert "content_format 'tar'" in local.detail(
        "POST", "/connect/v1/presigned-upload-url", {"content_format": "tar"}, status=400
    )
    place = upload_place(local)
    assert "Nothing was uploaded" in local.detail("POST", PLUGINS, body_of(place["upload_id"]), status=400)
    upload(local, place, b"bad")
    assert local.detail("POST", PLUGINS, body_of(place["upload_id"]), status=400) == "The archive is bad."
    assert local.call("GET", PLUGINS)["data"] == []


def test_a_custom_sink_runs_with_its_own_settings(place: Place) -> None:
    plugin = made(place.local)["id"]
    shown = place.create(config_of(place.local, plugin))
    assert (shown["config"]["qdrant.api.key"], shown["type"]) == ("*" * 16, "sink")
    (spec,) = place.local.plane.connect.specs.values()
    assert spec.id.startswith("clcc-")
    assert spec.worker is not None
    assert (spec.worker.plugin, spec.worker.dead_letters) == (plugin, "dlq-store")
    settings = spec.worker.settings
    assert (settings["qdrant.api.key"], settings["connector.class"]) == ("store-secret", CLASS)
    assert settings["errors.deadletterqueue.topic.replication.factor"] == "1"
    assert not [key for key in settings if key.startswith(("confluent.", "kafka."))]
    assert place.local.plane.stores.asked == ["127.0.0.1:6334", "store.example:443"]


def test_what_the_plugin_calls_sensitive_is_masked_and_so_is_what_looks_like_it(place: Place) -> None:
    plugin = made(place.local)["id"]
    change = {"sensitive_config_properties": ["qdrant.collection.name"]}
    place.local.call("PATCH", f"{PLUGINS}/{plugin}", change)
    config = config_of(place.local, plugin, **{"qdrant.collection.name": "shop-secret"})
    place.create(config)
    for path in ("", "/sink", "/sink/config", "/sink/tasks", "?expand=info,status,id"):
        text = place.local.send("GET", f"{place.base}/connectors{path}").text
        assert "shop-secret" not in text
        assert "store-secret" not in text


def test_a_plugin_in_use_is_not_deleted(place: Place) -> None:
    plugin = made(place.local)["id"]
    place.create(config_of(place.local, plugin))
    said = place.local.detail("DELETE", f"{PLUGINS}/{plugin}", status=409)
    assert said == f"Custom connector plugin {plugin} is used by the connector sink: delete that first."
    assert plugin in place.local.plane.plugins.installed
    place.local.call("DELETE", f"{place.base}/connectors/sink")
    place.local.call("DELETE", f"{PLUGINS}/{plugin}", status=204)
    assert place.local.plane.plugins.installed == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"confluent.custom.plugin.id": "ccp-gone"}, "Custom connector plugin 'ccp-gone' does not exist."),
        ({"confluent.custom.plugin.id": ""}, 'Missing required configuration "confluent.custom.plugin.id"'),
        ({"connector.class": "a.B"}, "has io.qdrant.kafka.QdrantSinkConnector."),
        ({"confluent.custom.connection.endpoints": "store"}, "write host:port:TCP, several with ; between them."),
        ({"confluent.custom.schema.registry.auto": "false"}, "confluent.custom.schema.registry.auto to true"),
        ({"value.converter": "io.confluent.connect.protobuf.ProtobufConverter"}, "is not part of the local cloud"),
        ({"value.converter": ""}, 'Missing required configuration "value.converter"'),
        ({"topics": ""}, 'Missing required configuration "topics"'),
        ({"tasks.max": "99"}, "it must be from 1 to 8"),
        ({"consumer.override.bootstrap.servers": "evil:1"}, "is the cloud's own, so remove it."),
        ({"kafka.service.account.id": "sa-nobody"}, "Service account 'sa-nobody' does not exist."),
        ({"errors.deadletterqueue.topic.name": "dlq-${connector}"}, "a custom connector names its topic in full."),
        ({"errors.deadletterqueue.topic.name": "product_vector"}, "is one of the topics that are read"),
    ],
)
def test_what_cannot_run_is_not_made(place: Place, changes: dict[str, str], said: str) -> None:
    plugin = made(place.local)["id"]
    config = config_of(place.local, plugin) | changes
    refused = place.create(config, status=400)["message"]
    assert said in refused
    assert "store-secret" not in refused
    assert place.local.call("GET", f"{place.base}/connectors") == []


def test_a_plugin_is_for_those_who_may_manage_the_organization(local: Local) -> None:
    account = local.account()
    key = local.key(account)
    local.grant(account, "EnvironmentAdmin", f"environment={local.environment()}")
    assert local.send("POST", "/connect/v1/presigned-upload-url", {"content_format": "zip"}, key=key).status_code == 403
    local.grant(account, "OrganizationAdmin")
    assert local.send("POST", "/connect/v1/presigned-upload-url", {"content_format": "zip"}, key=key).status_code == 200
