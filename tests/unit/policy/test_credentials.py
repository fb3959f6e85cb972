from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from guardrails.connector_credentials import CONNECTOR_CREDENTIALS
from guardrails.kinds import CONNECTOR, STATEMENT
from guardrails.sql_credentials import SQL_CREDENTIALS

from tests.support.judge import UNKNOWN, judged
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

# Put together here, so that scanners of this repository do not take them for real ones.
OPENAI = "sk-" + "proj-a1B2c3D4e5F6g7H8i9J0"
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
SHAPES = {
    "an OpenAI or Anthropic key": OPENAI,
    "an AWS access key": AWS,
    "a password in a URL": "mongodb+srv://store:" + "hunter2@cluster0.example.net",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a Google API key": "AIza" + "Sy" + "a" * 33,
    "a GitHub token": "ghp_" + "a" * 36,
    "a Confluent API secret": "cflt" + "a1B2/+" * 10,
    "a JSON web token": "eyJhbGciOiJI.eyJzdWIiOiIx.c2ln".replace("I.e", "IUzI1.e"),
    "a password in JAAS": "PlainLoginModule required username='u' password=" + "'p';",
}


def statement(sql: str, **properties: str) -> list[str]:
    return judged(SQL_CREDENTIALS, STATEMENT, {"statement": sql, "properties": properties}, name="model")


def connector(settings: dict[str, Any]) -> list[str]:
    return judged(CONNECTOR_CREDENTIALS, CONNECTOR, {"configNonsensitive": settings}, name="source")


class TestSql:
    @pytest.mark.parametrize("key", ["openai.api_key", "OPENAI.API-KEY", "mongodb.password", "client.secret"])
    def test_an_option_that_holds_one_is_refused(self, key: str) -> None:
        (said,) = statement(f"CREATE MODEL m WITH (\n  'task' = 'embedding',\n  '{key}' = 'hunter2'\n)")
        assert said == (
            f"The SQL of model sets '{key}' to a literal on line 3: put it into a FlinkConnection, from a secret of "
            "the stack's configuration."
        )

    @pytest.mark.parametrize(("what", "value"), SHAPES.items())
    def test_a_literal_that_looks_like_one_is_refused(self, what: str, value: str) -> None:
        (said,) = statement(f'SELECT 1;\nSELECT "{value}"')
        assert f"contains {what} on line 2" in said
        assert value not in said

    def test_it_is_told_once(self) -> None:
        assert len(statement(f"CREATE MODEL m WITH ('openai.api_key' = '{OPENAI}')")) == 1

    @pytest.mark.parametrize("file", sorted((PROJECT / "sql").glob("*.sql")), ids=lambda file: str(file.name))
    def test_the_projects_own_statements_pass(self, file: Path) -> None:
        assert statement(file.read_text()) == []

    def test_plain_properties(self) -> None:
        (said,) = statement("SELECT 1", **{"sql.secrets.openai.key": OPENAI})
        assert said == (
            "The property sql.secrets.openai.key of model contains an OpenAI or Anthropic key: set it in "
            "`propertiesSensitive`."
        )
        assert statement("SELECT 1", **{"sql.current-catalog": "env-1", "sql.current-database": UNKNOWN}) == []


class TestConnectors:
    @pytest.mark.parametrize(
        "key",
        [
            "kafka.api.key",
            "kafka.api.secret",
            "connection.password",
            "aws.secret.access.key",
            "aws.access.key.id",
            "gcp.credentials.json",
            "sasl.jaas.config",
            "azure.account.key",
            "auth_token",
        ],
    )
    def test_a_setting_that_holds_one_is_refused(self, key: str) -> None:
        (said,) = connector({key: "hunter2"})
        assert said == (
            f"source has a credential in the plain setting {key}: set it in `configSensitive`, "
            "or let the connector run as a service account."
        )

    @pytest.mark.parametrize(("what", "value"), SHAPES.items())
    def test_a_value_that_looks_like_one_is_refused(self, what: str, value: str) -> None:
        (said,) = connector({"connection.uri": value})
        assert f"source has {what} in the plain setting connection.uri" in said
        assert value not in said

    def test_others_pass(self) -> None:
        schema = (PROJECT / "schemas" / "product-updates.avsc").read_text()
        plain = {
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": UNKNOWN,
            "schema.string": schema,
            "transforms.castPrice.spec": "price:float64",
            "connection.host": "https://cluster0.example.net:443/path@1",
            "key.converter": "StringConverter",
            "oauth.token.endpoint": "https://login.example.net/token",
            "kafka.api.key": "",
        }
        assert connector(plain) == []
