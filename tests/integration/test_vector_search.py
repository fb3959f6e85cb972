"""``VECTOR_SEARCH_AGG`` over the MongoDB server of this machine, with the tutorial's own statements."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from pinecone import Pinecone, ServerlessSpec
from pymongo import MongoClient
from pymongo.operations import SearchIndexModel

from localcloud.credentials import Credentials
from tests.support.local_cloud import LocalCloud, built_jars
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

EXTERNAL_TABLE = (PROJECT / "sql" / "search" / "create-table-mongodb-products.sql").read_text(encoding="utf-8")
SEARCH = """
SELECT query, search_results
FROM query_vectors,
LATERAL TABLE(VECTOR_SEARCH_AGG(mongodb_products, DESCRIPTOR(vector), query_vectors.vector, 3));
"""
PRODUCTS: list[dict[str, Any]] = [
    {"articleType": "shoes", "size": 9, "price": 67.5, "tags": ["low", "red"], "vector": [1.0, 0.0]},
    {"articleType": "hat", "size": 7, "vector": [0.0, 1.0]},
    {"articleType": "shorts", "size": "M", "vector": [0.6, 0.8]},
    {"articleType": "no vector"},
]


class Shop:
    """A local cloud with the connection, the collection, its index and what the query asks for."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        login = Credentials.load_or_make(cloud.state).stores["mongodb"]
        self.address = f"127.0.0.1:{login.port}"
        self.password = login.password
        self.connect("mongodb-connection")
        self.client: MongoClient[dict[str, Any]] = MongoClient(f"mongodb://admin:{self.password}@{self.address}/")
        self.products = self.client.store.create_collection("products")
        vector = {"type": "vector", "path": "vector", "numDimensions": 2, "similarity": "dotProduct"}
        index = SearchIndexModel(name="vector_index", type="vectorSearch", definition={"fields": [vector]})
        self.products.create_search_index(index)
        self.products.insert_many(PRODUCTS)
        self.cloud.run(EXTERNAL_TABLE)
        self.cloud.run(
            "CREATE TABLE query_vectors (query STRING, vector ARRAY<FLOAT>) WITH ('value.format'='json-registry')"
        )
        self.ask("kicks", 1, 0)

    def connect(self, name: str, kind: str = "MONGODB", **changes: str) -> None:
        """Make a connection to the MongoDB server of this machine, but for these changes."""
        login = {
            "USERNAME": "admin",
            "PASSWORD": changes.get("password", self.password),
            "API_KEY": changes.get("key", "k"),
        }
        self.cloud.connect(name, kind, changes.get("endpoint", f"mongodb://{self.address}/"), login)

    def ask(self, query: str, *vector: float) -> None:
        """Add a row to ``query_vectors``."""
        numbers = ", ".join(f"CAST({number} AS FLOAT)" for number in vector)
        self.cloud.run(f"INSERT INTO query_vectors VALUES ('{query}', ARRAY[{numbers}])")

    def external(self, name: str, *columns: str, **options: str | None) -> None:
        """Create an external table with other columns and options."""
        self.cloud.run(self.external_ddl(name, *columns, **options))

    def external_ddl(self, name: str, *columns: str, **options: str | None) -> str:
        """Return the statement for it; an option of ``None`` is left out."""
        given: dict[str, str | None] = {
            "connection": "mongodb-connection",
            "database": "store",
            "collection": "products",
            "index": "vector_index",
        }
        lines = [f"'mongodb.{key}' = '{value}'" for key, value in (given | options).items() if value is not None]
        shown = ", ".join(columns or ("articleType STRING",))
        return f"CREATE TABLE {name} ({shown}) WITH ('connector' = 'mongodb', {', '.join(lines)})"

    def search(self, call: str, shown: str = "search_results") -> list[list[Any]]:
        """Return what a search finds for the rows of ``query_vectors``."""
        return self.cloud.query(f"SELECT {shown} FROM query_vectors, LATERAL TABLE(VECTOR_SEARCH_AGG({call}))")

    def refusal(self, call: str) -> str:
        """Return why a search has failed."""
        return self.cloud.refusal(f"SELECT * FROM query_vectors, LATERAL TABLE(VECTOR_SEARCH_AGG({call}))")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with closing(LocalCloud(tmp_path_factory.mktemp("state"), built_jars())) as cloud:
        opened = Shop(cloud)
        with opened.client:
            yield opened


