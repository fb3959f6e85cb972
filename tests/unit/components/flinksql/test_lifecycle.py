"""The hooks, against a Flink that remembers what it was asked."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components.flinksql import calls, source
from components.flinksql.address import Address
from components.flinksql.answers import answered
from components.flinksql.client import FlinkSql
from components.flinksql.errors import FlinkSqlError, HookError
from components.flinksql.lifecycle import Lifecycle
from components.flinksql.previous import LastStatement, Previous
from components.flinksql.rights import connection_hooks, wait_for_rights
from components.flinksql.source import Source
from components.flinksql.text import Statement
from tests.support.recorded_program import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = Statement.parse("CREATE TABLE product_vector (a INT);", "sql/p.sql")
MODEL = Statement.parse("CREATE MODEL `m` WITH ('A' = 'b');")
INSERT = Statement.parse("INSERT INTO product_vector SELECT 1;", "sql/p.sql")
PREDICTS = Statement.parse("INSERT INTO product_vector SELECT v FROM t, LATERAL TABLE(ML_PREDICT('m', c));")
ADDRESS = Address(
    endpoint="http://flink",
    organization_id="org-1",
    environment_id="env-1",
    compute_pool_id="lfcp-1",
    api_key="KEY",
    api_secret="secret",
)
PLACE = {"sql.current-catalog": "env-1", "sql.current-database": "embeddings-x"}


class Connector:
    """``trouble``: why it failed."""

    trouble: str | None = None

    async def failure(self) -> str | None:
        return self.trouble


CONNECTOR = Connector()
SOURCE = Source(table="product-updates", columns=("size", "price"), connector="Datagen", failure=CONNECTOR.failure)


@dataclass
class Flink:
    """``described``: what DESCRIBE says, one answer after the other. ``refusal``: what it answers to anything else."""

    phases: dict[str, str] = field(default_factory=dict)
    described: list[list[str] | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refusal: str = ""
    cleared: list[str] = field(default_factory=list)
    clears: bool = True

    @contextmanager
    def connect(self, address: Address, database: str, *, in_preview: bool) -> Iterator[Flink]:
        assert address == ADDRESS
        self.database, self.in_preview = database, in_preview
        yield self

    def remove_leftovers(self, compute_pool_id: str) -> bool:
        self.cleared.append(compute_pool_id)
        return self.clears

    def phase(self, name: str) -> str | None:
        return self.phases.get(name)

    def settled(self, name: str) -> str | None:
        if self.phases[name] == "PENDING":
            raise FlinkSqlError(f"{name} is still PENDING after 120 s")
        return self.phases[name]

    def delete(self, name: str) -> None:
        self.asked.append(f"delete {name}")

    def take_over(self, name: str) -> None:
        self._note(f"take over as {name}")

    def run_ddl(self, text: str) -> None:
        self._note(text)

    def predict(self, model: str) -> None:
        self._note(f"predict {model}")

    def _note(self, text: str) -> None:
        if self.refusal:
            raise FlinkSqlError(self.refusal)
        self.asked.append(text)

    def objection(self, statement: Statement) -> str | None:
        self.asked.append(f"check {statement.kind}")
        return self.refusal or None

    def columns(self, table: str) -> list[str]:
        assert table == "product-updates"
        answer = self.described.pop(0) if len(self.described) > 1 else self.described[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Known:
    """An output: known already, or (``None``) never settled."""

    value: Any

    async def future(self) -> Any:
        if self.value is None:
            await asyncio.Event().wait()
        return self.value


@pytest.fixture
def flink(monkeypatch: pytest.MonkeyPatch) -> Flink:
    flink = Flink()
    monkeypatch.setattr(FlinkSql, "connect", flink.connect)
    monkeypatch.setattr(pulumi.log, "info", lambda *_: None)
    monkeypatch.setattr(calls, "_CLEANED_POOLS", set())
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    return flink


def session(previous: Previous | None = None, address: Any = None) -> Any:
    given = {"address": address or Known(ADDRESS), "previous": previous or Previous(), "model_remedy": "Set a key."}
    return type("Session", (), {**given, "database": "embeddings-x"})()


def before(text: str, *, noted: bool = True, catalog: str = "env-1", database: str = "embeddings-x") -> Previous:
    """Return a last `up` with another statement in the place of the one that is tested."""
    properties = {"sql.current-catalog": catalog, "sql.current-database": database}
    last = LastStatement(name="p-x-0", text=text, properties=properties)
    return Previous(statements={"p": last}, noted=frozenset({"p-x-0"} if noted else ()))


def call(bound: Callable[[], Lifecycle], hook: str, args: Any, *, preview: bool = False) -> Any:
    """Call one of the hooks that a statement's resource is bound to, as the engine does; return its answer."""
    answers: list[Any] = []

    async def answer(asked: Any) -> None:
        answers.append(await asked)

    def program() -> pulumi.Output[None]:
        binding = bound().hooks()
        every: Any = [*(binding.before_create or []), *(binding.on_error or [])]
        (called,) = [one for one in every if one.name == f"{hook} p"]
        return pulumi.Output.from_input(answer(called(args)))

    record(program, preview=preview)
    return answers[0]


