"""What the program reads of its own stack's state, and what it takes for proven."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pulumi
import pytest

from components.flinksql.previous import LastStatement, Previous
from components.flinksql.text import Statement
from tests.support import recorded_program
from tests.support.recorded_program import record

URN = "urn:pulumi:test::confluent-rag"
STACK = f"{URN}::pulumi:pulumi:Stack::confluent-rag-test"
STATEMENT = f"{URN}::confluentcloud:index/flinkStatement:FlinkStatement::"
OUTPUTS = {
    "flinkRestEndpoint": "http://flink",
    "organizationId": "org-1",
    "environmentId": "env-1",
    "computePoolId": "lfcp-0",
    "flinkApiKey": "OLDKEY",
    "flinkApiSecret": "old-secret",
    "statements": {"create-table-t": "table-x-1", "insert-into-t": "insert-x-1"},
}
MADE = {"statementName": "insert-x-1", "statement": "INSERT INTO t SELECT 1", "properties": {"a": "b"}}


class Flink:
    """Answers the list of statements, in two pages; ``asked``: URLs and keys."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def open(self, request: Any, timeout: float) -> BytesIO:
        assert timeout > 0
        if self.error:
            raise self.error
        self.asked.append((request.full_url, request.get_header("Authorization")))
        name, more = ("table-x-1", "http://flink/more") if len(self.asked) == 1 else ("insert-x-1", "")
        phase = "COMPLETED" if name == "table-x-1" else "FAILED"
        page = {"data": [{"name": name, "status": {"phase": phase}}], "metadata": {"next": more}}
        return BytesIO(json.dumps(page).encode())


@pytest.fixture
def flink(monkeypatch: pytest.MonkeyPatch) -> Flink:
    flink = Flink()
    monkeypatch.setattr("urllib.request.urlopen", flink.open)
    return flink


def read(monkeypatch: pytest.MonkeyPatch, stack: Any = None, **statements: Any) -> Previous:
    kind = STATEMENT.split("::")[2]
    resources = {STATEMENT + name: {"type": kind, "outputs": made} for name, made in statements.items()}
    if stack is not None:
        resources[STACK] = {"type": "pulumi:pulumi:Stack", "outputs": stack}
    reply = {"name": "test", "outputs": resources}
    monkeypatch.setitem(recorded_program.CALLS, "pulumi:pulumi:readStackResourceOutputs", reply)
    seen: list[Previous] = []
    record(lambda: seen.append(Previous.read()))
    return seen[0]


class TestRead:
    def test_what_the_models_last_answered_with_is_a_component_s(
        self, monkeypatch: pytest.MonkeyPatch, flink: Flink
    ) -> None:
        made = {"type": "confluent-rag:index:EmbeddingModel", "outputs": {"answeredWith": "digest"}}
        other = {"type": "confluent-rag:index:Flink", "outputs": {}}
        reply = {"name": "test", "outputs": {f"{URN}::a": made, f"{URN}::b": other}}
        monkeypatch.setitem(recorded_program.CALLS, "pulumi:pulumi:readStackResourceOutputs", reply)
        seen: list[Previous] = []
        record(lambda: seen.append(Previous.read()))
        assert seen == [Previous(components={"a": {"answeredWith": "digest"}, "b": {}})]
        assert flink.asked == []

    def test_before_the_first_up_there_is_nothing(self, monkeypatch: pytest.MonkeyPatch, flink: Flink) -> None:
        assert read(monkeypatch) == Previous()
        assert read(monkeypatch, stack={}) == Previous()
        assert flink.asked == []

    def test_statements_are_as_they_were_made_and_as_flink_has_them(
        self, monkeypatch: pytest.MonkeyPatch, flink: Flink
    ) -> None:
        previous = read(monkeypatch, stack=OUTPUTS, insert=MADE)
        assert previous.noted == {"table-x-1", "insert-x-1"}
        assert previous.components == {}
        assert previous.statements == {
            "insert": LastStatement(
                name="insert-x-1", text="INSERT INTO t SELECT 1", properties={"a": "b"}, phase="FAILED"
            )
        }
        (url, key), (more, _) = flink.asked
        assert url.startswith("http://flink/sql/v1/organizations/org-1/environments/env-1/statements?")
        assert "spec.compute_pool_id=lfcp-0" in url
        assert key == "Basic T0xES0VZOm9sZC1zZWNyZXQ="
        assert more == "http://flink/more"

    @pytest.mark.usefixtures("flink")
    def test_one_that_flink_does_not_know_is_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = {**MADE, "statementName": "insert-x-0"}
        assert read(monkeypatch, stack=OUTPUTS, insert=made).statements["insert"].phase == "GONE"

    @pytest.mark.parametrize("error", [OSError("refused"), ValueError("no JSON")])
    def test_a_flink_that_does_not_answer_is_no_reason_to_fail(
        self, monkeypatch: pytest.MonkeyPatch, flink: Flink, error: Exception
    ) -> None:
        flink.error = error
        assert read(monkeypatch, stack=OUTPUTS, insert=MADE).statements["insert"].phase is None

    def test_flink_is_not_asked_without_its_key(self, monkeypatch: pytest.MonkeyPatch, flink: Flink) -> None:
        read(monkeypatch, stack={"flinkRestEndpoint": "http://flink"}, insert=MADE)
        assert flink.asked == []

    def test_one_that_was_never_made_is_none(self, monkeypatch: pytest.MonkeyPatch, flink: Flink) -> None:
        assert read(monkeypatch, stack=OUTPUTS, insert={}).statements == {}
        assert flink.asked == []