def score(results: list[list[str]], of: int) -> float:
    return float(results[of][-1])


def test_the_tutorials_statement_answers(shop: Shop) -> None:
    """It goes on for ever: a question that comes later is answered by the same statement."""
    ran = shop.cloud.post(SEARCH)
    ((query, results),) = (row["row"] for row in ran.rows(1))
    assert query == "kicks"
    assert [row[0] for row in results] == ["shoes", "shorts", "hat"]
    assert results[0][1] == ["1", "0"] or [float(one) for one in results[0][1]] == [1.0, 0.0]
    assert [score(results, of) for of in range(3)] == pytest.approx([1.0, 0.8, 0.5])
    columns = ran.shown["status"]["traits"]["schema"]["columns"]
    fields = columns[1]["type"]["element_type"]["fields"]
    assert [field["name"] for field in fields] == ["articleType", "vector", "score"]
    assert fields[-1]["field_type"]["type"] == "DOUBLE"
    ran.delete()


def test_table_and_options_can_be_written_in_several_ways(shop: Shop) -> None:
    wanted = [["shoes"]]
    vector = "DESCRIPTOR(vector), query_vectors.vector, 1"
    first = "search_results[1].articleType"
    assert shop.search(f"'mongodb_products', {vector}", first) == wanted
    assert shop.search(f"shop.mongodb_products, {vector}", first) == wanted
    assert shop.search(f"`lab`.`shop`.`mongodb_products`, {vector}", first) == wanted
    assert shop.search(f"TABLE mongodb_products, {vector}", first) == wanted
    options = "MAP['client_timeout', 10, 'async_enabled', false, 'retry_count', 0]"
    assert shop.search(f"mongodb_products, {vector}, {options}", first) == wanted
    texts = "MAP['max_parallelism', '3', 'debug', 'false']"
    assert shop.search(f"mongodb_products, {vector}, {texts}", first) == wanted


def test_columns_are_what_the_documents_have(shop: Shop) -> None:
    shop.external("typed", "articleType STRING", "size INT", "price DOUBLE", "tags ARRAY<STRING>", "_id STRING")
    flat = (
        "SELECT r.articleType, r.size, r.price, r.tags, CHAR_LENGTH(r._id) FROM query_vectors,"
        " LATERAL TABLE(VECTOR_SEARCH_AGG(typed, DESCRIPTOR(vector), query_vectors.vector, 3))"
        " CROSS JOIN UNNEST(search_results) AS r"
    )
    rows = sorted(shop.cloud.query(flat))
    assert rows == [
        ["hat", "7", None, None, "24"],
        ["shoes", "9", "67.5", ["low", "red"], "24"],
        ["shorts", None, None, None, "24"],
    ]


def test_a_view_searches_and_a_table_takes_results(shop: Shop) -> None:
    shop.cloud.run(f"CREATE VIEW answers AS {SEARCH.strip().rstrip(';')}")
    ((query, results),) = shop.cloud.query("SELECT * FROM answers")
    assert (query, results[0][0]) == ("kicks", "shoes")
    shop.cloud.run("DROP VIEW answers")


def test_nothing_is_near_to_null(shop: Shop) -> None:
    sql = (
        "SELECT search_results FROM (VALUES (CAST(NULL AS ARRAY<FLOAT>))) AS t(v),"
        " LATERAL TABLE(VECTOR_SEARCH_AGG(mongodb_products, DESCRIPTOR(vector), v, 3))"
    )
    assert shop.cloud.query(sql) == [[[]]]


def test_an_external_table_is_shown_and_dropped(shop: Shop) -> None:
    shop.external("other")
    assert ["other"] in shop.cloud.query("SHOW TABLES")
    kinds = shop.cloud.query(
        "SELECT TABLE_TYPE FROM INFORMATION_SCHEMA.`TABLES` WHERE TABLE_NAME = 'other' AND TABLE_SCHEMA = 'shop'"
    )
    assert kinds == [["EXTERNAL TABLE"]]
    assert "already exists" in shop.cloud.refusal(shop.external_ddl("other"))
    assert shop.cloud.send("GET", f"/kafka/v3/clusters/{shop.cloud.cluster}/topics/other").status_code == 404
    shop.cloud.run("DROP TABLE other")
    assert "does not exist" in shop.refusal("other, DESCRIPTOR(vector), query_vectors.vector, 1")