def prepare(
    statement: Statement, previous: Previous | None = None, *sources: Source, address: Known | None = None
) -> None:
    inputs = {"statementName": "p-x-1", "properties": PLACE}
    args = pulumi.ResourceHookArgs("urn", "id", "p", "type", new_inputs=inputs)
    last = session(previous, address)
    call(lambda: Lifecycle(purpose="p", statement=statement, session=last, sources=sources), "prepare", args)


class TestDropOfWhatIsReplaced:
    def test_a_table_is_dropped(self, flink: Flink) -> None:
        prepare(TABLE, before("CREATE TABLE old (a INT)"))
        assert flink.asked == ["DROP TABLE IF EXISTS `old`"]

    def test_a_model_is_dropped_with_all_its_versions(self, flink: Flink) -> None:
        prepare(MODEL, before("CREATE MODEL m WITH ('A' = 'c')"))
        assert flink.asked == ["DROP MODEL IF EXISTS `m$all`"]

    @pytest.mark.parametrize(
        "previous",
        [
            None,
            before("CREATE TABLE product_vector (a INT)", noted=False),
            before("CREATE TABLE IF NOT EXISTS product_vector (a INT)"),
            before("CREATE TABLE product_vector (a INT)", catalog="env-2"),
        ],
        ids=["nothing before", "no proof", "taken as it was", "in another environment"],
    )
    def test_what_may_be_anybody_s_is_not(self, flink: Flink, previous: Previous | None) -> None:
        prepare(TABLE, previous)
        assert flink.asked == []

    def test_a_refusal_is_told(self, flink: Flink) -> None:
        flink.refusal = "Access denied"
        with pytest.raises(HookError, match=r"^Statement p-x-1 could not be prepared: Access denied\.$"):
            prepare(TABLE, before("CREATE TABLE old (a INT)"))


