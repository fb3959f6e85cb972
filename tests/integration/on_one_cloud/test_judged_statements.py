"""A statement is judged whole: what is refused, or fails, leaves catalog, topics and schemas as they were."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.local_cloud import ENDED, Ran
from tests.support.snapshot import snapshot
from tests.support.words import JAVA

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration


class Place:
    """A local cloud with tables to lose."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        for sql in (
            "CREATE TABLE kept (id INT, name STRING) WITH ('kafka.retention.time' = '1 d')",
            "CREATE TABLE keyed (id INT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED)",
            "INSERT INTO kept VALUES (1, 'a'), (2, 'b')",
            "CREATE VIEW seen AS SELECT id FROM kept",
        ):
            self.cloud.run(sql)
        # Schemas that no table of that name can have: registering another one clashes.
        for subject in ("taken-value", "half-key"):
            self.cloud.register(subject, json.dumps({"type": "record", "name": "taken", "fields": []}))
            self.cloud.call(
                "PUT", f"/schema-registry/{self.cloud.registry}/config/{subject}", {"compatibility": "FULL"}
            )

    def now(self) -> dict[str, Any]:
        """Return what there is."""
        return snapshot(self.cloud)

    def failure(self, sql: str, **properties: str) -> str:
        """Return why it has failed, having checked that it changed nothing."""
        before = self.now()
        status = self.cloud.post(sql, **properties).until(*ENDED)
        assert status["phase"] == "FAILED", f"{sql}: {status}"
        assert self.now() == before, sql
        detail: str = status["detail"]
        assert not JAVA.search(detail), detail
        assert "\n" not in detail
        return detail


@pytest.fixture(scope="module")
def place(cloud: LocalCloud) -> Place:
    """Make one for all of these tests."""
    return Place(cloud)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("CREATE OR REPLACE TABLE kept AS SELECT 1", "CREATE OR REPLACE TABLE is not a statement"),
        ("CREATE OR REPLACE TABLE kept AS SELECT 1 AS id, 'x' AS name", "drop the table first"),
        ("REPLACE TABLE kept WITH ('value.format'='proto-registry') AS SELECT 1", "CREATE OR REPLACE TABLE"),
        ("CREATE TEMPORARY TABLE tt (id INT)", "TEMPORARY is not supported"),
        ("CREATE TEMPORARY VIEW tv AS SELECT 1", "TEMPORARY is not supported"),
        ("CREATE MATERIALIZED TABLE m AS SELECT 1 AS a", "CREATE MATERIALIZED TABLE is not supported"),
        ("CALL p()", "CALL is not a statement of Confluent Cloud"),
        ("SHOW PROCEDURES", "SHOW PROCEDURES is not a statement"),
        ("LOAD MODULE hive", "LOAD MODULE is not a statement"),
        ("BEGIN STATEMENT SET", "BEGIN STATEMENT SET is not a statement"),
        ("EXECUTE PLAN '/etc/hostname'", "statements reach no files"),
        ("CREATE CONNECTION c WITH ('type' = 'openai')", "CREATE CONNECTION c needs the option 'endpoint'"),
        ("DESCRIBE CONNECTION nope", "The connection 'nope' does not exist in environment 'lab'"),
        ("SHOW CONNECTIONS FROM shop", "SHOW CONNECTIONS takes no database"),
        ("ALTER CONNECTION c RENAME TO d", "has no SET ('option' = 'value', ...)"),
        ("SHOW CREATE CONNECTION c", "SHOW CREATE CONNECTION is not a statement of Confluent Cloud"),
        ("SELECT AI_COMPLETE('m', name) FROM kept", "AI_COMPLETE is not supported by the local cloud: the models"),
        ("CREATE VIEW made AS SELECT ML_EVALUATE('m', name) FROM kept", "ML_EVALUATE is not supported"),
        (
            "CREATE VIEW made AS SELECT ML_NGRAMS(name) FROM kept",
            "input, is of type STRING: it must be an array of texts",
        ),
        (
            "CREATE TABLE made AS SELECT ML_NORMALIZER(id, NULL) AS n FROM kept",
            "normValue, is NULL: it must be a number",
        ),
        ("CREATE AGENT a USING MODEL m", "CREATE AGENT is not supported"),
        ("CREATE TOOL t USING CONNECTION c", "CREATE TOOL is not supported"),
        ("CREATE TABLE t (id INT) WITH ('vlaue.format'='json-registry')", "Unsupported options found: 'vlaue.format'"),
        ("CREATE TABLE t (id INT) WITH ('error-handling.mode'='warn')", "use one of 'fail', 'ignore', 'log'"),
        ("CREATE TABLE t (id INT) WITH ('kafka.partitions'='3')", "DISTRIBUTED INTO n BUCKETS"),
        ("CREATE TABLE t (id INT) WITH ('connector'='rest')", "'connector' = 'rest' is not supported"),
        ("CREATE TABLE t (id INT) WITH ('connector'='kafka', 'topic'='x')", "'connector' = 'kafka' is not supported"),
        ("CREATE TABLE t (a INT, k STRING) DISTRIBUTED BY (a) WITH ('key.fields-prefix'='a')", "'key.fields-prefix'"),
        ("SELECT * FROM kept /*+ OPTIONS('connector'='filesystem') */", "'connector' = 'filesystem'"),
        ("SELECT * FROM kept /*+ OPTIONS('value.format'='json-registry') */", "cannot be a hint"),
        ("ALTER TABLE kept SET ('kafka.retention.time'='2 d', 'scan.nonsense'='x')", "'scan.nonsense'"),
        ("ALTER TABLE kept SET ('kafka.retention.time'='2 d', 'kafka.cleanup-policy'='burn')", "use one of 'delete'"),
        ("ALTER TABLE kept ADD (more STRING)", "cannot be added by ALTER TABLE: register another version"),
        ("CREATE TABLE made AS SELECT id, COUNT(*) AS n FROM kept GROUP BY id", "Invalid primary key"),
        ("CREATE TABLE made AS SELECT 1", "EXPR$0"),
        ("CREATE TABLE made AS SELECT nope FROM kept", "'nope' not found"),
        ("CREATE TABLE taken AS SELECT 1 AS id", "taken-value"),
        ("CREATE TABLE taken (id INT)", "taken-value"),
        ("CREATE TABLE half (id INT, n INT, PRIMARY KEY (id) NOT ENFORCED)", "half-key"),
        ("CREATE TABLE kept AS SELECT 1 AS id", "already exists"),
        ("EXPLAIN CREATE TABLE made AS SELECT id, COUNT(*) AS n FROM kept GROUP BY id", "Invalid primary key"),
    ],
)
def test_what_fails_leaves_all_as_it_was(place: Place, sql: str, said: str) -> None:
    assert said in place.failure(sql)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("sql.no.such.key", "1", "Unsupported configuration options found: 'sql.no.such.key'"),
        ("table.exec.state.ttl", "1 h", "'sql.state-ttl'"),
        ("sql.state-ttl", "long", "is not a duration"),
        ("sql.local-time-zone", "Mars", "is not a time zone"),
        ("sql.snapshot.mode", "later", "use one of 'now', 'off'"),
        ("sql.tables.scan.startup.mode", "group-offsets", "use one of 'earliest-offset'"),
        ("sql.tables.scan.startup.mode", "timestamp", "needs 'sql.tables.scan.startup.timestamp-millis'"),
    ],
)
def test_properties_that_are_not_served_are_refused(place: Place, key: str, value: str, said: str) -> None:
    assert said in place.failure("CREATE TABLE never (id INT)", **{key.replace("-", "_").replace(".", "__"): value})