def test_it_is_searched_alone(shop: Shop) -> None:
    assert "'mongodb_products' can only be searched: write LATERAL TABLE" in shop.cloud.refusal(
        "SELECT * FROM mongodb_products"
    )
    assert "can only be searched: write into its store with a sink connector" in shop.cloud.refusal(
        "INSERT INTO mongodb_products VALUES ('shoes', ARRAY[CAST(1 AS FLOAT)])"
    )
    assert "cannot be changed" in shop.cloud.refusal(
        "ALTER TABLE mongodb_products SET ('scan.startup.mode' = 'latest-offset')"
    )
    assert "can only be searched" in shop.cloud.refusal(
        "CREATE TABLE copied WITH ('connector' = 'mongodb', 'mongodb.connection' = 'mongodb-connection',"
        " 'mongodb.database' = 'd', 'mongodb.collection' = 'c', 'mongodb.index' = 'i')"
        " AS SELECT query FROM query_vectors"
    )
    assert ["copied"] not in shop.cloud.query("SHOW TABLES")


@pytest.mark.parametrize(
    ("options", "columns", "said"),
    [
        ({"connection": None}, (), "needs the option 'mongodb.connection'"),
        ({"collection": None}, (), "needs the option 'mongodb.collection'"),
        ({"connection": "nothing"}, (), "The connection 'nothing' of external table 'bad' does not exist"),
        ({"connection": "a-model"}, (), "is of type OPENAI, but external table 'bad' needs one of type MONGODB"),
        ({"numCandidates": "0"}, (), "'mongodb.numCandidates' = '0' must be a number from 1 to 10000"),
        ({"path": "vector"}, (), "Unsupported options found: 'mongodb.path'"),
        ({}, ("score DOUBLE",), "cannot have a column 'score'"),
        ({}, ("born DATE",), "is of type DATE, which no document has"),
        ({}, ("a STRING", "b AS a"), "it can have plain columns alone"),
    ],
)
def test_a_table_that_no_search_could_use_is_refused(
    shop: Shop, options: dict[str, str | None], columns: tuple[str, ...], said: str
) -> None:
    if options.get("connection") == "a-model":
        shop.connect("a-model", "OPENAI", endpoint="https://api.openai.com/v1/embeddings")
    assert said in shop.cloud.refusal(shop.external_ddl("bad", *columns, **options))
    assert ["bad"] not in shop.cloud.query("SHOW TABLES")


@pytest.mark.parametrize("connector", ["s3vectors", "couchbase"])
def test_other_stores_are_refused(shop: Shop, connector: str) -> None:
    said = shop.cloud.refusal(f"CREATE TABLE bad (a STRING) WITH ('connector' = '{connector}')")
    assert f"'connector' = '{connector}' is not supported by the local cloud; use one of 'confluent', " in said
    assert "'elastic', 'faker', 'mongodb', 'pinecone'" in said
    topic = "CREATE TABLE bad (a STRING) WITH ('mongodb.index' = 'i')"
    assert "The option 'mongodb.index' is an external table's: add 'connector' = 'mongodb'" in shop.cloud.refusal(topic)