class TestInterruptedRun:
    def test_nothing_is_there(self, flink: Flink) -> None:
        prepare(TABLE)
        assert flink.asked == []

    def test_its_table_and_statement_go(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "COMPLETED"
        prepare(TABLE)
        assert flink.asked == ["DROP TABLE IF EXISTS `product_vector`", "delete p-x-1"]

    def test_the_table_of_a_good_run_stays(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "COMPLETED"
        prepare(TABLE, Previous(noted=frozenset({"p-x-1"})))
        assert flink.asked == ["delete p-x-1"]

    def test_a_table_that_was_taken_as_it_is_stays(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "COMPLETED"
        prepare(Statement.parse("CREATE TABLE IF NOT EXISTS t (a INT)"))
        assert flink.asked == ["delete p-x-1"]

    @pytest.mark.parametrize("phase", ["RUNNING", "PENDING"])
    def test_its_insert_goes_at_once(self, flink: Flink, phase: str) -> None:
        flink.phases["p-x-1"] = phase
        prepare(INSERT)
        assert flink.asked == ["delete p-x-1"]

    def test_a_table_s_statement_is_waited_for(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "PENDING"
        with pytest.raises(HookError, match=r"^Statement p-x-1 could not be prepared: p-x-1 is still PENDING"):
            prepare(TABLE)
        assert flink.asked == []

    def test_a_failed_statement_goes_alone(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "FAILED"
        prepare(TABLE)
        assert flink.asked == ["delete p-x-1"]


class TestLeftovers:
    """What the hooks of a killed run left behind goes with the first connection."""

    def test_they_are_removed_once_in_a_run(self, flink: Flink) -> None:
        prepare(TABLE)
        prepare(MODEL)
        assert flink.cleared == ["lfcp-1"]
        assert not flink.in_preview

    def test_they_are_tried_again_where_that_failed(self, flink: Flink) -> None:
        flink.clears = False
        prepare(TABLE)
        flink.clears = True
        prepare(MODEL)
        prepare(TABLE)
        assert flink.cleared == ["lfcp-1", "lfcp-1"]


class TestCheckInPreview:
    def check(self, statement: Statement, *sources: Source, previous: Previous | None = None, **inputs: Any) -> None:
        known = {"statementName": "p-x-1", "properties": PLACE, **inputs}

        def bound() -> Lifecycle:
            return Lifecycle(
                purpose="p",
                statement=statement,
                session=session(previous, pulumi.Output.from_input(ADDRESS)),
                built_on=["table-x-1"] if statement is INSERT else ["the id of a connection"],
                sources=sources,
            )

        call(bound, "check", pulumi.ResourceHookArgs("urn", "id", "p", "type", new_inputs=known), preview=True)

    def test_a_statement_that_flink_accepts(self, flink: Flink) -> None:
        self.check(TABLE)
        assert flink.asked == ["check CREATE TABLE"]
        assert flink.in_preview
        assert flink.cleared == []

    def test_a_statement_that_flink_refuses_stops_the_preview(self, flink: Flink) -> None:
        flink.refusal = "SQL parse failed"
        with pytest.raises(HookError, match=r"^sql/p\.sql is refused by Flink: SQL parse failed$"):
            self.check(TABLE)

    def test_an_insert_is_checked_against_the_tables_that_stay(self, flink: Flink) -> None:
        flink.phases["table-x-1"] = "COMPLETED"
        flink.described = [["size", "price"]]
        self.check(INSERT, SOURCE)
        assert flink.asked == ["check INSERT INTO"]

    def test_not_while_its_table_changes_too(self, flink: Flink) -> None:
        flink.described = [["size", "price"]]
        self.check(INSERT, SOURCE)
        assert flink.asked == []

    @pytest.mark.parametrize("answer", [["val"], FlinkSqlError("does not exist")], ids=["raw bytes", "no table"])
    def test_not_before_its_source_is_there(self, flink: Flink, answer: list[str] | Exception) -> None:
        flink.phases["table-x-1"] = "COMPLETED"
        flink.described = [answer]
        self.check(INSERT, SOURCE)
        assert flink.asked == []

    def test_not_in_a_database_that_this_up_renames(self, flink: Flink) -> None:
        flink.refusal = "The database 'embeddings-x' does not exist"
        self.check(TABLE, previous=before(TABLE.text, database="before"))
        assert flink.asked == []

    @pytest.mark.parametrize("inputs", [{"statementName": pulumi.UNKNOWN}, {"properties": pulumi.UNKNOWN}])
    def test_not_before_everything_is_known(self, flink: Flink, inputs: dict[str, Any]) -> None:
        self.check(TABLE, **inputs)
        assert flink.asked == []


class TestModels:
    def test_what_the_statement_calls_answers_first(self, flink: Flink) -> None:
        prepare(PREDICTS)
        assert flink.asked == ["predict m"]

    def test_a_provider_that_refuses_stops_the_creation(self, flink: Flink) -> None:
        flink.refusal = "the provider at http://x answered 401: Incorrect API key."
        with pytest.raises(HookError, match=r"^p was not created: .* answered 401: Incorrect API key\. Set a key\.$"):
            prepare(PREDICTS)

    def test_a_transient_error_is_retried_for_a_while(self, flink: Flink) -> None:
        troubles = 4

        def predict(model: str) -> None:
            nonlocal troubles
            if troubles:
                troubles -= 1
                raise FlinkSqlError("503", is_transient=True)
            flink.asked.append(f"predict {model}")

        flink.predict = predict  # type: ignore[method-assign]
        prepare(PREDICTS)
        assert flink.asked == ["predict m"]
        troubles = 5
        with pytest.raises(HookError, match=r"^p was not created: 503\. Set a key\.$"):
            prepare(PREDICTS)


class TestChangedConnection:
    def up(self, *called_with: str, last: str | None = None, preview: bool = False) -> str:
        """Return what the component writes about a model whose connection is ``called_with``."""
        written: list[str] = []

        def program() -> pulumi.Output[None]:
            components = {"embedding-model": {"answeredWith": last}} if last else {}
            previous = session(Previous(components=components), pulumi.Output.from_input(ADDRESS))
            (output,) = answered(previous, "embedding-model", ["m"], called_with, after=["model-x-1"]).values()
            return output.apply(written.append)

        record(program, preview=preview)
        return written[0]

    def test_in_the_first_up_the_insert_asks(self, flink: Flink) -> None:
        self.up("http://x", "key")
        assert flink.asked == []

    def test_the_same_connection_is_not_asked_again(self, flink: Flink) -> None:
        assert self.up("http://x", "key", last=self.up("http://x", "key")) == self.up("http://x", "key")
        assert flink.asked == []

    @pytest.mark.parametrize("changed", [("http://x", "another key"), ("http://y", "key")])
    def test_with_another_key_or_endpoint_the_model_answers_first(self, flink: Flink, changed: tuple[str, str]) -> None:
        assert self.up(*changed, last=self.up("http://x", "key")) == self.up(*changed)
        assert flink.asked == ["predict m"]
        assert flink.database == "embeddings-x"

    def test_a_flink_key_that_is_new_too_is_waited_for(self, flink: Flink) -> None:
        refusals = [FlinkSqlError("error sending request '401' - Unauthorized")] * 3

        def predict(model: str) -> None:
            flink.asked.append(f"predict {model}")
            if refusals:
                raise refusals.pop()

        flink.predict = predict  # type: ignore[method-assign]
        self.up("http://x", "another key", last="digest")
        assert flink.asked == ["predict m"] * 4

    def test_a_preview_asks_nothing(self, flink: Flink) -> None:
        self.up("http://x", "another key", last="digest", preview=True)
        assert flink.asked == []

    def test_a_refusal_is_one_sentence_with_its_remedy(self, flink: Flink) -> None:
        flink.refusal = "the provider at http://x answered 401: Incorrect API key"
        sentence = (
            r"^Model m gives no answer with the changed connection: .* answered 401: Incorrect API key\. Set a key\.$"
        )
        with pytest.raises(pulumi.RunError, match=sentence):
            self.up("http://x", "another key", last="digest")


class TestWaitForSource:
    @pytest.fixture(autouse=True)
    def no_pause(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(source, "_FIRST_PAUSE_SECONDS", 0.0)
        yield
        CONNECTOR.trouble = None

    def test_until_the_table_has_the_record_s_columns(self, flink: Flink) -> None:
        flink.described = [FlinkSqlError("Table does not exist"), ["val"], ["key", "size"], ["size", "price", "more"]]
        prepare(INSERT, None, SOURCE)
        assert flink.described == [["size", "price", "more"]]

    def test_a_connector_that_failed_is_told_at_once(self, flink: Flink) -> None:
        flink.described = [FlinkSqlError("Table does not exist")]
        CONNECTOR.trouble = "no such account"
        with pytest.raises(HookError, match="Datagen writes no record into `product-updates`: no such account"):
            prepare(INSERT, None, SOURCE)

    @pytest.mark.parametrize(
        ("answer", "seen"),
        [
            (["key", "val"], "the table has no column price, size"),
            (FlinkSqlError("Table `product-updates` does not exist"), "Table `product-updates` does not exist"),
        ],
        ids=["raw bytes", "no table"],
    )
    def test_in_vain(
        self, flink: Flink, monkeypatch: pytest.MonkeyPatch, answer: list[str] | Exception, seen: str
    ) -> None:
        monkeypatch.setattr(source, "SOURCE_SECONDS", 0.2)
        flink.described = [answer]
        with pytest.raises(HookError) as failure:
            prepare(INSERT, None, SOURCE)
        sentence = str(failure.value)
        assert sentence.startswith("No record with its schema in `product-updates` after")
        assert seen in sentence
        assert "connector Datagen" in sentence


class TestTakeOver:
    OFFSETS = {**PLACE, "sql.tables.initial-offset-from": "p-x-0"}  # noqa: RUF012 - never changed

    def take_over(
        self,
        statement: Statement = INSERT,
        properties: dict[str, str] = OFFSETS,
        *,
        noted: bool = False,
        preview: bool = False,
    ) -> list[str]:
        names: list[str] = []
        resource: Any = type(
            "Resource",
            (),
            {
                "statement_name": pulumi.Output.from_input("p-x-1"),
                "properties": pulumi.Output.from_input(properties),
            },
        )()
        previous = Previous(noted=frozenset({"p-x-1"} if noted else ()))

        def program() -> pulumi.Output[None]:
            hooks = Lifecycle(
                purpose="p", statement=statement, session=session(previous, pulumi.Output.from_input(ADDRESS))
            )
            return hooks.taken_over(resource).apply(names.append)

        record(program, preview=preview)
        return names

    def test_its_name_is_known_when_it_runs(self, flink: Flink) -> None:
        assert self.take_over() == ["p-x-1"]
        assert flink.asked == ["take over as p-x-1"]

    def test_once_an_up_ended_well_it_is_done(self, flink: Flink) -> None:
        assert self.take_over(noted=True) == ["p-x-1"]
        assert flink.asked == []

    @pytest.mark.parametrize(("statement", "properties"), [(INSERT, PLACE), (TABLE, PLACE)])
    def test_without_offsets_there_is_nothing_to_do(
        self, flink: Flink, statement: Statement, properties: dict[str, str]
    ) -> None:
        assert self.take_over(statement, properties) == ["p-x-1"]
        assert flink.asked == []

    def test_a_preview_stops_nothing(self, flink: Flink) -> None:
        self.take_over(preview=True)
        assert flink.asked == []

    def test_a_failure_ends_the_program_so_that_the_old_one_is_kept(self, flink: Flink) -> None:
        flink.refusal = "the model is gone"
        with pytest.raises(pulumi.RunError, match="p-x-1 does not take over, and the one before it is kept: the model"):
            self.take_over()


class TestResolving:
    def test_is_bounded(self, monkeypatch: pytest.MonkeyPatch, flink: Flink) -> None:
        monkeypatch.setattr(calls, "RESOLVE_SECONDS", 0.05)
        with pytest.raises(HookError, match="The Flink endpoint and key did not become known within 0 s"):
            prepare(TABLE, address=Known(None))
        assert flink.asked == []


class TestWaitForRights:
    @pytest.fixture(autouse=True)
    def no_pause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def sleep(_: float) -> None: ...

        monkeypatch.setattr("components.flinksql.rights.asyncio.sleep", sleep)

    @pytest.mark.parametrize(
        ("operation", "errors", "again"),
        [
            ("create", ["error creating Flink Statement: 403 Forbidden: no"], True),
            ("create", ["error creating Flink Connection: 401 Unauthorized: no"], True),
            ("create", ["the statement x is FAILED: The principal 'sa-1' may not create the topic 't'."], True),
            ("create", ["statement failed: the endpoint answered 500"], False),
            ("create", ["403 Forbidden"] * 24, True),
            ("create", ["403 Forbidden"] * 40, False),
            ("delete", ["403 Forbidden"], False),
        ],
        ids=[
            "statement",
            "connection",
            "a failed statement",
            "another error",
            "two minutes",
            "long enough",
            "not a creation",
        ],
    )
    def test_asks_again_for_a_while(self, operation: str, errors: list[str], again: bool) -> None:  # noqa: FBT001
        arguments = pulumi.ErrorHookArgs("urn", "id", "n", "t", failed_operation=operation, errors=errors)
        assert asyncio.run(wait_for_rights(arguments)) is again

    def test_a_key_is_waited_for_until_it_is_let_in(self, flink: Flink) -> None:
        refusals = [FlinkSqlError("error sending request '401' - Unauthorized")] * 3

        def phase(name: str) -> None:
            flink.asked.append(name)
            if refusals:
                raise refusals.pop()

        flink.phase = phase  # type: ignore[method-assign]
        (wait,) = connection_hooks(session(), "c").before_create or []
        assert isinstance(wait, pulumi.ResourceHook)
        done: Any = wait.callback(pulumi.ResourceHookArgs("urn", "id", "c", "type"))
        asyncio.run(done)
        assert flink.asked == ["c"] * 4


class TestRetry:
    def retry(self, statement: Statement, *errors: str, operation: str = "create") -> bool:
        inputs = {"statementName": "p-x-1", "properties": PLACE}
        args = pulumi.ErrorHookArgs(
            "urn", "id", "n", "t", new_inputs=inputs, failed_operation=operation, errors=list(errors)
        )
        again: bool = call(lambda: Lifecycle(purpose="p", statement=statement, session=session()), "retry", args)
        return again

    @pytest.mark.parametrize(
        ("operation", "errors", "again"),
        [
            ("create", ["409 Conflict: exists"], True),
            ("create", ["409 Conflict: exists"] * 4, False),
            ("create", ["FAILED: no such table", "409 Conflict: exists"], False),
            ("delete", ["409 Conflict: busy"], False),
        ],
        ids=["a lost reply", "in vain", "before", "not a creation"],
    )
    def test_a_statement_that_a_lost_reply_has_made_is_made_again(
        self,
        flink: Flink,
        operation: str,
        errors: list[str],
        again: bool,  # noqa: FBT001 - a case of the test
    ) -> None:
        flink.phases["p-x-1"] = "COMPLETED"
        assert self.retry(TABLE, *errors, operation=operation) is again
        assert ("delete p-x-1" in flink.asked) is again

    @pytest.fixture
    def said(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        said: list[str] = []
        monkeypatch.setattr(pulumi.log, "error", said.append)
        return said

    def test_of_what_is_there_is_said_what_to_write(self, flink: Flink, said: list[str]) -> None:
        assert not self.retry(TABLE, "the statement p is FAILED: Table (or view) x already exists in Catalog y.")
        assert said[0].startswith("Table product_vector is there already, and nothing proves that this stack made it")
        assert "write CREATE TABLE IF NOT EXISTS in sql/p.sql" in said[0]
        assert "./pulumiw sql 'DROP TABLE IF EXISTS `product_vector`'" in said[0]
        assert flink.asked == []

    @pytest.mark.parametrize(
        ("statement", "error"),
        [
            (TABLE, "the statement p is FAILED: no such type"),
            (TABLE, "409 Conflict: Statement resource=p already exists"),
            (INSERT, "the statement p is FAILED: x already exists"),
        ],
        ids=["another error", "the statement's name", "an INSERT"],
    )
    def test_of_anything_else_it_is_not(self, flink: Flink, said: list[str], statement: Statement, error: str) -> None:
        assert not self.retry(statement, *[error] * 4)
        assert said == []
        assert flink.asked == []


class TestHookError:
    def test_shows_no_frames(self) -> None:
        def fail() -> None:
            raise HookError("A sentence.")

        caught: Callable[[], None] = fail
        with pytest.raises(HookError) as failure:
            caught()
        assert failure.value.__traceback__ is None