def test_a_time_to_begin_at_is_kept(place: Place) -> None:
    end = {"sql__tables__scan__bounded__mode": "latest-offset"}
    for millis, rows in (("0", 2), ("4102444800000", 0)):
        start = {
            "sql__tables__scan__startup__mode": "timestamp",
            "sql__tables__scan__startup__timestamp_millis": millis,
        }
        assert len(place.cloud.post("SELECT * FROM kept", **start, **end).rows()) == rows


def test_files_are_neither_written_nor_read(place: Place, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    assert "a plan is a file" in place.failure(f"COMPILE PLAN '{plan}' FOR INSERT INTO kept SELECT 1, 'x'")
    assert not plan.exists()


def test_what_is_explained_is_not_made(place: Place) -> None:
    before = place.now()
    for columns in ("", "(PRIMARY KEY (id) NOT ENFORCED) WITH ('value.format' = 'json-registry') "):
        query = "SELECT COALESCE(id, 0) AS id, name FROM kept"
        ((plan,),) = place.cloud.query(f"EXPLAIN CREATE TABLE explained {columns}AS {query}", sql__snapshot__mode="off")
        assert "explained" in plan
    place.cloud.post("CREATE TABLE tried AS SELECT id FROM kept", sql__dry_run="true")
    assert place.now() == before


def test_a_table_that_a_query_makes_is_there_when_it_runs(place: Place) -> None:
    place.cloud.run("CREATE TABLE copied AS SELECT id FROM kept", sql__snapshot__mode="now")
    assert sorted(place.cloud.query("SELECT * FROM copied")) == [["1"], ["2"]]
    place.cloud.run("DROP TABLE copied")
    assert "copied" not in str(place.now())


NAMES = st.sampled_from(["kept", "keyed", "seen", "taken", "half", "made", "nope", "`a b`", "lab.shop.kept", "x.y.z"])
COLUMNS = st.sampled_from(
    [
        *("", "(id INT)", "(id INT, id INT)", "(m MULTISET<INT>)", "(ts TIMESTAMP(9))", "(a AS 1)"),
        *("(id INT, PRIMARY KEY (id) NOT ENFORCED)", "(k INT, v INT, PRIMARY KEY (nope) NOT ENFORCED)"),
        "(h MAP<STRING, BYTES> METADATA VIRTUAL)",
    ]
)
OPTIONS = st.dictionaries(
    st.sampled_from(["value.format", "key.format", "changelog.mode", "kafka.retention.time", "connector", "oops"]),
    st.sampled_from(["json-registry", "avro-registry", "upsert", "append", "1 d", "confluent", "kafka", "", "-1"]),
    max_size=3,
)
QUERIES = st.sampled_from(
    [
        "SELECT 1",
        "SELECT 1 AS id",
        "SELECT id FROM kept",
        "SELECT id, COUNT(*) AS n FROM kept GROUP BY id",
        "SELECT nope FROM kept",
        "SELECT * FROM nope",
        "SELECT CAST(NULL AS MULTISET<INT>) AS m",
        "SELECT 'x' AS id, 1 AS `a.b`",
        "VALUES (1, 2)",
    ]
)
KINDS = st.sampled_from(
    [
        "CREATE TABLE {name} {columns} {options}",
        "CREATE TABLE IF NOT EXISTS {name} {columns} {options}",
        "CREATE TABLE {name} {options} AS {query}",
        "CREATE TABLE {name} {columns} {options} AS {query}",
        "CREATE OR REPLACE TABLE {name} {options} AS {query}",
        "CREATE TABLE {name} {options} LIKE {other}",
        "CREATE VIEW {name} AS {query}",
        "ALTER VIEW {name} AS {query}",
        "ALTER TABLE {name} SET ({pairs})",
        "ALTER TABLE {name} RENAME TO {other}",
        "ALTER VIEW {name} RENAME TO {other}",
        "ALTER TABLE {name} DROP id",
        "DROP TABLE {name}",
        "DROP VIEW {name}",
        "DROP MODEL {name}",
        "TRUNCATE TABLE {name}",
        "CREATE MODEL {name} INPUT (a STRING) OUTPUT (v ARRAY<FLOAT>) WITH ({pairs})",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO {name} {query}; INSERT INTO {other} {query}; END",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=KINDS, name=NAMES, other=NAMES, columns=COLUMNS, options=OPTIONS, query=QUERIES)
def test_whatever_fails_leaves_all_as_it_was(  # noqa: PLR0917 - the parts of a statement
    place: Place, kind: str, name: str, other: str, columns: str, options: dict[str, str], query: str
) -> None:
    pairs = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    with_options = f"WITH ({pairs})" if options else ""
    sql = kind.format(name=name, other=other, columns=columns, options=with_options, pairs=pairs, query=query)
    before = place.now()
    ran = place.cloud.post(sql)
    status = ran.until("RUNNING", *ENDED)
    if status["phase"] == "FAILED":
        assert place.now() == before, sql
        assert not JAVA.search(status["detail"]), f"{sql}: {status['detail']}"
    ran.delete()
    for again in ("DROP TABLE IF EXISTS made", "DROP VIEW IF EXISTS made", "DROP TABLE IF EXISTS `a b`"):
        place.cloud.post(again).until(*ENDED)


class Stranger:
    """A service account with few rights, and its Flink key."""

    def __init__(self, place: Place, grants: list[tuple[str, str]]) -> None:
        self.cloud = cloud = place.cloud
        name = f"few-{uuid.uuid4().hex[:8]}"
        self.id = cloud.call("POST", "/iam/v2/service-accounts", {"display_name": name, "description": ""})["id"]
        self.organization = cloud.statements.split("/")[4]
        for role, resource in grants:
            self.grant(role, resource)

    def grant(self, role: str, resource: str) -> None:
        """Give it a role in the environment, or below."""
        crn = f"crn://confluent.cloud/organization={self.organization}/environment={self.cloud.environment}{resource}"
        body = {"principal": f"User:{self.id}", "role_name": role, "crn_pattern": crn}
        self.cloud.call("POST", "/iam/v2/role-bindings", body)


def test_a_drop_that_is_refused_half_way_leaves_the_table(place: Place) -> None:
    place.cloud.run("CREATE TABLE shared (id INT)")
    kafka = f"/cloud-cluster={place.cloud.cluster}/kafka={place.cloud.cluster}/topic=shared"
    subjects = f"/schema-registry={place.cloud.registry}/subject=shared-*"
    of_topic = [("DeveloperManage", kafka), ("DeveloperRead", kafka)]
    few = Stranger(place, [("FlinkDeveloper", ""), *of_topic, ("DeveloperRead", subjects)])

    def drop() -> Any:
        spec = {
            "statement": "DROP TABLE shared",
            "properties": {"sql.current-catalog": "lab", "sql.current-database": "shop"},
            "compute_pool_id": place.cloud.pool,
            "principal": few.id,
        }
        name = f"drop-{uuid.uuid4().hex}"
        place.cloud.call("POST", place.cloud.statements, {"name": name, "spec": spec})
        return Ran(place.cloud, name).until(*ENDED)

    before = place.now()
    assert drop()["phase"] == "FAILED"
    assert place.now() == before
    few.grant("DeveloperManage", subjects)
    assert drop()["phase"] == "COMPLETED"
    assert "shared" not in str(place.now())