TABLE = Statement.parse("CREATE TABLE t (a INT);")
TAKEN = "CREATE TABLE IF NOT EXISTS t (a INT);"


def in_state(text: str = TABLE.text, *, noted: bool = False, phase: str | None = None) -> Previous:
    last = LastStatement(name="table-x-1", text=text, properties={}, phase=phase)
    return Previous(statements={"table": last}, noted=frozenset({"table-x-1"} if noted else ()))


class TestProof:
    @pytest.mark.parametrize(
        "previous", [in_state(noted=True), in_state(phase="COMPLETED"), in_state(noted=True, phase="COMPLETED")]
    )
    def test_what_completed_is_the_stack_s(self, previous: Previous) -> None:
        assert previous.made("table") == TABLE

    @pytest.mark.parametrize(
        "previous",
        [
            Previous(),
            in_state(),
            in_state(phase="FAILED"),
            in_state(noted=True, phase="FAILED"),
            in_state(phase="PENDING"),
            in_state(TAKEN, noted=True),
            in_state("INSERT INTO t SELECT 1", noted=True),
        ],
        ids=["nothing", "no proof", "failed", "failed under a noted name", "pending", "taken as it was", "an INSERT"],
    )
    def test_without_a_proof_it_may_be_anybody_s(self, previous: Previous) -> None:
        assert previous.made("table") is None

    def test_the_old_target_is_what_was_made(self) -> None:
        made = in_state("CREATE MODEL `old` WITH ('A' = 'b')", noted=True).made("table")
        assert made
        assert made.drop == "DROP MODEL IF EXISTS `old$all`"


class TestText:
    def text(self, previous: Previous, statement: Statement = TABLE, name: str = "table-x-1") -> Any:
        texts: list[Any] = []

        def program() -> None:
            text = previous.text_to_run("table", statement, pulumi.Output.from_input(name))
            pulumi.Output.from_input(text).apply(texts.append)

        record(program)
        return texts[0]

    def forgotten(self, *noted: str, insert: str = "INSERT INTO t SELECT 1") -> Previous:
        used = LastStatement(name="insert-x-1", text=insert, properties={})
        return Previous(statements={"insert": used}, noted=frozenset({"insert-x-1", *noted}))

    def test_is_the_file_s_where_nothing_was_forgotten(self) -> None:
        assert Previous().text_to_run("table", TABLE, pulumi.Output.from_input("table-x-1")) == TABLE.text

    def test_takes_as_it_is_what_this_very_statement_has_made(self) -> None:
        assert self.text(self.forgotten("table-x-1")) == TAKEN

    def test_an_edit_is_no_such_statement(self) -> None:
        assert self.text(self.forgotten("table-x-0")) == TABLE.text

    def test_what_no_insert_uses_may_be_anybody_s(self) -> None:
        assert self.text(self.forgotten("table-x-1", insert="INSERT INTO other SELECT 1")) == TABLE.text

    def test_stays_as_it_was_taken(self) -> None:
        assert self.text(in_state(TAKEN)) == TAKEN

    def test_replaced_it_is_the_file_s_again(self) -> None:
        assert self.text(in_state(TAKEN), name="table-x-2") == TABLE.text

    def test_what_is_there_is_not_touched(self) -> None:
        assert self.text(in_state()) == TABLE.text

    def test_a_condition_in_the_file_stays(self) -> None:
        assert self.text(self.forgotten("table-x-1"), Statement.parse(TAKEN)) == TAKEN
