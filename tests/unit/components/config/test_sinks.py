from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pydantic import SecretStr

from components.config.settings import Settings
from components.config.sinks import (
    KEY,
    KINDS,
    Elasticsearch,
    Milvus,
    MongoDb,
    Neo4j,
    Qdrant,
    Sink,
    local_mistakes,
    local_variables,
    with_local_stores,
)

if TYPE_CHECKING:
    from components.config.sinks import AnySink

HERE = {"host": "local", "kind": "mongodb"}
ATLAS = {"kind": "mongodb", "host": "shop.abc12.mongodb.net", "password": "very-secret"}
ELASTIC = {"kind": "elasticsearch", "url": "https://shop.example:443", "apiKey": "very-secret"}
COUCHBASE = {"kind": "couchbase", "nodes": "cb.example.com", "username": "u", "password": "p", "bucket": "shop"}
NEO4J = {"kind": "neo4j", "uri": "neo4j+s://x.databases.neo4j.io", "password": "p"}
PINECONE = {"kind": "pinecone", "project": "p1", "environment": "us-east-1", "apiKey": "k", "index": "products"}
ARCHIVED = {"archive": "connector.zip", "sha256": "0" * 64}
QDRANT = {"kind": "qdrant", "url": "https://x.cloud.qdrant.io", "apiKey": "very-secret", **ARCHIVED}
MILVUS = {"kind": "milvus", "endpoint": "https://x.zilliz.example", "apiKey": "very-secret", **ARCHIVED}
SINGLESTORE = {"kind": "singlestore", "host": "s.example:3306", "password": "very-secret", "database": "db", **ARCHIVED}
EVERY = [ATLAS, ELASTIC, COUCHBASE, NEO4J, PINECONE, QDRANT, MILVUS, SINGLESTORE]
VARIABLES = dict(zip(local_variables("mongodb"), ("127.0.0.1:27018", "admin", "local-secret"), strict=True))


def sinks(*entries: dict[str, Any], **settings: str) -> tuple[AnySink, ...]:
    return Settings.of({"openaiApiKey": "k", "sinks": json.dumps(entries), **settings}, "test").sinks


def refused(*entries: Any, **settings: str) -> list[str]:
    with pytest.raises(pulumi.RunError) as failure:
        sinks(*entries, **settings)
    return str(failure.value).splitlines()


class TestEntries:
    def test_without_the_setting_there_is_none(self) -> None:
        assert Settings.of({"openaiApiKey": "k"}, "test").sinks == ()
        assert Settings.of({"openaiApiKey": "k", "sinks": ""}, "test").sinks == ()

    def test_mongodb_defaults_are_the_tutorial_s(self) -> None:
        (sink,) = sinks(ATLAS)
        assert isinstance(sink, MongoDb)
        assert (sink.username, sink.database, sink.collection, sink.index) == (
            "admin",
            "store",
            "products",
            "vector_index",
        )
        assert (sink.id, sink.label, sink.topics) == ("product_id", "mongodb", ())
        assert sink.endpoint == "mongodb+srv://shop.abc12.mongodb.net/"

    def test_a_host_with_a_port_is_no_atlas_cluster(self) -> None:
        (sink,) = sinks({**ATLAS, "host": "127.0.0.1:27018"})
        assert isinstance(sink, MongoDb)
        assert sink.endpoint == "mongodb://127.0.0.1:27018/"

    @pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry["kind"])
    def test_every_kind_is_typed(self, entry: dict[str, Any]) -> None:
        (sink,) = sinks(entry)
        assert type(sink) is KINDS[entry["kind"]]
        assert sink.place[0]

    def test_no_secret_is_shown(self) -> None:
        assert "very-secret" not in repr(sinks(*EVERY))

    @pytest.mark.parametrize(
        ("changes", "addresses"),
        [
            ({}, ("https://x.cloud.qdrant.io:6333", "https://x.cloud.qdrant.io:6334")),
            ({"url": "http://10.0.0.1:7000/"}, ("http://10.0.0.1:7000", "http://10.0.0.1:6334")),
            ({"grpcUrl": "http://g:1"}, ("https://x.cloud.qdrant.io:6333", "http://g:1")),
        ],
    )
    def test_qdrant_has_two_addresses(self, changes: dict[str, str], addresses: tuple[str, str]) -> None:
        (sink,) = sinks({**QDRANT, **changes})
        assert isinstance(sink, Qdrant)
        assert (sink.rest, sink.grpc) == addresses

    def test_what_is_shown_of_it_has_no_secret_whatever_its_name(self) -> None:
        class Vault(Sink):
            kind = "vault"
            host: str
            access_token: SecretStr

        shown = Vault.model_validate({"host": "v.example.com", "access_token": SecretStr("very-secret")}).shown
        assert shown == {"host": "v.example.com", "id": "product_id"}


