"""The hooks, against a Flink that remembers what it was asked."""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components import hook_calls, source
from components.flink_address import Address
from components.flink_sql import FlinkSql, FlinkSqlError
from components.hook_calls import HookError
from components.hooks import StatementHooks
from components.last_up import LastUp
from components.model_answers import ModelAnswers
from components.rights import wait_for_key, wait_for_rights
from components.source import Source
from components.sql_text import Kind, Statement
from tests.unit.components.recorded_program import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = Statement.parse("CREATE TABLE product_vector (a INT);", Kind.CREATE_TABLE)
MODEL = Statement.parse("CREATE MODEL `m` WITH ('A' = 'b');", Kind.CREATE_MODEL)
INSERT = Statement.parse("INSERT INTO product_vector SELECT 1;", Kind.INSERT_INTO)
PREDICTS = Statement.parse(
    "INSERT INTO product_vector SELECT v FROM t, LATERAL TABLE(ML_PREDICT('m', c));", Kind.INSERT_INTO
)
ADDRESS = Address(
    endpoint="http://flink",
    organization_id="org-1",
    environment_id="env-1",
    compute_pool_id="lfcp-1",
    api_key="KEY",
    api_secret="secret",
)
SOURCE = Source(table="product-updates", columns=("size", "price"), connector="Datagen")