def test_pinecones_index_answers(shop: Shop) -> None:
    """Its server starts with the connection, to which the endpoint leads with the query's path and without."""
    login = Credentials.load_or_make(shop.cloud.state).stores["pinecone"]
    base = f"http://127.0.0.1:{login.port}"
    for name, key, path in (("one", login.password, ""), ("other", login.password, "/query"), ("closed", "wrong", "")):
        shop.connect(f"pinecone-{name}", "PINECONE", endpoint=f"{base}/data/products{path}", key=key)
    pinecone = Pinecone(api_key=login.password, host=base)
    spec = ServerlessSpec(cloud="aws", region="us-east-1")
    made = pinecone.create_index("products", dimension=2, metric="dotproduct", spec=spec)
    assert made.host == f"{base}/data/products"
    vectors = [
        {"id": f"p{number}", "values": one["vector"], "metadata": {"articleType": one["articleType"]}}
        for number, one in enumerate(PRODUCTS)
        if "vector" in one
    ]
    pinecone.Index(host=made.host).upsert(vectors=vectors)
    for name in ("one", "other", "closed"):
        shop.cloud.run(
            f"CREATE TABLE pinecone_{name} (id STRING, articleType STRING, vector ARRAY<FLOAT>) WITH ('connector' ="
            f" 'pinecone', 'pinecone.connection' = 'pinecone-{name}', 'pinecone.embedding_column' = 'vector')"
        )
    for name in ("one", "other"):
        ((results,),) = shop.search(f"pinecone_{name}, DESCRIPTOR(vector), query_vectors.vector, 2")
        assert [row[:2] for row in results] == [["p0", "shoes"], ["p2", "shorts"]]
        assert [float(number) for number in results[1][2]] == pytest.approx([0.6, 0.8])
        assert [score(results, of) for of in range(2)] == pytest.approx([1.0, 0.6])
    refused = shop.refusal("pinecone_closed, DESCRIPTOR(vector), query_vectors.vector, 2")
    assert "refuses the key of connection 'pinecone-closed'." in refused
    pinecone.delete_index("products")
    gone = shop.refusal("pinecone_one, DESCRIPTOR(vector), query_vectors.vector, 2")
    assert f"There is no index of Pinecone at {base}/data/products: create it" in gone


def test_an_option_of_another_store_is_refused(shop: Shop) -> None:
    mixed = "CREATE TABLE bad (a STRING) WITH ('connector' = 'elastic', 'elastic.index' = 'i', 'mongodb.index' = 'i')"
    said = "The option 'mongodb.index' is one of tables with 'connector' = 'mongodb': leave it out"
    assert said in shop.cloud.refusal(mixed)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("nowhere, DESCRIPTOR(vector), query_vectors.vector, 3", "does not exist"),
        ("query_vectors, DESCRIPTOR(vector), query_vectors.vector, 3", "Table 'query_vectors' is no external table"),
        ("mongodb_products, DESCRIPTOR(vector), query_vectors.vector, 0", "must be a number from 1 to 10000"),
        ("mongodb_products, DESCRIPTOR(vector), query_vectors.vector, 6", "'mongodb_products' is 5: ask for that many"),
        ("mongodb_products, DESCRIPTOR(vector), query_vectors.query, 3", "it must be a vector, of type ARRAY<FLOAT>"),
        ("mongodb_products, vector, query_vectors.vector, 3", "must be DESCRIPTOR(column)"),
        ("mongodb_products, DESCRIPTOR(vector), query_vectors.vector", "takes four or five arguments and was given 3"),
        (
            "mongodb_products, DESCRIPTOR(vector), query_vectors.vector, 3, MAP['retries', 3]",
            "The option 'retries' of VECTOR_SEARCH_AGG is not supported by the local cloud.",
        ),
        (
            "mongodb_products, DESCRIPTOR(vector), query_vectors.vector, 3, MAP['client_timeout', 0]",
            "'client_timeout' = '0' of VECTOR_SEARCH_AGG must be a number from 1 to 60",
        ),
    ],
)
def test_a_call_that_cannot_be_is_refused(shop: Shop, call: str, said: str) -> None:
    detail = shop.refusal(call)
    assert said in detail
    assert "rag." not in detail
    assert "Exception" not in detail


def test_searching_by_text_is_refused(shop: Shop) -> None:
    said = shop.cloud.refusal(
        "SELECT * FROM query_vectors,"
        " LATERAL TABLE(TEXT_SEARCH_AGG(mongodb_products, DESCRIPTOR(articleType), query, 3))"
    )
    assert "TEXT_SEARCH_AGG searches tables with 'connector' = 'elastic' here, and 'mongodb_products' has" in said


def by_key(call: str, keys: str) -> str:
    """A statement that searches for each of some keys."""
    return f"SELECT wanted, search_results FROM (VALUES {keys}) AS keys(wanted), LATERAL TABLE(KEY_SEARCH_AGG({call}))"


