"""A custom connector plugin from its upload to the store: MongoDB's connector, zipped here, as one of the user's."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest

from tests.support.local_cloud import built_jars
from tests.support.mongodb import PASSWORD, USER
from tests.support.mongodb_sinks import RIGHTS, MongoDbPlace, MongoDbSink
from tests.support.sinks import PATIENCE
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

CLASS = "com.mongodb.kafka.connect.MongoSinkConnector"
PLUGINS = "/connect/v1/custom-connector-plugins"
STRATEGY = "document.id.strategy"
FEW = 100


def archive(jars: Path) -> bytes:
    """Return a zip as Confluent's hub has them: the connector and all that it uses."""
    classpath = (jars / "connect" / "classpath").read_text().strip().split(os.pathsep)
    wanted = [jar for jar in map(Path, classpath) if jar.name.startswith(("mongo", "bson", "avro"))]
    assert any(jar.name.startswith("mongo-kafka-connect") for jar in wanted)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for jar in wanted:
            made.write(jar, f"mongodb-kafka-connect/lib/{jar.name}")
    return buffer.getvalue()


class CustomSink(MongoDbSink):
    """A connector of a plugin, with the connector's own settings."""

    rights = tuple(
        (role, place.replace("connect-lcc*", "connect-clcc*").replace("dlq-lcc*", "dlq-{topic}"))
        for role, place in RIGHTS
    )
    plugin = ""

    def config(self) -> dict[str, str]:
        return {
            "confluent.connector.type": "CUSTOM",
            "confluent.custom.plugin.id": self.plugin,
            "confluent.custom.connection.endpoints": f"{self.place.mongodb.host}:TCP",
            "confluent.custom.schema.registry.auto": "true",
            "connector.class": CLASS,
            "name": self.name,
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": self.account,
            "topics": self.topic,
            "tasks.max": "1",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "io.confluent.connect.json.JsonSchemaConverter",
            "errors.tolerance": "all",
            "errors.deadletterqueue.topic.name": f"dlq-{self.topic}",
            "consumer.override.auto.offset.reset": "earliest",
            "connection.uri": f"mongodb://{USER}:{quote(PASSWORD, safe='')}@{self.place.mongodb.host}/",
            "database": "store",
            "collection": self.topic,
            STRATEGY: "com.mongodb.kafka.connect.sink.processor.id.strategy.PartialValueStrategy",
            f"{STRATEGY}.partial.value.projection.type": "allowlist",
            f"{STRATEGY}.partial.value.projection.list": "product_id",
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoDbPlace]:
    with MongoDbPlace.opened(tmp_path_factory.mktemp("place")) as place:
        yield place


def plugin_of(place: MongoDbPlace, content: bytes) -> str:
    """Upload an archive as the official provider does, and make a plugin of it."""
    url = place.cloud.call("POST", "/connect/v1/presigned-upload-url", {"content_format": "zip"})
    sent = httpx.post(url["upload_url"], data=url["upload_form_data"], files={"file": ("a.zip", content)}, timeout=60)
    assert sent.status_code == 204, sent.text
    body = {
        "display_name": "mongodb",
        "connector_class": CLASS,
        "connector_type": "SINK",
        "sensitive_config_properties": ["connection.uri"],
        "upload_source": {"location": "PRESIGNED_URL_LOCATION", "upload_id": url["upload_id"]},
    }
    made: str = place.cloud.call("POST", PLUGINS, body)["id"]
    return made


def jars_in_use(place: MongoDbPlace) -> set[str]:
    """Return the jars of plugins that the worker's process has open."""
    return {Path(one.path).name for one in place.worker().open_files() if "/connect/plugins/" in one.path}


def test_an_uploaded_connector_runs_beside_the_managed_one_of_the_same_class(place: MongoDbPlace) -> None:
    managed, custom = MongoDbSink(place), CustomSink(place)
    managed.create()
    managed.write(count=FEW)
    managed.until_written(FEW)
    assert jars_in_use(place) == set()
    worker = place.worker().pid
    custom.plugin = plugin_of(place, archive(built_jars()))
    custom.create()
    custom.write(count=FEW)
    custom.until_written(FEW)
    assert custom.until("RUNNING") == ""
    assert custom.id.startswith("clcc-")
    assert custom.call("GET", "/config")["connection.uri"] == "*" * 16
    assert any(name.startswith("mongo-kafka-connect") for name in jars_in_use(place))
    assert place.worker().pid == worker  # the managed sink was not interrupted
    custom.write(count=FEW)  # again
    wait_until(lambda: custom.shown()["records"] == 2 * FEW, "the second delivery", PATIENCE)
    assert custom.documents.count_documents({}) == FEW
    custom.producer.produce(custom.topic, b"no schema id")
    custom.flush()
    wait_until(lambda: custom.shown()["dead_letters"] == 1, "a dead letter", PATIENCE)
    files = place.cloud.state / "connect" / "plugins" / custom.plugin
    refused = place.cloud.send("DELETE", f"{PLUGINS}/{custom.plugin}")
    assert (refused.status_code, f"used by the connector {custom.name}" in refused.text) == (409, True)
    assert files.exists()
    custom.call("DELETE")
    place.cloud.call("DELETE", f"{PLUGINS}/{custom.plugin}")
    assert not files.exists()
    managed.write(FEW, FEW)
    managed.until_written(2 * FEW)
    managed.call("DELETE")


def test_it_runs_again_after_a_restart_of_the_local_cloud(place: MongoDbPlace) -> None:
    custom = CustomSink(place)
    custom.plugin = plugin_of(place, archive(built_jars()))
    custom.create()
    custom.write(count=FEW)
    custom.until_written(FEW)
    place.cloud.restart()
    custom.write(FEW, FEW)
    custom.until_written(2 * FEW)
    custom.call("DELETE")


def test_what_the_connector_itself_refuses_is_its_state(place: MongoDbPlace) -> None:
    custom = CustomSink(place)
    custom.plugin = plugin_of(place, archive(built_jars()))
    custom.create(max_batch_size="many")
    trace = custom.until("FAILED")
    assert "max.batch.size" in trace
    assert "Exception" not in trace
    custom.call("DELETE")
