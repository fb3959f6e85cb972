"""The records of Qdrant's connector, and the archive of a custom one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import set_all_config

from components.sinks import sink as sink_module
from components.sinks.plan import plan_sinks
from components.sinks.qdrant import QdrantStore
from components.sinks.records import with_records
from components.sql_files import SqlFiles
from tests.support.recorded_program import CLUSTER, Recorded
from tests.support.tutorial import copy_statements
from tests.unit.components.config.test_sinks import MILVUS, QDRANT, sinks
from tests.unit.components.test_identities import rows
from tests.unit.components.test_program import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

K = f"{CLUSTER}/kafka=lkc-1"
TABLE, INSERT = "create-table-product-vector-qdrant", "insert-into-product-vector-qdrant"


@pytest.fixture
def entry(tmp_path: Path) -> dict[str, Any]:
    """Return an entry whose archive is there."""
    archive = tmp_path / "qdrant.zip"
    archive.write_bytes(b"its connector")
    return {**QDRANT, "archive": str(archive), "sha256": hashlib.sha256(b"its connector").hexdigest()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_statements(tmp_path / "copy")


def load(folder: Path, *entries: dict[str, Any]) -> SqlFiles:
    files = SqlFiles.load(folder, topics=["product-updates"], embedding_model=None)
    return with_records(sinks(*entries), files)


def refused(folder: Path, *entries: dict[str, Any]) -> list[str]:
    with pytest.raises(pulumi.RunError) as failure:
        plan_sinks(sinks(*entries), load(folder, *entries))
    return str(failure.value).splitlines()


def test_a_table_and_an_insert_make_the_records(folder: Path, entry: dict[str, Any]) -> None:
    files = load(folder, entry)
    table, insert = files.statements[TABLE], files.statements[INSERT]
    assert table.target == insert.target == "product_vector_qdrant"
    assert "`val` BYTES" in table.text
    assert "'value.format' = 'raw'" in table.text
    assert "'collection_name' VALUE 'products',\n    'id' VALUE CAST(`product_id` AS BIGINT),\n" in insert.text
    assert "'payload' VALUE JSON_OBJECT('store_id' VALUE `store_id`, 'product_id' VALUE `product_id`," in insert.text
    assert "`vector`" not in insert.text.partition("payload")[2]
    assert files.used_by(insert) == ["create-table-product-vector", TABLE]
    assert files.flows[INSERT] == {"sources": ["product_vector"], "sink": "product_vector_qdrant", "models": []}
    (plan,) = plan_sinks(sinks(entry), files)
    assert (plan.tables, plan.store.topics) == (["product_vector"], ["product_vector_qdrant"])
    assert plan.built_on == ["create-table-product-vector", TABLE, "create-model-vector-embedding"]
    assert plan.model == "vector_embedding"


def test_other_sinks_copy_the_table_itself(folder: Path, entry: dict[str, Any]) -> None:
    milvus = {**MILVUS, "archive": entry["archive"], "sha256": entry["sha256"]}
    files = load(folder, entry, milvus)
    plans = plan_sinks(sinks(entry, milvus), files)
    assert [plan.store.topics for plan in plans] == [["product_vector_qdrant"], ["product_vector"]]
    assert files.statements.keys() - load(folder, milvus).statements.keys() == {TABLE, INSERT}


def test_a_text_is_an_id_as_it_is(folder: Path, entry: dict[str, Any]) -> None:
    files = load(folder, {**entry, "id": "articleType"})
    assert "'id' VALUE CAST(`articleType` AS STRING)" in files.statements[INSERT].text


def test_what_flink_s_json_has_no_form_for_is_a_text(folder: Path, entry: dict[str, Any]) -> None:
    file = folder / "create-table-product-vector.sql"
    file.write_text(file.read_text().replace("price DOUBLE", "price DOUBLE, sold DATE"))
    insert = load(folder, entry).statements[INSERT]
    assert "'price' VALUE `price`, 'sold' VALUE CAST(`sold` AS STRING)" in insert.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"id": "price"},
            (
                "id is 'price' of type DOUBLE, and Qdrant takes unsigned integers and UUIDs: write a column of type"
                " TINYINT, SMALLINT, INT, INTEGER, BIGINT, or of STRING with UUIDs."
            ),
        ),
        ({"id": "sku"}, "id is 'sku', which is no column of product_vector: write one that differs from row to row."),
        ({"topics": ["nothing"]}, "topics has 'nothing', which no CREATE TABLE of sql/ makes: write one of product"),
    ],
)
def test_what_makes_no_record_is_told_before_anything_is_created(
    folder: Path, entry: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    (sentence,) = refused(folder, {**entry, **changes})
    assert sentence.startswith(f"confluent-rag:sinks[0].{said}")


def test_milvus_is_told_which_ids_it_takes(folder: Path, entry: dict[str, Any]) -> None:
    milvus = {**MILVUS, "archive": entry["archive"], "sha256": entry["sha256"]}
    (sentence,) = refused(folder, {**milvus, "id": "price"})
    assert sentence == (
        "confluent-rag:sinks[0].id is 'price' of type DOUBLE, and Milvus takes whole numbers and texts: write a column"
        " of type TINYINT, SMALLINT, INT, INTEGER, BIGINT, STRING."
    )
    for usable in ("count", "articleType"):
        assert plan_sinks(sinks({**milvus, "id": usable}), load(folder, milvus))


def test_a_table_without_vectors(folder: Path, entry: dict[str, Any]) -> None:
    (folder / "create-table-plain.sql").write_text("CREATE TABLE plain (product_id INT)")
    (sentence,) = refused(folder, {**entry, "topics": ["plain"]})
    assert "topics has 'plain', which has no column vector: a sink of kind qdrant copies vectors." in sentence


def test_an_archive_that_is_missing_or_another_one(folder: Path, entry: dict[str, Any]) -> None:
    found = entry["sha256"]
    (missing,) = refused(folder, {**entry, "archive": "nowhere.zip"})
    assert missing == (
        "confluent-rag:sinks[0].archive is 'nowhere.zip', which cannot be read (No such file or directory): download"
        " it, or write its path."
    )
    (other,) = refused(folder, {**entry, "sha256": "1" * 64})
    assert other.startswith(f"confluent-rag:sinks[0].sha256 is {'1' * 64}, but ")
    assert f" has {found}: download the archive again" in other
    assert plan_sinks(sinks({**entry, "sha256": found.upper()}), load(folder, entry))


class TestProgram:
    @pytest.fixture
    def recorded(self, entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
        async def answer(*_: Any) -> tuple[Any, ...]:
            return "ready?", [0.1, 0.2, 0.3]

        monkeypatch.setattr(sink_module, "answer_of", answer)
        monkeypatch.setattr(QdrantStore, "make_index", lambda *_: "made it")
        yield run({"confluent-rag:openaiApiKey": "k", "confluent-rag:sinks": json.dumps([entry])})[0]
        set_all_config({})

    def test_the_plugin_is_named_with_its_archive_s_digest(self, recorded: Recorded, entry: dict[str, Any]) -> None:
        digest = entry["sha256"][:8]
        plugin = recorded[f"qdrant-plugin-{digest}"].inputs
        assert plugin["displayName"] == f"rag-qdrant-{digest}-c0ffee"
        assert (plugin["filename"], plugin["connectorType"]) == (entry["archive"], "SINK")
        assert plugin["connectorClass"] == "io.qdrant.kafka.QdrantSinkConnector"
        assert plugin["sensitiveConfigProperties"] == ["qdrant.api.key"]

    def test_the_connector_is_one_of_the_plugin(self, recorded: Recorded, entry: dict[str, Any]) -> None:
        connector = recorded["qdrant-sink-connector"]
        assert connector.inputs["configNonsensitive"] == {
            "confluent.connector.type": "CUSTOM",
            "confluent.custom.plugin.id": f"ccp-qdrant-plugin-{entry['sha256'][:8]}",
            "confluent.custom.connection.endpoints": "x.cloud.qdrant.io:6334:TCP",
            "connector.class": "io.qdrant.kafka.QdrantSinkConnector",
            "name": "QdrantSinkConnectorQdrant",
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": "sa-sink-qdrant",
            "topics": "product_vector_qdrant",
            "tasks.max": "1",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
            "consumer.override.isolation.level": "read_committed",
            "consumer.override.auto.offset.reset": "earliest",
            "errors.tolerance": "all",
            "errors.deadletterqueue.topic.name": "dlq-qdrant",
            "errors.deadletterqueue.context.headers.enable": "true",
            "qdrant.grpc.url": "https://x.cloud.qdrant.io:6334",
        }
        assert connector.inputs["configSensitive"] == {"qdrant.api.key": "very-secret"}
        assert connector.secrets == {"configSensitive"}
        assert TABLE in connector.depends_on

    def test_its_account_has_these_rights_and_no_other(self, recorded: Recorded) -> None:
        assert rows(recorded, "sink-qdrant") == {
            ("DeveloperRead", f"{K}/topic=product_vector_qdrant"),
            ("DeveloperRead", f"{K}/group=connect-clcc*"),
            ("DeveloperWrite", f"{K}/topic=dlq-qdrant"),
            ("DeveloperManage", f"{K}/topic=dlq-qdrant"),
        }
        deployer = rows(recorded, "deployer")
        assert ("DeveloperRead", f"{K}/topic=dlq-qdrant") in deployer
        assert ("DeveloperRead", f"{K}/topic=dlq-lcc*") not in deployer
        assert ("DeveloperWrite", f"{K}/topic=product_vector_qdrant") in rows(recorded, "runner")