def test_documents_are_found_by_a_key(shop: Shop) -> None:
    shop.external("articles", "articleType STRING", "size STRING", index=None)
    found = shop.cloud.query(by_key("articles, DESCRIPTOR(articleType), wanted", "('hat'), ('boots')"))
    assert sorted(found) == [["boots", []], ["hat", [["hat", "7"]]]]
    nothing = "SELECT search_results FROM (VALUES (CAST(NULL AS STRING))) AS keys(wanted),"
    assert shop.cloud.query(f"{nothing} LATERAL TABLE(KEY_SEARCH_AGG(articles, DESCRIPTOR(articleType), wanted))") == [
        [[]]
    ]
    shop.external("sizes", "articleType STRING", "size INT", index=None)
    ((_, results),) = shop.cloud.query(
        by_key("TABLE `sizes`, DESCRIPTOR(size), wanted, MAP['client_timeout', 10]", "(7)")
    )
    assert results == [["hat", "7"]]


@pytest.mark.parametrize(
    ("call", "keys", "said"),
    [
        ("keyed, DESCRIPTOR(nothing), wanted", "('hat')", "has no column 'nothing': name in DESCRIPTOR the one"),
        ("keyed, DESCRIPTOR(articleType)", "('hat')", "takes three or four arguments and was given 2"),
        ("keyed, DESCRIPTOR(articleType), wanted", "(ARRAY['hat'])", "a key is of type STRING, BOOLEAN"),
        ("query_vectors, DESCRIPTOR(query), wanted", "('hat')", "KEY_SEARCH_AGG searches what CREATE TABLE has made"),
        ("elastics, DESCRIPTOR(articleType), wanted", "('hat')", "and 'elastics' has 'elastic'"),
        ("shut, DESCRIPTOR(articleType), wanted", "('hat')", "KEY_SEARCH_AGG of 'shut': the user name or the password"),
    ],
)
def test_a_search_by_key_that_cannot_be_is_refused(shop: Shop, call: str, keys: str, said: str) -> None:
    kind = call.split(",", maxsplit=1)[0]
    if kind == "keyed" and ["keyed"] not in shop.cloud.query("SHOW TABLES"):
        shop.external("keyed", index=None)
    if kind == "elastics":
        shop.connect("elastic-keys", "ELASTIC", endpoint="http://127.0.0.1:9/")
        shop.cloud.run(
            "CREATE TABLE elastics (articleType STRING) WITH"
            " ('connector' = 'elastic', 'elastic.connection' = 'elastic-keys', 'elastic.index' = 'i')"
        )
    if kind == "shut":
        shop.connect("shut-out", password="wrong-password")
        shop.external("shut", connection="shut-out", index=None)
    detail = shop.cloud.refusal(by_key(call, keys))
    assert said in detail
    assert "Exception" not in detail
    assert "wrong-password" not in detail


def test_what_the_store_refuses_is_told(shop: Shop) -> None:
    vector = "DESCRIPTOR(vector), query_vectors.vector, 3"
    shop.external("keys_only", index=None)
    assert "needs the option 'mongodb.index'" in shop.refusal(f"keys_only, {vector}")
    shop.external("unindexed", index="nothing")
    said = shop.refusal(f"unindexed, {vector}")
    assert "collection 'store.products' has no search index 'nothing': create it" in said
    shop.connect("wrong", password="wrong-password")
    shop.external("closed", connection="wrong")
    said = shop.refusal(f"closed, {vector}")
    assert "the user name or the password of connection 'wrong' is wrong" in said
    assert "wrong-password" not in said
    shop.connect("away", endpoint="mongodb://127.0.0.1:1/")
    shop.external("unreachable", connection="away")
    said = shop.refusal(f"unreachable, {vector}, MAP['client_timeout', 1, 'retry_count', 1]")
    assert "the server at mongodb://127.0.0.1:1/ did not answer within 1 s, 2 times" in said
    sql = (
        "SELECT search_results FROM (VALUES (ARRAY[CAST(1 AS FLOAT)])) AS t(v),"
        " LATERAL TABLE(VECTOR_SEARCH_AGG(mongodb_products, DESCRIPTOR(vector), v, 3))"
    )
    assert "vector field is indexed with 2 dimensions but queried with 1" in shop.cloud.refusal(sql)