class TestTheLocalStore:
    def test_has_its_address_and_user_in_variables(self) -> None:
        (sink,) = with_local_stores(sinks(HERE), VARIABLES)
        assert isinstance(sink, MongoDb)
        assert (sink.host, sink.username, sink.password.get_secret_value()) == tuple(VARIABLES.values())

    def test_of_neo4j_has_a_uri(self) -> None:
        variables = dict(zip(local_variables("neo4j"), ("127.0.0.1:19018", "admin", "local-secret"), strict=True))
        (sink,) = with_local_stores(sinks({"kind": "neo4j", "uri": "local"}), variables)
        assert isinstance(sink, Neo4j)
        assert (sink.uri, sink.username, sink.password.get_secret_value()) == (
            "neo4j://127.0.0.1:19018",
            "admin",
            "local-secret",
        )
        (said,) = refused({key: value for key, value in NEO4J.items() if key != "password"})
        assert "[0].password is missing" in said

    def test_of_qdrant_is_one_address_and_a_key(self) -> None:
        here = {"kind": "qdrant", "url": "local", **ARCHIVED}
        variables = dict(zip(local_variables("qdrant"), ("127.0.0.1:19123", "admin", "local-key"), strict=True))
        (sink,) = with_local_stores(sinks(here), variables)
        assert isinstance(sink, Qdrant)
        assert sink.rest == sink.grpc == "http://127.0.0.1:19123"
        assert sink.api_key.get_secret_value() == "local-key"

    def test_milvus_of_this_machine_has_its_api_key(self) -> None:
        variables = dict(zip(local_variables("milvus"), ("127.0.0.1:19123", "admin", "local-key"), strict=True))
        (sink,) = with_local_stores(sinks({"kind": "milvus", "endpoint": "local", **ARCHIVED}), variables)
        assert isinstance(sink, Milvus)
        assert (sink.endpoint, sink.api_key.get_secret_value()) == ("http://127.0.0.1:19123", "local-key")

    def test_elasticsearch_has_its_key_in_the_password(self) -> None:
        variables = dict(zip(local_variables("elasticsearch"), ("127.0.0.1:1", "admin", "local-secret"), strict=True))
        (sink,) = with_local_stores(sinks({"kind": "elasticsearch", "url": "local"}), variables)
        assert isinstance(sink, Elasticsearch)
        assert (sink.url, sink.api_key.get_secret_value()) == ("http://127.0.0.1:1", "local-secret")

    def test_other_sinks_stay_as_they_are(self) -> None:
        found = sinks(ATLAS, ELASTIC)
        assert with_local_stores(found, {}) == found
        assert local_mistakes(found, {}) == []
        assert isinstance(found[1], Elasticsearch)

    def test_without_the_variables_it_is_said_how_to_get_them(self) -> None:
        (sentence,) = local_mistakes(sinks(HERE), {**VARIABLES, "LOCAL_MONGODB_PASSWORD": ""})
        assert sentence == (
            f"{KEY}[0] is local, but LOCAL_MONGODB_PASSWORD is not set:"
            ' run `eval "$(./pulumiw cloud env)"` first, use ./pulumiw, or write the address of your own server.'
        )
        assert "LOCAL_MONGODB_USERNAME, LOCAL_MONGODB_PASSWORD are not set" in local_mistakes(sinks(HERE), {})[0]


