"""A pipeline in a cloud over a data plane in memory, as the stack's program makes it."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.interface import KafkaRecord
from tests.unit.localcloud.conftest import BASE, datagen_config, statement_body
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local

SECRET = "hunter2-is-the-password"
SINK = {
    "connector.class": "MongoDbAtlasSink",
    "name": "sink-mongodb",
    "kafka.auth.mode": "SERVICE_ACCOUNT",
    "topics": "product_vector",
    "tasks.max": "1",
    "connection.host": "127.0.0.1:19017",
    "connection.user": "u",
    "connection.password": SECRET,
    "database": "d",
    "collection": "c",
    "input.data.format": "JSON_SR",
}


@dataclass
class Pipeline:
    """Ids of what was made."""

    local: Local
    environment: str
    cluster: str
    account: str

    def put(self, *texts: str, model: str = "m") -> None:
        """Have a record of each text in the table, its vector by that model."""
        local = self.local
        registered = local.plane.registry.register(
            local.registry(self.environment), "product_vector-value", "{}", "JSON"
        )
        kept = local.plane.kafka.kept.setdefault((self.cluster, "product_vector"), [])
        for text in texts:
            vectors, _ = local.cloud.embeddings.embed(model, [text], None)
            value = json.dumps({"content": text, "vector": [float(number) for number in vectors[0]]}).encode()
            data = struct.pack(">bI", 0, registered.id) + value
            at = len(kept)
            kept.append(KafkaRecord(partition=0, offset=at, timestamp=at, key=None, value=data))


def pipeline(local: Local, endpoint: str = f"{BASE}/v1/embeddings", model: str = "m") -> Pipeline:
    """Make source, topics, model, table, INSERT and a sink."""
    env = local.environment()
    cluster, pool, account = local.cluster(env), local.pool(env), local.account()
    for name in ("product-updates", "product_vector"):
        local.call("POST", f"/kafka/v3/clusters/{cluster}/topics", {"topic_name": name}, status=201)
    local.grant(account, "FlinkDeveloper", f"environment={env}")
    connect = f"/connect/v1/environments/{env}/clusters/{cluster}/connectors"
    sink = {**SINK, "kafka.service.account.id": account}
    local.call("POST", connect, {"name": "datagen", "config": datagen_config(account)}, status=201)
    local.call("POST", connect, {"name": "sink-mongodb", "config": sink}, status=201)
    spec: dict[str, Any] = {"connection_type": "OPENAI", "endpoint": endpoint}
    spec["auth_data"] = {"kind": "PlaintextProvider", "data": json.dumps({"API_KEY": f"sk-{SECRET}"})}
    local.call(
        "POST", f"{local.sql(env)}/connections", {"name": "openai-embedding-connection", "spec": spec}, status=201
    )
    for name in ("create-model-vector-embedding", "create-table-product-vector", "insert-into-product-vector"):
        sql = (PROJECT / "sql" / f"{name}.sql").read_text()
        sql = sql.replace("'OPENAI.CONNECTION'", f"'OPENAI.MODEL_VERSION' = '{model}', 'OPENAI.CONNECTION'")
        local.call("POST", f"{local.sql(env)}/statements", statement_body(name, sql, pool), status=201)
    return Pipeline(local, env, cluster, account)
