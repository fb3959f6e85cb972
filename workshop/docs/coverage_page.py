"""``docs/local-cloud-coverage.md``: the endpoints that the local cloud serves, generated from its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.routing import APIRoute

from localcloud.api.app import ROUTERS
from localcloud.api.console import router as console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# Endpoints with the right replies but less behind them than in the cloud.
SHALLOW = {
    ("GET", "/org/v2/organizations"): "there is one",
    ("GET", "/iam/v2/users"): "there is one, the owner of the first key",
    ("GET", "/fcpm/v2/regions"): "any region of the three clouds, all of them on this machine",
    ("POST", "/cmk/v2/clusters"): "every type is one broker; a type's limits are those of roles, not of throughput",
    ("POST", "/fcpm/v2/compute-pools"): "pools share one Flink; a running statement takes one CFU, never more",
    (
        "GET",
        "/connect/v1/environments/{environment_id}/clusters/{cluster_id}/connector-plugins",
    ): "`DatagenSource`, `MongoDbAtlasSink`, `ElasticsearchSinkV2` and `Neo4jSink`",
    (
        "POST",
        "/connect/v1/environments/{environment_id}/clusters/{cluster_id}/connectors",
    ): "`DatagenSource`, `MongoDbAtlasSink`, `ElasticsearchSinkV2`, `Neo4jSink` and sinks of custom plugins",
    ("POST", "/connect/v1/custom-connector-plugins"): "sinks alone; the class is not run before a connector uses it",
    (
        "POST",
        "/sql/v1/organizations/{organization_id}/environments/{environment_id}/statements",
    ): "what the SQL has is in [local-cloud-sql.md](local-cloud-sql.md)",
    ("GET", "/schema-registry/{registry_id}/associations/resources/{namespace}/{name}"): "none can be made",
    ("PUT", "/schema-registry/{registry_id}/mode"): "`READONLY` refuses new schemas; `IMPORT` is as `READWRITE`",
    ("PUT", "/schema-registry/{registry_id}/mode/{subject}"): "as above",
    (
        "POST",
        "/v1/embeddings",
    ): "wordllama answers for OpenAI's models (256 dimensions or fewer), `all-MiniLM-L6-v2` in 384; chat and Azure's "
    "addresses are answered 501",
}

# Confluent's services of which no endpoint is served: path prefixes, and what they are.
NOT_SERVED = {
    "/artifact/v1": "Flink artifacts (user-defined functions)",
    "/billing/v1": "costs",
    "/byok/v1": "own keys for encryption at rest",
    "/catalog/v1": "Stream Catalog",
    "/ccpm/v1": "versioned custom connector plugins",
    "/iam/v2/identity-providers": "single sign-on, OAuth",
    "/ksqldbcm/v2": "ksqlDB",
    "/networking/v1": "private networks",
    "/notifications/v1": "notifications",
    "/partner/v2": "partners",
    "/service-quota/v1": "quotas",
    "/sts/v1": "token exchange (OIDC)",
    "/tableflow/v1": "Tableflow",
    "/v2/metrics": "Metrics API",
}

# How a topic is a table: what is in it, what is done with it, and how deep that goes.
TOPICS_AS_TABLES = {
    "Avro `timestamp-*`, `local-timestamp-*`, `date`, `decimal` (bytes, fixed), `time-millis`, enum, uuid": (
        "read and written to the microsecond; a number that a column cannot hold fails the statement"
    ),
    "Avro `time-micros`": "BIGINT, as on Confluent Cloud",
    "`TINYINT`, `SMALLINT`, `CHAR`, `VARCHAR(n)`, `BINARY`, `VARBINARY(n)`, `MAP` and `MULTISET`, precisions": (
        "kept in Avro by Confluent's annotations (`connect.type`, `flink.maxLength`, `flink.precision`, `MapEntry`)"
    ),
    "comments of columns": "kept in the schema: Avro's `doc`, JSON Schema's `description`",
    "`SHOW CREATE TABLE`": "makes the same table again: buckets, `kafka.*` as the topic has it now, comments",
    "a topic without a DDL": "raw, atomic and registered keys, `key_` in front of names that key and value share, "
    "`value.fields-include` = `all` if the value repeats the key",
    "a compacted topic without a DDL": "`upsert`, with the key's columns as primary key",
    "`key.format` and `value.format` = `raw`, `key.fields-prefix`, `value.fields-include`": "served in `CREATE TABLE`",
    "Avro unions, also at the top": "a nullable field (or column) for each type, named by the type",
    "JSON Schema `oneOf`, `anyOf`, `allOf`, `$ref`, `$defs`, `nullable`, `enum`, `const`, lists of types, "
    "`additionalProperties`": "columns as Confluent's converter makes them: `connect_union_field_0` and so on",
    "schema references": "followed, in Avro and JSON Schema: several kinds of events in one topic",
    "Debezium's change events, Avro and JSON": "`*-debezium-registry`: `retract`, in a compacted topic `upsert`; "
    "INSERT is refused",
    "Protobuf": "refused by the Schema Registry in one sentence",
    "a schema of which no table can be made": "one sentence with the topic's name; SHOW TABLES and INFORMATION_SCHEMA "
    "list the others, and TABLES has the sentence as its comment",
    "`$rowtime`": "a column in every statement, also as `t.$rowtime`, also beside one of METADATA `timestamp`",
    "`GROUP BY TUMBLE(...)`, `HOP`, `SESSION`; `NOW()` in an updating query": "refused in Confluent's words",
}

_HEAD = """\
# What the local cloud serves