class TestMistakes:
    @pytest.mark.parametrize(
        ("entry", "sentence"),
        [
            ({"host": "x"}, "[0].kind is missing, and must be one of mongodb,"),
            (
                {"kind": "mongo"},
                (
                    "[0].kind is 'mongo' but must be one of mongodb, elasticsearch, couchbase, neo4j, pinecone, qdrant,"
                    " milvus, singlestore: write `kind: mongodb` in Pulumi.test.yaml."
                ),
            ),
            (
                {**QDRANT, "apiKey": ""},
                "[0].apiKey is missing: run `pulumi config set --secret --path 'confluent-rag:sinks[0].apiKey'`.",
            ),
            (
                {key: value for key, value in QDRANT.items() if key != "archive"},
                (
                    "[0].archive is missing, and must be the path of the connector's .zip or .jar, from the project's"
                    " folder: write `archive: qdrant.zip` in Pulumi.test.yaml."
                ),
            ),
            ({**QDRANT, "archive": "x.tgz"}, "[0].archive is 'x.tgz' but must be the path of the connector's .zip"),
            ({**QDRANT, "sha256": "abc"}, "[0].sha256 is 'abc' but must be the archive's SHA-256, 64 hex digits"),
            ({**QDRANT, "url": "x.qdrant.io"}, "[0].url is 'x.qdrant.io' but must be the URL of Qdrant's REST API"),
            ({**SINGLESTORE, "host": "s"}, "[0].host is 's' but must be host:port of a SingleStore endpoint: write"),
            (
                {"kind": "mongodb", "password": "p"},
                (
                    "[0].host is missing, and must be the bare host of an Atlas cluster, host:port of a server,"
                    " or local: write `host: shop.abc12.mongodb.net` in Pulumi.test.yaml."
                ),
            ),
            ({**ATLAS, "host": "mongodb+srv://shop.abc12.mongodb.net"}, "[0].host is 'mongodb+srv://shop.abc12"),
            ({**ATLAS, "host": "admin:pw@shop.net"}, "[0].host is 'admin:pw@shop.net' but must be"),
            (
                {"kind": "mongodb", "host": "shop.abc12.mongodb.net"},
                "[0].password is missing: run `pulumi config set --secret --path 'confluent-rag:sinks[0].password'`.",
            ),
            (
                {"kind": "elasticsearch", "url": "https://shop.example"},
                "[0].apiKey is missing: run `pulumi config set --secret --path 'confluent-rag:sinks[0].apiKey'`.",
            ),
            ({**ELASTIC, "url": "http://shop.example"}, "[0].url is 'http://shop.example' but must be an https:// URL"),
            ({**ELASTIC, "version": "v8"}, "[0].version is 'v8' but must be one of V8, V9: write `version: V8`"),
            ({**ATLAS, "colection": "x"}, "[0].colection in Pulumi.test.yaml is not a setting: write collection inst"),
            ({**ATLAS, "zzz": "x"}, "[0].zzz in Pulumi.test.yaml is not a setting: remove it; a sink of kind mongodb"),
            ({**ATLAS, "id": "product id"}, "[0].id is 'product id' but must be a column of the table: write `id: pr"),
            ({**ATLAS, "topics": "x"}, "[0].topics is 'x' but must be a list of tables: write `topics: [product_v"),
            ({**NEO4J, "node": "a b"}, "[0].node is 'a b' but must be a label"),
        ],
    )
    def test_each_is_one_sentence(self, entry: dict[str, Any], sentence: str) -> None:
        (said,) = refused(entry)
        assert said.startswith(KEY + sentence)

    @pytest.mark.parametrize("text", ["mongodb", '{"kind": "mongodb"}', '["mongodb"]'])
    def test_what_is_no_list_of_entries(self, text: str) -> None:
        with pytest.raises(
            pulumi.RunError, match=r"sinks in Pulumi\.test\.yaml must be a list, each entry with a kind"
        ):
            Settings.of({"openaiApiKey": "k", "sinks": text}, "test")

    def test_two_on_one_collection(self) -> None:
        (said,) = refused(ATLAS, {**ATLAS, "name": "second", "host": "SHOP.abc12.mongodb.net"})
        assert said == (
            f"{KEY}[1] writes into shop.abc12.mongodb.net store products, as {KEY}[0] does: give one of them another"
            " place, or remove it."
        )

    def test_two_of_one_name(self) -> None:
        (said,) = refused(ATLAS, {**ATLAS, "collection": "others"})
        assert said == f"{KEY}[1] is named mongodb, as {KEY}[0] is: add `name: mongodb-2` to it."

    def test_all_are_told_at_once_with_those_of_other_settings(self) -> None:
        said = refused({**ATLAS, "host": "://"}, {"kind": "zzz"}, maxCfu="7")
        assert [sentence.split()[0] for sentence in said] == [
            "confluent-rag:maxCfu",
            f"{KEY}[0].host",
            f"{KEY}[1].kind",
        ]

    def test_no_secret_is_quoted(self) -> None:
        assert "very-secret" not in "".join(refused({**ATLAS, "host": "://"}, {**ELASTIC, "url": "x"}))

    def test_searching_needs_a_sink_that_can_be_searched(self) -> None:
        (said,) = refused(NEO4J, search="true")
        assert said == (
            "confluent-rag:search is true, but there is no sink that can be searched: add one of kind mongodb to"
            " confluent-rag:sinks, or remove confluent-rag:search."
        )
        assert sinks(ATLAS, search="true")
