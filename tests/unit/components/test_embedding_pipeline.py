from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi
import pytest

from components.embedding_model import EmbeddingModel, EmbeddingModelProps
from components.embedding_pipeline import EmbeddingPipeline, EmbeddingPipelineProps
from components.last_up import LastStatement, LastUp
from components.source import Source
from tests.unit.components.recorded_program import Recorded, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.flink_session import FlinkSession
    from components.settings import Settings
    from components.sql_files import PipelineSql

TABLE = "create-table-product-vector"
INSERT = "insert-into-product-vector"
MODEL = "create-model-vector-embedding"


class Connector(pulumi.CustomResource):
    """Stands for whatever fills the source."""

    def __init__(self) -> None:
        super().__init__("test:index:Connector", "connector")


class TestEmbeddingPipeline:
    @pytest.fixture
    def declare(
        self, settings: Settings, sql: PipelineSql, make_session: Callable[..., FlinkSession]
    ) -> Callable[..., Recorded]:
        def program(*, protect: bool, last_up: LastUp | None) -> None:
            session = make_session(last_up=last_up)
            model = EmbeddingModel("model", EmbeddingModelProps(settings=settings, session=session, sql=sql))
            props = EmbeddingPipelineProps(
                session=session,
                sql=sql,
                source=Source(table="product-updates", columns=("size",), connector="Datagen"),
                model=model.statement,
                connector=Connector(),
                protect=protect,
            )
            EmbeddingPipeline("pipeline", props)

        return lambda *, protect=False, preview=False, last_up=None: record(
            lambda: program(protect=protect, last_up=last_up), preview=preview
        )

    @pytest.fixture
    def recorded(self, declare: Callable[..., Recorded]) -> Recorded:
        return declare()

    def test_statements_are_the_files(self, recorded: Recorded, sql: PipelineSql) -> None:
        assert recorded[TABLE].inputs["statement"] == sql.table.text
        assert recorded[INSERT].inputs["statement"] == sql.insert.text

    def test_table_waits_neither_for_connector_nor_for_model(self, recorded: Recorded) -> None:
        assert not {"connector", MODEL, "model-connection"} & recorded[TABLE].depends_on

    def test_insert_comes_after_connector_model_and_table(self, recorded: Recorded) -> None:
        assert {"connector", MODEL, TABLE} <= recorded[INSERT].depends_on

    def test_insert_goes_before_the_statements_it_is_built_on(self, recorded: Recorded) -> None:
        assert {MODEL, TABLE} <= recorded[INSERT].input_depends_on("statementName")
        assert "connector" not in recorded[INSERT].input_depends_on("statementName")

    @pytest.mark.parametrize("name", [TABLE, INSERT])
    def test_any_change_replaces_a_statement_and_the_old_one_goes_first(self, recorded: Recorded, name: str) -> None:
        request = recorded[name].request
        assert list(request.replaceOnChanges) == ["*"]
        assert request.deleteBeforeReplace
        assert (request.customTimeouts.create, request.customTimeouts.delete) == ("10m", "10m")

    def test_table_is_dropped_with_its_statement(self, recorded: Recorded) -> None:
        assert list(recorded[TABLE].request.hooks.before_delete) == [f"drop what was made by {TABLE}"]
        assert list(recorded[INSERT].request.hooks.before_delete) == [f"hand over from {INSERT}"]

    def test_insert_asks_its_model_and_waits_for_its_source(self, recorded: Recorded) -> None:
        before = list(recorded[INSERT].request.hooks.before_create)
        assert before == [
            f"{action} {INSERT}" for action in ("clear the way for", "wait for the models of", "wait for the source of")
        ]

    def test_a_preview_asks_flink_about_every_statement(self, declare: Callable[..., Recorded]) -> None:
        hooks = declare(preview=True).hooks
        for name in (MODEL, TABLE, INSERT):
            check = hooks[f"check {name}"]
            assert isinstance(check, pulumi.ResourceHook)
            assert check.opts
            assert check.opts.on_dry_run
        assert not {name for name in declare().hooks if name.startswith("check ")}

    def after(self, recorded: Recorded) -> LastUp:
        """Return the state that ``recorded`` leaves."""
        inputs = {name: recorded[name].inputs for name in (MODEL, TABLE, INSERT)}
        return LastUp(
            statements={
                name: LastStatement(name=made["statementName"], text=made["statement"], properties=made["properties"])
                for name, made in inputs.items()
            }
        )

    def test_unchanged_the_insert_is_as_it_was(self, declare: Callable[..., Recorded], recorded: Recorded) -> None:
        again = declare(last_up=self.after(recorded))
        assert again[INSERT].inputs == recorded[INSERT].inputs
        assert again[INSERT].request.deleteBeforeReplace

    def test_a_forgotten_table_is_taken_as_it_is_and_the_insert_stays(
        self, declare: Callable[..., Recorded], recorded: Recorded, sql: PipelineSql
    ) -> None:
        last = self.after(recorded)
        names = frozenset({last.statements[TABLE].name, last.statements[MODEL].name})
        refreshed = LastUp(statements={INSERT: last.statements[INSERT]}, forgotten=names)
        again = declare(last_up=refreshed)
        assert again[TABLE].inputs == {**recorded[TABLE].inputs, "statement": sql.table.if_not_exists}
        assert again[MODEL].inputs == {**recorded[MODEL].inputs, "statement": sql.model.if_not_exists}
        assert again[INSERT].inputs == recorded[INSERT].inputs
        assert declare(last_up=self.after(again))[TABLE].inputs == again[TABLE].inputs

    def test_edited_it_takes_over_from_the_one_that_runs(
        self, declare: Callable[..., Recorded], recorded: Recorded
    ) -> None:
        last = self.after(recorded)
        insert = replace(last.statements[INSERT], name="insert-0", text="INSERT INTO product_vector SELECT 1")
        edited = declare(last_up=replace(last, statements={**last.statements, INSERT: insert}))
        assert edited[INSERT].inputs["properties"]["sql.tables.initial-offset-from"] == "insert-0"
        assert not edited[INSERT].request.deleteBeforeReplace
        assert f"check {INSERT}" in edited.hooks
        assert edited[INSERT].inputs["statementName"] == recorded[INSERT].inputs["statementName"]

    def test_protect_protects_the_table_alone(self, declare: Callable[..., Recorded]) -> None:
        protected = declare(protect=True)
        assert protected[TABLE].request.protect
        assert not protected[INSERT].request.protect