@dataclass
class Flink:
    """``databases``: names it knows. ``described``: what DESCRIBE says, one answer after the other.

    ``waiting``: the statements that carry on from one.
    """

    phases: dict[str, str] = field(default_factory=dict)
    databases: set[str] = field(default_factory=lambda: {"embeddings-x"})
    described: list[list[str] | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refusal: str = ""
    waiting: dict[str, list[str]] = field(default_factory=dict)
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

    def settle(self, name: str) -> None:
        if self.phases[name] == "PENDING":
            raise FlinkSqlError(f"{name} is still PENDING after 120 s")

    def delete(self, name: str) -> None:
        self.asked.append(f"delete {name}")

    def stop(self, name: str) -> None:
        self.asked.append(f"stop {name}")

    def followers(self, name: str) -> list[str]:
        return self.waiting.get(name, [])

    def start_of(self, name: str) -> None:
        if self.refusal:
            raise FlinkSqlError(self.refusal)
        self.asked.append(f"wait for {name}")

    def run_ddl(self, text: str) -> None:
        if self.refusal:
            raise FlinkSqlError(self.refusal)
        if self.database not in self.databases:
            raise FlinkSqlError(f"A database with name '{self.database}' does not exist")
        self.asked.append(text)

    def predict(self, model: str) -> None:
        if self.refusal:
            raise FlinkSqlError(self.refusal)
        self.asked.append(f"predict {model}")

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
class Clock:
    """Time that only passes in a sleep; a door that ``opens`` then."""

    opens: float = 120
    seconds: float = 0

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def flink(monkeypatch: pytest.MonkeyPatch) -> Flink:
    flink = Flink()
    monkeypatch.setattr(FlinkSql, "connect", flink.connect)
    monkeypatch.setattr(pulumi.log, "info", lambda *_: None)
    monkeypatch.setattr(hook_calls, "_CLEARED_POOLS", set())
    return flink


@dataclass
class Known:
    """An output: known already, ``unknown`` for good (as in a preview), or (``None``) never settled."""

    value: Any
    unknown: bool = False

    async def future(self) -> Any:
        if self.value is None and not self.unknown:
            await asyncio.Event().wait()
        return self.value


def statement_hooks(
    statement: Statement, database: str | None = "embeddings-x", built_on: list[str] | None = None
) -> StatementHooks:
    session = type(
        "Session",
        (),
        {
            "address": Known(ADDRESS),
            "last_up": LastUp(address=ADDRESS),
            "database": Known(database),
            "answers": ModelAnswers(Known(ADDRESS)),  # type: ignore[arg-type]
        },
    )()
    if built_on:
        session.address = ADDRESS
    return StatementHooks(purpose="p", statement=statement, session=session, built_on=built_on or [])


def arguments(**inputs: str) -> pulumi.ResourceHookArgs:
    known = {"statementName": "p-x-1", "properties": {"sql.current-database": "embeddings-x"}}
    return pulumi.ResourceHookArgs("urn", "id", "p", "type", **dict.fromkeys(inputs, known))


def drop(hook: StatementHooks) -> None:
    asyncio.run(hook._drop_made(arguments(old_inputs="")))


def clear(hook: StatementHooks) -> None:
    asyncio.run(hook._clear_leftovers(arguments(new_inputs="")))


class TestHandOver:
    def hand_over(self) -> None:
        asyncio.run(statement_hooks(INSERT)._hand_over(arguments(old_inputs="")))

    def test_it_is_stopped_and_the_next_one_begins(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "RUNNING"
        flink.waiting["p-x-1"] = ["p-x-2"]
        self.hand_over()
        assert flink.asked == ["stop p-x-1", "wait for p-x-2"]

    def test_with_nothing_after_it_there_is_nothing_to_do(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "RUNNING"
        self.hand_over()
        assert flink.asked == []

    def test_one_that_is_gone_hands_over_nothing(self, flink: Flink) -> None:
        flink.waiting["p-x-1"] = ["p-x-2"]
        self.hand_over()
        assert flink.asked == []

    def test_a_failure_of_the_next_one_is_told_and_keeps_it(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "RUNNING"
        flink.waiting["p-x-1"] = ["p-x-2"]
        flink.refusal = "the model is gone"
        with pytest.raises(HookError, match="p-x-1, which is stopped and kept: the model is gone"):
            self.hand_over()


class TestDrop:
    def test_a_table_is_dropped(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "COMPLETED"
        drop(statement_hooks(TABLE))
        assert flink.asked == ["DROP TABLE IF EXISTS `product_vector`"]

    def test_a_model_is_dropped_with_all_its_versions(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "COMPLETED"
        drop(statement_hooks(MODEL))
        assert flink.asked == ["DROP MODEL IF EXISTS `m$all`"]

    def test_what_a_statement_made_is_dropped_after_flink_forgot_the_statement(self, flink: Flink) -> None:
        drop(statement_hooks(TABLE))
        assert flink.asked == ["DROP TABLE IF EXISTS `product_vector`"]

    def test_a_failed_statement_made_nothing(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "FAILED"
        drop(statement_hooks(TABLE))
        assert flink.asked == []

    def test_a_renamed_cluster_is_met_under_its_new_name(self, flink: Flink) -> None:
        flink.databases = {"renamed"}
        drop(statement_hooks(TABLE, database="renamed"))
        assert flink.asked == ["DROP TABLE IF EXISTS `product_vector`"]

    def test_a_cluster_that_is_gone_took_its_tables_along(self, flink: Flink, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hook_calls, "RESOLVE_SECONDS", 0.05)
        flink.databases = set()
        drop(statement_hooks(TABLE, database=None))
        assert flink.asked == []

    def test_settings_changed_before_a_destroy_leave_the_last_address(self, flink: Flink) -> None:
        hook = statement_hooks(MODEL)
        hook.session.address = Known(None, unknown=True)  # type: ignore[assignment, misc]
        drop(hook)
        assert flink.asked == ["DROP MODEL IF EXISTS `m$all`"]

    def test_settings_changed_before_the_first_up_ended_leave_no_way_to_flink(
        self, flink: Flink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", said.append)
        hook = statement_hooks(TABLE)
        hook.session.address = Known(None, unknown=True)  # type: ignore[assignment, misc]
        hook.session.last_up = LastUp()  # type: ignore[misc]
        drop(hook)
        assert flink.asked == []
        assert "goes with its cluster" in said[0]

    @pytest.mark.parametrize(("now", "before"), [(True, False), (False, True)])
    def test_a_protected_table_is_never_dropped(self, flink: Flink, *, now: bool, before: bool) -> None:
        hook = replace(statement_hooks(TABLE), protect=now)
        hook.session.last_up = LastUp(address=ADDRESS, protect=before)  # type: ignore[misc]
        with pytest.raises(HookError, match="Table product_vector is protected: set confluent-rag:protect to false"):
            drop(hook)
        assert flink.asked == []

    def test_a_refusal_keeps_the_statement_and_says_why(self, flink: Flink) -> None:
        flink.refusal = "Access denied"
        with pytest.raises(HookError, match=r"^What statement p-x-1 made could not be dropped: Access denied\.$"):
            drop(statement_hooks(TABLE))


class TestClear:
    def test_nothing_to_clear(self, flink: Flink) -> None:
        clear(statement_hooks(TABLE))
        assert flink.asked == []

    def test_an_interrupted_run_s_table_and_statement_go(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "COMPLETED"
        clear(statement_hooks(TABLE))
        assert flink.asked == ["DROP TABLE IF EXISTS `product_vector`", "delete p-x-1"]

    def test_an_interrupted_run_s_insert_goes(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "RUNNING"
        clear(statement_hooks(INSERT))
        assert flink.asked == ["delete p-x-1"]

    def test_an_insert_that_waits_for_the_one_it_takes_over_from_goes_at_once(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "PENDING"
        clear(statement_hooks(INSERT))
        assert flink.asked == ["delete p-x-1"]

    def test_a_table_s_statement_is_waited_for(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "PENDING"
        with pytest.raises(HookError, match=r"^Statement p-x-1 could not be prepared: p-x-1 is still PENDING"):
            clear(statement_hooks(TABLE))
        assert flink.asked == []

    def test_a_failed_statement_goes_alone(self, flink: Flink) -> None:
        flink.phases["p-x-1"] = "FAILED"
        clear(statement_hooks(TABLE))
        assert flink.asked == ["delete p-x-1"]


class TestLeftovers:
    """What the hooks of a killed run have left goes with the first connection."""

    def test_they_are_removed_once_in_a_run(self, flink: Flink) -> None:
        clear(statement_hooks(TABLE))
        clear(statement_hooks(MODEL))
        assert flink.cleared == ["lfcp-1"]
        assert not flink.in_preview

    def test_they_are_tried_again_where_that_failed(self, flink: Flink) -> None:
        flink.clears = False
        clear(statement_hooks(TABLE))
        flink.clears = True
        drop(statement_hooks(MODEL))
        drop(statement_hooks(TABLE))
        assert flink.cleared == ["lfcp-1", "lfcp-1"]
        assert flink.asked == ["DROP MODEL IF EXISTS `m$all`", "DROP TABLE IF EXISTS `product_vector`"]


class TestCheckInPreview:
    def check(self, statement: Statement, source: Source | None = None, **inputs: Any) -> None:
        known = {"statementName": "p-x-1", "properties": {"sql.current-database": "embeddings-x"}, **inputs}
        hook = statement_hooks(statement, built_on=["table-x-1"])

        def program() -> pulumi.Output[None]:
            asked = hook._check(source, pulumi.ResourceHookArgs("urn", "id", "p", "type", new_inputs=known))
            return pulumi.Output.from_input(asked)

        record(program, preview=True)

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

    @pytest.mark.parametrize("inputs", [{"statementName": pulumi.UNKNOWN}, {"properties": pulumi.UNKNOWN}])
    def test_not_before_everything_is_known(self, flink: Flink, inputs: dict[str, Any]) -> None:
        self.check(TABLE, **inputs)
        assert flink.asked == []


class TestModels:
    def ask(self) -> None:
        text = "INSERT INTO t SELECT v FROM s, LATERAL TABLE(ML_PREDICT('vector_embedding', c));"
        hook = statement_hooks(Statement.parse(text, Kind.INSERT_INTO))
        asyncio.run(hook._wait_for_models(arguments(new_inputs="")))

    def test_the_model_that_the_statement_calls(self, flink: Flink) -> None:
        self.ask()
        assert flink.asked == ["predict vector_embedding"]

    def test_one_that_was_just_made_is_asked_while_the_rest_is_made(self, flink: Flink) -> None:
        asked = threading.Event()

        def predict(model: str) -> None:
            flink.asked.append(f"predict {model}")
            asked.set()

        flink.predict = predict  # type: ignore[method-assign]

        async def make() -> list[str]:
            insert = statement_hooks(PREDICTS)
            await replace(statement_hooks(MODEL), session=insert.session)._ask_made_model(arguments(new_inputs=""))
            await asyncio.to_thread(asked.wait, 10)
            before = list(flink.asked)
            await insert._wait_for_models(arguments(new_inputs=""))
            return before

        assert asyncio.run(make()) == flink.asked == ["predict m"]

    def test_what_it_answers_is_told_when_the_insert_needs_it(self, flink: Flink) -> None:
        flink.refusal = "the provider at http://x answered 401"

        async def make() -> None:
            insert = statement_hooks(PREDICTS)
            await replace(statement_hooks(MODEL), session=insert.session)._ask_made_model(arguments(new_inputs=""))
            await asyncio.sleep(0.05)
            await insert._wait_for_models(arguments(new_inputs=""))

        with pytest.raises(HookError, match=r"^The INSERT was not created: the provider at http://x answered 401"):
            asyncio.run(make())

    def test_a_provider_that_refuses_stops_the_creation(self, flink: Flink) -> None:
        flink.refusal = "the provider at http://x answered 401: Incorrect API key"
        with pytest.raises(HookError, match=r"^The INSERT was not created: the provider at http://x answered 401"):
            self.ask()


class TestWaitForSource:
    def wait(self) -> None:
        asyncio.run(statement_hooks(INSERT)._wait_for(SOURCE, arguments(new_inputs="")))

    def test_until_the_table_has_the_record_s_columns(self, flink: Flink, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("components.source.time.sleep", lambda _: None)
        flink.described = [FlinkSqlError("Table does not exist"), ["val"], ["key", "size"], ["size", "price", "more"]]
        self.wait()
        assert flink.described == [["size", "price", "more"]]

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
        monkeypatch.setattr(source, "SOURCE_SECONDS", -1.0)
        flink.described = [answer]
        with pytest.raises(HookError) as failure:
            self.wait()
        sentence = str(failure.value)
        assert sentence.startswith("The INSERT was not created: no record with its schema in `product-updates` after")
        assert seen in sentence
        assert "connector Datagen" in sentence


class TestResolving:
    def test_is_bounded(self, monkeypatch: pytest.MonkeyPatch, flink: Flink) -> None:
        monkeypatch.setattr(hook_calls, "RESOLVE_SECONDS", 0.05)
        hook = statement_hooks(TABLE)
        hook.session.address = Known(None)  # type: ignore[assignment, misc]
        with pytest.raises(HookError, match="The Flink endpoint and key did not become known within 0 s"):
            drop(hook)
        assert flink.asked == []


class TestWaitForRights:
    @pytest.fixture(autouse=True)
    def no_pause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def sleep(_: float) -> None: ...

        monkeypatch.setattr("components.hook_calls.asyncio.sleep", sleep)

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

    def test_a_key_that_is_let_in_after_two_minutes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = Clock()
        monkeypatch.setattr("components.hook_calls.time.monotonic", lambda: clock.seconds)
        monkeypatch.setattr("components.hook_calls.asyncio.sleep", clock.sleep)
        refusal = FlinkSqlError("error sending request '401' - Unauthorized")

        class Door(Flink):
            def phase(self, name: str) -> str | None:
                if clock.seconds < clock.opens:
                    raise refusal
                return super().phase(name)

        monkeypatch.setattr(FlinkSql, "connect", Door().connect)
        session = statement_hooks(TABLE).session
        asyncio.run(wait_for_key(session, "the connection"))
        assert clock.opens <= clock.seconds < clock.opens + 5
        clock.seconds, clock.opens = 0, 3600
        with pytest.raises(HookError, match=r"Flink does not let in the key that makes the connection: .*401"):
            asyncio.run(wait_for_key(session, "the connection"))


class TestWhatPasses:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = Clock()
        monkeypatch.setattr("components.hook_calls.asyncio.sleep", clock.sleep)
        return clock

    def test_is_asked_again_after_ever_longer_pauses(self, flink: Flink, clock: Clock) -> None:
        troubles = [FlinkSqlError("503", passes=True)] * 4

        def predict(model: str) -> None:
            if troubles:
                raise troubles.pop()
            flink.asked.append(f"predict {model}")

        flink.predict = predict  # type: ignore[method-assign]
        asyncio.run(statement_hooks(PREDICTS)._wait_for_models(arguments(new_inputs="")))
        assert flink.asked == ["predict m"]
        assert clock.seconds == 1 + 2 + 4 + 8

    def test_is_not_asked_for_ever(self, flink: Flink, clock: Clock) -> None:
        def predict(model: str) -> None:
            raise FlinkSqlError(f"503 for {model}", passes=True)

        flink.predict = predict  # type: ignore[method-assign]
        with pytest.raises(HookError, match="The INSERT was not created: 503"):
            asyncio.run(statement_hooks(PREDICTS)._wait_for_models(arguments(new_inputs="")))
        assert clock.seconds == 15

    def test_what_does_not_pass_is_told_at_once(self, flink: Flink, clock: Clock) -> None:
        flink.refusal = "no such model"
        with pytest.raises(HookError, match="no such model"):
            asyncio.run(statement_hooks(PREDICTS)._wait_for_models(arguments(new_inputs="")))
        assert clock.seconds == 0

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
        known = arguments(new_inputs="").new_inputs
        args = pulumi.ErrorHookArgs("urn", "id", "n", "t", new_inputs=known, failed_operation=operation, errors=errors)
        assert asyncio.run(statement_hooks(TABLE)._try_again(None, args)) is again
        assert ("delete p-x-1" in flink.asked) is again


class TestWhatIsThere:
    """A failed creation of what is there: whose it is, and what to write."""

    def fail(self, statement: Statement, *errors: str, engine: Any = None) -> bool:
        known = arguments(new_inputs="").new_inputs
        args = pulumi.ErrorHookArgs(
            "urn", "id", "n", "t", new_inputs=known, failed_operation="create", errors=list(errors)
        )
        return asyncio.run(statement_hooks(statement)._try_again(engine, args))

    def test_is_told_at_the_resource_with_what_to_write(self, flink: Flink) -> None:
        told: list[Any] = []
        engine = type("Engine", (), {"Log": staticmethod(told.append)})
        error = "the statement p is FAILED: Table (or view) x already exists in Catalog y."
        assert not self.fail(TABLE, error, engine=engine)
        (request,) = told
        assert request.urn == "urn"
        assert re.match(r"Table product_vector is there already, .* IF NOT EXISTS in sql/p\.sql", request.message)
        assert flink.asked == []

    @pytest.fixture
    def said(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        said: list[str] = []
        monkeypatch.setattr(pulumi.log, "error", said.append)
        return said

    def test_is_told_without_an_engine(self, said: list[str]) -> None:
        assert not self.fail(MODEL, "the statement p is FAILED: Model m already exists")
        assert said[0].startswith("Model m is there already")

    @pytest.mark.parametrize(
        ("statement", "error"),
        [
            (TABLE, "the statement p is FAILED: no such type"),
            (TABLE, "409 Conflict: Statement resource=p already exists"),
            (INSERT, "the statement p is FAILED: x already exists"),
        ],
        ids=["another error", "the statement's name", "an INSERT"],
    )
    def test_is_not_told_of_anything_else(self, said: list[str], statement: Statement, error: str) -> None:
        assert not self.fail(statement, *[error] * 4)
        assert said == []


class TestHookError:
    def test_shows_no_frames(self) -> None:
        def fail() -> None:
            raise HookError("A sentence.")

        caught: Callable[[], None] = fail
        with pytest.raises(HookError) as failure:
            caught()
        assert failure.value.__traceback__ is None
