"""`./pulumiw verify` against answers of Confluent's APIs, well and ill."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import confluent_sql
import pytest

from tests.support.stub_api import StubApi
from toolchain.frontdoor.verify.flow import Flow, vector_problem
from toolchain.frontdoor.verify.repairs import Repairs
from toolchain.frontdoor.verify.report import Lag, Report
from toolchain.frontdoor.verify.run import check
from toolchain.frontdoor.verify.services import Services
from toolchain.frontdoor.verify.sinks import DeployedSink
from toolchain.frontdoor.verify.store import StoreUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

STATEMENTS = "/sql/v1/organizations/org-1/environments/env-1/statements"
CONNECTORS = "/connect/v1/environments/env-1/clusters/lkc-1/connectors"
INSERT, MODEL, TABLE = (
    "insert-into-product-vector-1",
    "create-model-vector-embedding-1",
    "create-table-product-vector-1",
)
VECTOR = [0.25, -0.5, 0.0]


def statement(phase: str, detail: str = "") -> dict[str, Any]:
    return {"status": {"phase": phase, "detail": detail}}


def connector(state: str, *tasks: str, trace: str = "", message: str = "") -> dict[str, Any]:
    told = [{"id": number, "state": task, "msg": message} for number, task in enumerate(tasks)]
    return {"status": {"connector": {"state": state, "trace": trace}, "tasks": told}}


class Cloud(StubApi):
    """A cloud on which all is well until a test says otherwise."""

    def __init__(self) -> None:
        super().__init__(
            {
                f"GET {STATEMENTS}/{INSERT}": statement("RUNNING"),
                f"GET {STATEMENTS}/{MODEL}": statement("COMPLETED"),
                f"GET {STATEMENTS}/{TABLE}": statement("COMPLETED"),
                f"GET {CONNECTORS}": {"Datagen": connector("RUNNING", "RUNNING")},
            }
        )

    def outputs(self) -> dict[str, Any]:
        return {
            "flinkRestEndpoint": self.url,
            "flinkApiKey": "FK",
            "flinkApiSecret": "FS",
            "organizationId": "org-1",
            "environmentId": "env-1",
            "kafkaClusterId": "lkc-1",
            "connectors": {"Datagen": {"id": "lcc-1", "topic": "product-updates"}},
            "flows": {"insert": {"sources": ["product-updates"], "sink": "product_vector", "models": ["m"]}},
            "statements": {"insert": INSERT, "model": MODEL, "table": TABLE},
        }

    def services(self) -> Services:
        return Services.of(self.outputs(), {"endpoint": self.url, "key": "CK", "secret": "CS"})


def lag(source: int, target: int) -> Lag:
    return Lag("product-updates", "product_vector", source, target)


class Tables:
    """The two tables: each count in turn, the last one again and again."""

    source, sink, predicts = "product-updates", "product_vector", True
    is_fed = True

    def __init__(self, *counts: tuple[int, int], vector: list[float] | None = VECTOR, arrives: bool = True) -> None:
        self.counts = [lag(*count) for count in counts]
        self.record: dict[str, Any] | None = {"content": "a shoe", "vector": vector} if arrives else None
        self.waited: list[int] = []

    def count(self) -> Lag:
        return self.counts.pop(0) if len(self.counts) > 1 else self.counts[0]

    def next_record(self, seconds: int) -> dict[str, Any] | None:
        self.waited.append(seconds)
        return self.record


def seconds_left(*values: int) -> Callable[[], int]:
    left = list(values)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def checked(cloud: Cloud, flow: Flow, left: Callable[[], int] | None = None) -> Report:
    return check("dev", cloud.services(), [flow], left or seconds_left(60), pause=lambda: None)


def test_a_healthy_stack() -> None:
    with Cloud() as cloud:
        report = checked(cloud, Tables((7, 7)))
        assert cloud.keys == {"Basic " + b64encode(key).decode() for key in (b"FK:FS", b"CK:CS")}
    assert report.healthy
    assert list(report.lines())[-1] == "Stack dev is healthy."
    told = json.loads(json.dumps(report.as_json()))
    assert told["healthy"] is True
    assert told["problems"] == []
    assert [(one["source"], one["target"], one["records"]) for one in told["lags"]] == [(7, 7, 0)]
    assert told["fresh"] == [{"topic": "product_vector", "content": "a shoe", "dimensions": 3}]
    assert {one["name"]: one["phase"] for one in told["statements"]}[INSERT] == "RUNNING"
    assert told["connectors"][0]["tasks"] == [{"id": 0, "state": "RUNNING", "message": ""}]


@pytest.mark.parametrize(
    ("name", "reply", "sentence"),
    [
        (INSERT, statement("FAILED", "the provider\n answered 401"), f"{INSERT} is FAILED: the provider answered 401"),
        (INSERT, statement("FAILING", "tried too often"), f"{INSERT} is FAILING: tried too often"),
        (INSERT, statement("DEGRADED"), f"{INSERT} is DEGRADED, for no reason that Flink gives."),
        (INSERT, statement("STOPPED", "Stopped by u-1."), f"{INSERT} is STOPPED: Stopped by u-1."),
        (INSERT, statement("COMPLETED"), f"{INSERT} is COMPLETED, for no"),
        (INSERT, (404, {}), f"{INSERT} does not exist any more"),
        (MODEL, statement("FAILED", "no connection"), f"{MODEL} is FAILED: no connection"),
        (TABLE, (500, {"errors": []}), "answered 500 to GET"),
    ],
)
def test_a_statement_that_is_not_well(name: str, reply: Any, sentence: str) -> None:
    with Cloud() as cloud:
        cloud.replies[f"GET {STATEMENTS}/{name}"] = reply
        flow = Tables((7, 3))
        report = checked(cloud, flow)
    assert len(report.problems) == 1
    assert sentence in report.problems[0]
    assert flow.waited == []  # nothing will come: the cause is known
    assert report.lags == [lag(7, 3)]


def test_a_definition_that_confluent_has_forgotten_is_no_problem() -> None:
    with Cloud() as cloud:
        cloud.replies[f"GET {STATEMENTS}/{TABLE}"] = (404, {})
        report = checked(cloud, Tables((7, 7)))
    assert report.healthy
    assert [one.phase for one in report.statements if one.name == TABLE] == ["FORGOTTEN"]


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        ({}, "Connector Datagen does not exist any more"),
        ({"Datagen": connector("PAUSED", "PAUSED")}, "Connector Datagen is PAUSED."),
        ({"Datagen": connector("FAILED", "FAILED", trace="no topic")}, "Connector Datagen is FAILED: no topic"),
        ({"Datagen": connector("RUNNING", "FAILED", message="403")}, "Task 0 of connector Datagen is FAILED: 403"),
        ({"Datagen": connector("RUNNING")}, "Connector Datagen has no task."),
        (
            {"Datagen": connector("RUNNING", "RUNNING"), "Sink": connector("FAILED", "FAILED", trace="no store")},
            "Connector Sink is FAILED: no store",
        ),
    ],
)
def test_a_connector_that_is_not_well(listed: dict[str, Any], sentence: str) -> None:
    with Cloud() as cloud:
        cloud.replies[f"GET {CONNECTORS}"] = listed
        report = checked(cloud, Tables((7, 7)))
    assert len(report.problems) == 1
    assert sentence in report.problems[0]


def test_what_is_only_starting_is_waited_for() -> None:
    phases = iter(["PENDING", "PENDING"])
    with Cloud() as cloud:
        cloud.replies[f"GET {STATEMENTS}/{INSERT}"] = lambda: statement(next(phases, "RUNNING"))
        assert checked(cloud, Tables((7, 7))).healthy


def test_what_never_starts_is_told() -> None:
    with Cloud() as cloud:
        cloud.replies[f"GET {STATEMENTS}/{INSERT}"] = statement("PENDING", "The compute pool is exhausted.")
        report = checked(cloud, Tables((7, 0)), seconds_left(5, 0))
    assert report.problems == [f"Statement {INSERT} is PENDING: The compute pool is exhausted."]


def test_a_lag_that_closes_is_no_problem() -> None:
    with Cloud() as cloud:
        report = checked(cloud, Tables((100, 40), (110, 90), (120, 100)))
    assert report.healthy
    assert report.lags == [lag(120, 100)]  # the 20 came later than the check


def test_a_lag_that_stays_is_told_in_records() -> None:
    with Cloud() as cloud:
        report = checked(cloud, Tables((100, 40), (110, 90)), seconds_left(9, 9, 0))
    assert len(report.problems) == 1
    assert "10 of the 100 records" in report.problems[0]


def test_each_flow_is_checked() -> None:
    second = Tables((3, 1), arrives=False)
    second.source, second.sink, second.predicts = "product_vector", "cheap", False
    with Cloud() as cloud:
        report = check("dev", cloud.services(), [Tables((7, 7)), second], seconds_left(9, 0), pause=lambda: None)
    assert [one.records for one in report.lags] == [0, 2]
    assert [problem.split()[0] for problem in report.problems] == ["No", "cheap"]


def test_a_table_without_vectors_needs_none() -> None:
    plain = Tables((7, 7), vector=None)
    plain.predicts = False
    with Cloud() as cloud:
        assert checked(cloud, plain).healthy


def test_no_new_record_is_a_problem_even_where_the_counts_match() -> None:
    with Cloud() as cloud:
        report = checked(cloud, Tables((7, 9), arrives=False))
    assert report.problems == ["No new record has come into product_vector within 60 seconds."]


def test_a_statement_that_fails_meanwhile_gives_the_cause_first() -> None:
    phases = iter([statement("RUNNING")])
    with Cloud() as cloud:
        cloud.replies[f"GET {STATEMENTS}/{INSERT}"] = lambda: next(phases, statement("FAILED", "429"))
        report = checked(cloud, Tables((7, 7), arrives=False))
    repair = "When its cause is removed, run `./pulumiw up`: its INSERT resumes where this one stopped."
    assert report.problems[0] == f"Statement {INSERT} is FAILED: 429. {repair}"
    assert len(report.problems) == 2


@pytest.mark.parametrize(
    ("vector", "problem"),
    [
        (VECTOR, ""),
        ([], "has no dimensions"),
        (None, "has no dimensions"),
        ([0.0, 0.0], "is all zeros"),
        ([0.5, float("nan")], "holds what is not a number"),
    ],
)
def test_a_vector_must_be_one(vector: list[float] | None, problem: str) -> None:
    assert vector_problem(vector) == problem
    with Cloud() as cloud:
        report = checked(cloud, Tables((7, 7), vector=vector))
    assert report.healthy is not bool(problem)


def test_tables_that_cannot_be_read_are_told() -> None:
    class Denied(Tables):
        def count(self) -> Lag:
            raise confluent_sql.OperationalError("Table 'product_vector' was not found")

    with Cloud() as cloud:
        report = checked(cloud, Denied())
    assert report.problems == ["The records cannot be read: Table 'product_vector' was not found"]


def test_a_cloud_that_does_not_answer_is_told() -> None:
    with Cloud() as cloud:
        services = cloud.services()
    report = check("dev", services, [Tables((7, 7))], seconds_left(60), pause=lambda: None)
    assert len(report.problems) == 1
    assert "does not answer" in report.problems[0]


URN = "urn:pulumi:dev::p::component$confluentcloud:index/flinkStatement:FlinkStatement::create-table-product-vector"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Object 'product_vector' not found within 'env.rag'", f"run `./pulumiw up --replace '{URN}'`"),
        ("Table 'env.rag.product_vector' does not exist", f"run `./pulumiw up --replace '{URN}'`"),
        ("the topic of table product_vector_2 does not exist", "The records cannot be read: the topic of"),
        ("product_vector: a record cannot be read", "The records cannot be read: product_vector: a record"),
    ],
)
def test_a_table_that_is_gone_is_told_with_the_command_that_makes_it_again(said: str, sentence: str) -> None:
    class Gone(Tables):
        def count(self) -> Lag:
            raise confluent_sql.OperationalError(said)

    with Cloud() as cloud:
        repairs = Repairs(makers={"product_vector": URN})
        flow = Gone((0, 0))
        report = check("dev", cloud.services(), [flow], seconds_left(60), pause=lambda: None, repairs=repairs)
    assert len(report.problems) == 1
    assert sentence in report.problems[0]


def test_a_flink_key_that_is_refused_is_told_with_the_commands_that_make_another() -> None:
    with Cloud() as cloud:
        cloud.replies[f"GET {STATEMENTS}/{INSERT}"] = (401, {"errors": []})
        report = check(
            "dev", cloud.services(), [Tables((7, 7))], seconds_left(60), pause=lambda: None, repairs=Repairs(rotation=4)
        )
    assert len(report.problems) == 1
    assert "run `./pulumiw config set rotation 5`, then `./pulumiw up`" in report.problems[0]


def test_a_cloud_key_that_is_refused_is_not_taken_for_flinks() -> None:
    with Cloud() as cloud:
        cloud.replies[f"GET {CONNECTORS}"] = (401, {})
        report = checked(cloud, Tables((7, 7)))
    assert [problem for problem in report.problems if "rotation" in problem] == []
    assert "Check CONFLUENT_CLOUD_API_KEY" in report.problems[0]


class Documents:
    """A store of documents that were made of records; ``looks``: what is there at each look, the last for good."""

    place = "store.products at h"

    def __init__(self, *looks: dict[int, dict[str, Any]], others: int = 0, index_problem: str = "") -> None:
        self.looks, self.others, self.problem = list(looks), others, index_problem

    def document(self, identifier: int) -> dict[str, Any] | None:
        found = self.looks[0].get(identifier)
        if len(self.looks) > 1:
            del self.looks[0]
        return found

    def missing(self, identifiers: Collection[int]) -> list[int]:
        return [one for one in identifiers if one not in self.looks[0]]

    def documents(self) -> int:
        return len(self.looks[0]) + self.others

    def index_problem(self) -> str:
        return self.problem


class Silent(Documents):
    """A store that does not answer."""

    def document(self, identifier: int) -> dict[str, Any] | None:
        raise StoreUnreadableError(f"MongoDB at h does not answer about {identifier}.")


def product(identifier: int, content: str = "a shoe") -> dict[int, dict[str, Any]]:
    return {identifier: {"product_id": identifier, "content": content, "vector": VECTOR}}


class Copy:
    """A sink with dead letters and documents."""

    name, dead_letter_topic = "mongodb", "dlq-lcc-1"
    topics, id_column = ("product_vector",), "product_id"

    def __init__(
        self, store: Documents | None = None, *, dead: int = 0, sample: Sequence[int | None] = (1, 2), records: int = 7
    ) -> None:
        self.store, self._dead, self._sample, self._records = store, dead, list(sample), records

    def records(self) -> int:
        return self._records

    def dead_letters(self) -> int:
        return self._dead

    def sample(self) -> list[Any]:
        return self._sample


def with_sink(cloud: Cloud, sink: Copy, flow: Flow | None = None, left: Callable[[], int] | None = None) -> Report:
    if flow is None:
        flow = Tables((7, 7))
        flow.record = product(3)[3]
    return check("dev", cloud.services(), [flow], left or seconds_left(60), pause=lambda: None, sinks=[sink])


ALL = product(1) | product(2) | product(3)


def test_a_sink_is_told_with_its_documents() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(ALL)))
    assert report.healthy
    assert "sink       mongodb    0 records not delivered, 3 documents, 0 of 2 sampled records missing" in list(
        report.lines()
    )
    told = json.loads(json.dumps(report.as_json()))
    assert told["sinks"] == [{"name": "mongodb", "dead_letters": 0, "documents": 3, "sampled": 2, "missing": 0}]
    assert told["notes"] == []
    assert "rows" not in told


def test_a_sink_whose_store_cannot_be_asked_is_told_by_its_dead_letters_alone() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy())
    assert report.healthy
    assert "sink       mongodb    0 records not delivered" in list(report.lines())


def test_a_record_that_came_during_the_check_is_waited_for() -> None:
    older = product(1) | product(2)
    with Cloud() as cloud:
        assert with_sink(cloud, Copy(Documents(older, older, older | product(3)))).healthy


def test_a_document_that_a_newer_record_has_changed_is_no_lag() -> None:
    with Cloud() as cloud:
        looks = (ALL | product(3, "an old hat"), ALL | product(3, "a new hat"))
        assert with_sink(cloud, Copy(Documents(*looks))).healthy


@pytest.mark.parametrize(
    ("there", "rest"), [(product(1) | product(2), ""), (product(1), ", and 1 of 2 older ones are not")]
)
def test_a_sink_that_lags_behind_is_told(there: dict[int, dict[str, Any]], rest: str) -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(there)), left=seconds_left(9, 9, 9, 0))
    (problem,) = report.problems
    assert problem == (
        "Sink mongodb: store.products at h lags behind product_vector: a record that came during the check is not there"
        f" yet{rest}."
    )


def test_documents_that_were_deleted_in_the_store_are_told_with_the_command_that_copies_them_again() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(product(3))))
    (problem,) = report.problems
    assert problem == (
        "Sink mongodb: 2 of 2 records of product_vector that were looked at are not in store.products at h, though"
        " newer ones are: they were deleted there, or are dead letters."
        " `./pulumiw up --replace '**::mongodb-sink-connector'` copies all of them again."
    )


def test_documents_that_are_not_there_of_a_table_in_which_nothing_new_comes_are_told() -> None:
    questions = Tables((4, 4), arrives=False)
    questions.is_fed = False
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(product(1))), questions)
    (problem,) = report.problems
    assert problem.endswith(
        "1 of 2 records of product_vector that were looked at are not in store.products at h: they"
        " are still being copied, or were deleted there."
    )


def test_more_documents_than_records_are_a_note() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(ALL, others=10)))
    assert report.healthy
    (note,) = report.notes
    assert note == (
        "Sink mongodb: store.products at h has 6 more documents than product_vector has records: something else writes"
        " there, or they are of records that the topic no longer has."
    )
    assert f"note       {note}" in list(report.lines())


def test_records_that_came_since_they_were_counted_are_no_note() -> None:
    with Cloud() as cloud:
        assert with_sink(cloud, Copy(Documents(ALL, others=10), records=13)).notes == []


def test_records_without_an_id_are_told() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(ALL), sample=[1, None, None]))
    (problem,) = report.problems
    assert problem.startswith("Sink mongodb: 2 of 3 records of product_vector that were looked at have no product_id:")


def test_a_search_index_that_is_not_there_is_told() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(ALL, index_problem="It has no search index.")))
    assert report.problems == ["It has no search index."]


def test_with_a_failed_connector_nothing_is_waited_for() -> None:
    with Cloud() as cloud:
        cloud.replies[f"GET {CONNECTORS}"] = {"Datagen": connector("FAILED", "FAILED", trace="no store")}
        report = with_sink(cloud, Copy(Documents(product(1))), left=seconds_left(60, 60, 60, 60, 60))
    assert [problem.split()[0] for problem in report.problems] == ["Connector"]
    assert (report.sinks[0].documents, report.sinks[0].missing) == (1, 1)


def test_what_a_sink_could_not_deliver_is_a_problem() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Documents(ALL), dead=2))
    (problem,) = report.problems
    assert problem.startswith("Sink mongodb could not deliver 2 records: they are in the topic dlq-lcc-1,")


def test_a_store_that_does_not_answer_is_a_problem() -> None:
    with Cloud() as cloud:
        report = with_sink(cloud, Copy(Silent(ALL)))
    assert report.problems == ["MongoDB at h does not answer about 3."]
    assert report.sinks[0].documents is None


def test_a_table_of_questions_is_not_waited_for() -> None:
    questions = Tables((4, 4), arrives=False)
    questions.is_fed = False
    with Cloud() as cloud:
        assert with_sink(cloud, Copy(Documents(ALL)), questions).healthy
    assert questions.waited == []


def test_the_connector_of_a_sink_has_to_be_there() -> None:
    with Cloud() as cloud:
        outputs = cloud.outputs()
        outputs["sinks"] = {"mongodb": {"connector": "MongoDbAtlasSinkMongodb"}}
        services = Services.of(outputs, {"endpoint": cloud.url, "key": "CK", "secret": "CS"})
        report = check("dev", services, [Tables((7, 7))], seconds_left(60), pause=lambda: None)
    assert "Connector MongoDbAtlasSinkMongodb does not exist any more" in report.problems[0]


def test_a_record_without_a_schema_is_told_as_its_text_and_not_whole() -> None:
    flow = Tables((7, 7))
    flow.predicts = False
    flow.record = {"val": b'{"collection_name":"products","vector":[' + b"0.5," * 400 + b"1]}"}
    with Cloud() as cloud:
        (fresh,) = checked(cloud, flow).fresh
    assert fresh.content.startswith('{"collection_name":"products","vector":[0.5,')
    assert fresh.content.endswith("...")
    assert len(fresh.content) < 200


@pytest.mark.parametrize(
    ("more", "tables"),
    [({"tables": ["product_vector"]}, ["product_vector"]), ({}, ["product_vector_qdrant"])],
    ids=["", "of an older stack"],
)
def test_a_sink_is_held_against_the_tables_that_its_records_are_made_of(
    more: dict[str, Any], tables: list[str]
) -> None:
    output = {"kind": "qdrant", "topics": ["product_vector_qdrant"], "store": {"id": "product_id"}, **more}
    session: Any = None
    sink = DeployedSink("qdrant", session, output, {})
    assert (sink.topics, sink.id_column) == (tables, "product_id")