Written by `./pulumiw docs` from the routes in `localcloud/api/routers/` and the notes in
`workshop/docs/coverage_page.py`; a test compares them. An endpoint that is not here answers 501 with a sentence.

- **real**: it does what Confluent Cloud does, over real Kafka and Flink, with its roles enforced.
- **shallow**: it answers in the cloud's shape, with less behind it, as said.
"""


_CONSOLE = (
    "For the page at `/console/` alone, with its session ([console.md](console.md)); no part of Confluent's API.\n"
)
_TABLES = "All of it is real; [local-cloud-tables.md](local-cloud-tables.md) has the rules.\n"


def routes() -> Iterator[tuple[ModuleType, APIRoute, str]]:
    """Return every route with its module and method, in the order of the page."""
    for module in ROUTERS:
        for route in module.router.routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods or ()):
                    yield module, route, method


def _console_rows() -> Iterator[str]:
    for router in console.ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods or ()):
                    yield f"| `{method} {route.path}` | {_first_line(route.endpoint.__doc__)} |"


def render() -> str:
    """Return the page."""
    lines, last = [_HEAD], None
    for module, route, method in routes():
        if module is not last:
            lines += [
                f"\n## {_first_line(module.__doc__).removesuffix('.')}\n",
                "| endpoint | what it does | depth |",
                "|---|---|---|",
            ]
            last = module
        note = SHALLOW.get((method, route.path))
        depth = f"shallow: {note}" if note else "real"
        lines.append(f"| `{method} {route.path}` | {_first_line(route.endpoint.__doc__)} | {depth} |")
    lines += ["\n## The console\n", _CONSOLE, "| endpoint | what it does |", "|---|---|", *_console_rows()]
    lines += ["\n## Topics as tables\n", _TABLES, "| what | how it is served |", "|---|---|"]
    lines += [f"| {what} | {how} |" for what, how in TOPICS_AS_TABLES.items()]
    lines += ["\n## Not served\n", "| paths that begin with | what it is |", "|---|---|"]
    lines += [f"| `{prefix}` | {what} |" for prefix, what in NOT_SERVED.items()]
    return "\n".join(lines) + "\n"


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().splitlines()[0].replace("``", "`")
