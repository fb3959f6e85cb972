"""Connections in SQL, and a model that uses one: `CREATE CONNECTION` to vector without a call of another API."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from localcloud.credentials import Credentials

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration


def test_from_connection_to_vector(cloud: LocalCloud) -> None:
    endpoint = f"{cloud.endpoint}/v1/embeddings"
    wrong, right = f"wrong-{secrets.token_hex(16)}", Credentials.load_or_make(cloud.state).openai_api_key
    made = cloud.post(
        "CREATE CONNECTION `from-sql` COMMENT 'mine'"
        f" WITH ('type' = 'OpenAI', 'endpoint' = '{endpoint}', 'api-key' = '{wrong}')"
    )
    assert made.until("COMPLETED")["traits"]["sql_kind"] == "CREATE_CONNECTION"
    cloud.run(
        "CREATE MODEL from_sql INPUT (a STRING) OUTPUT (v ARRAY<FLOAT>)"
        " WITH ('task' = 'embedding', 'provider' = 'openai', 'openai.connection' = 'from-sql')"
    )
    embed = "SELECT CARDINALITY(v) FROM (VALUES ('red shoes')) AS t (a), LATERAL TABLE(AI_EMBEDDING('from_sql', a{}))"
    assert "answered 401" in cloud.refusal(embed.format(", MAP['retry_count', 0]"))
    cloud.run(f"ALTER CONNECTION `from-sql` SET ('api-key' = '{right}')")
    assert cloud.query(embed.format("")) == [["256"]]
    assert cloud.query(embed.format(", MAP['async_enabled', false, 'debug', 'true']")) == [["256"]]

    shown = [
        cloud.query("SHOW CONNECTIONS LIKE 'from%'"),
        cloud.query("SHOW CONNECTIONS NOT LIKE 'from%'"),
        cloud.query("DESCRIBE CONNECTION `from-sql`"),
        cloud.query("DESC CONNECTION lab.shop.`from-sql`"),
    ]
    described = ["from-sql", "OPENAI", endpoint, "mine"]
    assert shown == [[["from-sql"]], [], [described], [described]]
    ran = cloud.post("DESCRIBE CONNECTION `from-sql`")
    columns = ran.until("COMPLETED")["traits"]["schema"]["columns"]
    assert [column["name"] for column in columns] == ["Name", "Type", "Endpoint", "Comment"]
    listed = str(cloud.call("GET", cloud.statements))
    assert wrong not in listed
    assert right not in listed

    cloud.run("DROP CONNECTION `from-sql`")
    assert cloud.query("SHOW CONNECTIONS LIKE 'from%'") == []
    assert "does not exist" in cloud.refusal(embed.format(""))
    cloud.run("DROP MODEL from_sql")
