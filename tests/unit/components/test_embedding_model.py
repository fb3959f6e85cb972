from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pulumi.runtime import rpc

from components.embedding_model import EmbeddingModel
from tests.support.recorded_program import Recorded, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.config.settings import Settings
    from components.flinksql import FlinkSession
    from components.sql_files import SqlFiles

STATEMENT = "create-model-vector-embedding"


class TestEmbeddingModel:
    @pytest.fixture
    def recorded(self, settings: Settings, sql: SqlFiles, make_session: Callable[[], FlinkSession]) -> Recorded:
        def program() -> None:
            EmbeddingModel("model", settings=settings, session=make_session(), sql=sql)

        return record(program)

    def test_connection(self, recorded: Recorded) -> None:
        assert recorded["model-connection"].inputs == {
            "displayName": "openai-embedding-connection",
            "type": "OPENAI",
            "endpoint": "https://api.openai.com/v1/embeddings",
            "apiKey": "openai-secret",
        }

    def test_connection_keeps_its_key_secret(self, recorded: Recorded) -> None:
        assert recorded["model-connection"].secrets == {"apiKey"}
        assert "apiKey" in recorded["model-connection"].request.additionalSecretOutputs

    def test_connection_is_replaced_for_what_flink_cannot_edit(self, recorded: Recorded) -> None:
        request = recorded["model-connection"].request
        assert set(request.replaceOnChanges) == {"displayName", "type", "endpoint"}
        assert request.deleteBeforeReplace

    def test_connection_waits_until_the_key_is_let_in(self, recorded: Recorded) -> None:
        hooks = recorded["model-connection"].request.hooks
        assert list(hooks.before_create) == ["wait for the key of model-connection"]
        assert list(hooks.on_error) == ["wait for the rights of model-connection"]

    def test_connection_waits_for_no_right_on_data(self, recorded: Recorded) -> None:
        edges = recorded["model-connection"].depends_on
        assert not {name for name in edges if "topic" in name or "subject" in name}

    def test_what_it_calls_its_provider_with_is_noted_for_the_next_up_and_secret(self, recorded: Recorded) -> None:
        assert recorded.component_outputs["model"]["connectionName"] == "openai-embedding-connection"
        assert rpc.is_rpc_secret(recorded.component_outputs["model"]["answeredWith"])

    def test_statement_is_the_file_s(self, recorded: Recorded, sql: SqlFiles) -> None:
        assert recorded[STATEMENT].inputs["statement"] == sql.models[STATEMENT].text
        assert recorded[STATEMENT].inputs["properties"] == {
            "sql.current-catalog": "env-1",
            "sql.current-database": "embeddings-x",
        }

    def test_statement_goes_when_the_connection_goes(self, recorded: Recorded) -> None:
        assert "model-connection" in recorded[STATEMENT].input_depends_on("statementName")

    def test_statement_is_made_with_the_flink_settings_after_every_right(self, recorded: Recorded) -> None:
        assert recorded[STATEMENT].provider == "flink-aws-us-east-1"
        rights = {name for name in recorded.of_type("RoleBinding") if not name.startswith("datagen-")}
        assert rights <= recorded[STATEMENT].depends_on

    def test_statement_is_prepared_and_retried(self, recorded: Recorded) -> None:
        hooks = recorded[STATEMENT].request.hooks
        assert list(hooks.before_create) == [f"prepare {STATEMENT}"]
        assert list(hooks.on_error) == [f"retry {STATEMENT}"]
