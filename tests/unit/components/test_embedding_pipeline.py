from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi
import pytest

from components.embedding_model import EmbeddingModel
from components.embedding_pipeline import EmbeddingPipeline
from components.flinksql import Previous, Source
from components.flinksql.previous import LastStatement
from tests.support.recorded_program import Recorded, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.config.settings import Settings
    from components.datagen import RecordSchema
    from components.flinksql import FlinkSession
    from components.sql_files import SqlFiles

TABLE = "create-table-product-vector"
INSERT = "insert-into-product-vector"
MODEL = "create-model-vector-embedding"
OFFSETS = "sql.tables.initial-offset-from"


async def no_failure() -> str | None:
    return None


class TestEmbeddingPipeline:
    @pytest.fixture
    def declare(
        self, settings: Settings, sql: SqlFiles, schema: RecordSchema, make_session: Callable[..., FlinkSession]
    ) -> Callable[..., Recorded]:
        def program(*, protect: bool, previous: Previous | None) -> None:
            session = make_session(previous=previous)
            model = EmbeddingModel("model", settings=settings, session=session, sql=sql)
            source = Source(table=schema.topic, columns=schema.fields, connector=schema.connector, failure=no_failure)
            EmbeddingPipeline(
                "pipeline",
                session=session,
                sql=sql,
                models=model.statements,
                sources=[source],
                connections={},
                protect=protect,
            )

        return lambda *, protect=False, preview=False, previous=None: record(
            lambda: program(protect=protect, previous=previous), preview=preview
        )

    @pytest.fixture(autouse=True)
    def no_flink(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def ask(*_: object) -> None: ...

        monkeypatch.setattr("components.flinksql.lifecycle.ask", ask)

    @pytest.fixture
    def recorded(self, declare: Callable[..., Recorded]) -> Recorded:
        return declare()

    def test_statements_are_the_files(self, recorded: Recorded, sql: SqlFiles) -> None:
        assert recorded[TABLE].inputs["statement"] == sql.tables[TABLE].text
        assert recorded[INSERT].inputs["statement"] == sql.inserts[INSERT].text

    def test_table_waits_neither_for_connector_nor_for_model(self, recorded: Recorded) -> None:
        assert not {MODEL, "model-connection"} & recorded[TABLE].depends_on

    def test_insert_comes_after_model_and_table(self, recorded: Recorded) -> None:
        assert {MODEL, TABLE} <= recorded[INSERT].depends_on

    def test_insert_goes_before_the_statements_it_is_built_on(self, recorded: Recorded) -> None:
        assert {MODEL, TABLE} <= recorded[INSERT].input_depends_on("statementName")

    @pytest.mark.parametrize("name", [TABLE, INSERT])
    def test_any_change_replaces_a_statement_and_the_old_one_goes_first(self, recorded: Recorded, name: str) -> None:
        request = recorded[name].request
        assert list(request.replaceOnChanges) == ["*"]
        assert request.deleteBeforeReplace
        assert (request.customTimeouts.create, request.customTimeouts.delete) == ("20m", "10m")

    def test_a_plain_destroy_meets_no_hook(self, recorded: Recorded) -> None:
        for item in recorded.registrations.values():
            hooks = item.request.hooks
            assert not [*hooks.before_delete, *hooks.after_delete], item.request.name

    def test_a_preview_asks_flink_about_every_statement(self, declare: Callable[..., Recorded]) -> None:
        hooks = declare(preview=True).hooks
        for name in (MODEL, TABLE, INSERT):
            check = hooks[f"check {name}"]
            assert isinstance(check, pulumi.ResourceHook)
            assert check.opts
            assert check.opts.on_dry_run
        assert not {name for name in declare().hooks if name.startswith("check ")}

    def after(self, recorded: Recorded, *missing: str, **phases: str) -> Previous:
        """Return what an `up` leaves that ended well: ``missing`` in the state, with ``phases`` in Flink by kind."""
        inputs = {name: recorded[name].inputs for name in (MODEL, TABLE, INSERT)}
        return Previous(
            statements={
                name: LastStatement(
                    name=made["statementName"],
                    text=made["statement"],
                    properties=made["properties"],
                    phase=phases.get(name.partition("-")[0]),
                )
                for name, made in inputs.items()
                if name not in missing
            },
            noted=frozenset(made["statementName"] for made in inputs.values()),
        )

    def test_unchanged_the_insert_is_as_it_was(self, declare: Callable[..., Recorded], recorded: Recorded) -> None:
        again = declare(previous=self.after(recorded, insert="RUNNING"))
        assert again[INSERT].inputs == recorded[INSERT].inputs
        assert again[INSERT].request.deleteBeforeReplace

    def test_a_forgotten_table_is_taken_as_it_is_and_the_insert_stays(
        self, declare: Callable[..., Recorded], recorded: Recorded, sql: SqlFiles
    ) -> None:
        again = declare(previous=self.after(recorded, TABLE, MODEL))
        assert again[TABLE].inputs == {**recorded[TABLE].inputs, "statement": sql.tables[TABLE].if_not_exists}
        assert again[MODEL].inputs == {**recorded[MODEL].inputs, "statement": sql.models[MODEL].if_not_exists}
        assert again[INSERT].inputs == recorded[INSERT].inputs
        assert declare(previous=self.after(again))[TABLE].inputs == again[TABLE].inputs

    def test_without_the_insert_nothing_proves_whose_the_table_is(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        assert declare(previous=self.after(recorded, TABLE, MODEL, INSERT))[TABLE].inputs == recorded[TABLE].inputs

    def edited(self, previous: Previous) -> Previous:
        """Return it as if the INSERT had had another text then."""
        insert = replace(previous.statements[INSERT], name="insert-0", text="INSERT INTO product_vector SELECT 1")
        return replace(previous, statements={**previous.statements, INSERT: insert})

    def test_edited_it_takes_over_from_the_one_that_runs(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        edited = declare(previous=self.edited(self.after(recorded)))
        assert edited[INSERT].inputs["properties"][OFFSETS] == "insert-0"
        assert not edited[INSERT].request.deleteBeforeReplace
        assert not edited[INSERT].request.ignoreChanges
        assert f"check {INSERT}" in edited.hooks
        assert edited[INSERT].inputs["statementName"].startswith(f"{recorded[INSERT].inputs['statementName']}-")

    def test_where_it_began_is_no_difference_afterwards(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        edited = declare(previous=self.edited(self.after(recorded)))
        again = declare(previous=self.after(edited))
        assert again[INSERT].inputs["statementName"] == edited[INSERT].inputs["statementName"]
        assert OFFSETS not in again[INSERT].inputs["properties"]
        assert list(again[INSERT].request.ignoreChanges) == [f'properties["{OFFSETS}"]']

    def test_one_that_failed_is_repaired_under_another_name(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        failed = recorded[INSERT].inputs["statementName"]
        repaired = declare(previous=self.after(recorded, insert="FAILED"))
        assert repaired[INSERT].inputs["properties"][OFFSETS] == failed
        assert repaired[INSERT].inputs["statementName"] != failed
        assert not repaired[INSERT].request.deleteBeforeReplace
        again = declare(previous=self.after(repaired, insert="RUNNING"))
        assert again[INSERT].inputs["statementName"] == repaired[INSERT].inputs["statementName"]

    def test_one_that_has_never_run_is_left_to_pulumi(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        previous = replace(self.after(recorded, insert="FAILED"), noted=frozenset())
        assert declare(previous=previous)[INSERT].inputs == recorded[INSERT].inputs

    def test_one_that_an_interrupted_up_deleted_leaves_no_offsets(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        previous = self.edited(self.after(recorded, insert="GONE"))
        assert OFFSETS not in declare(previous=previous)[INSERT].inputs["properties"]

    def test_another_table_is_filled_from_the_beginning(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        previous = self.edited(self.after(recorded))
        table = replace(previous.statements[TABLE], name="table-0", text="CREATE TABLE product_vector (a INT)")
        both = replace(previous, statements={**previous.statements, TABLE: table}, noted=frozenset({"table-0"}))
        assert OFFSETS not in declare(previous=both)[INSERT].inputs["properties"]

    def test_of_a_removed_file_is_said_what_stays(
        self, declare: Callable[..., Recorded], recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", said.append)
        previous = self.after(recorded)
        gone = LastStatement(name="t-1", text="CREATE TABLE gone (a INT)", properties={})
        insert = LastStatement(name="i-1", text="INSERT INTO gone SELECT 1", properties={})
        statements = {**previous.statements, "create-table-gone": gone, "insert-into-gone": insert}
        declare(previous=replace(previous, statements=statements))
        (sentence,) = said
        assert sentence == (
            "create-table-gone.sql is no longer declared: its statement is deleted, table gone stays; to remove that"
            " too, run ./pulumiw sql 'DROP TABLE IF EXISTS `gone`'."
        )

    def test_protect_protects_the_table_alone(self, declare: Callable[..., Recorded]) -> None:
        protected = declare(protect=True)
        assert protected[TABLE].request.protect
        assert not protected[INSERT].request.protect
