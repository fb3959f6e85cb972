"""``Neo4jSink``: Confluent's managed class over Neo4j's connector, of which the Cypher strategy is served.

Keys, values and defaults are those of the live API's answers (vdesabou/kafka-docker-playground, August 2026). What runs
is a task of the local cloud's own that takes the same keys.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from localcloud.control.connect.settings import BOOLEAN, Setting, invalid, missing, same
from localcloud.control.connect.sinks import LARGEST_INT, SinkClass, formats, only, topics_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STATEMENTS = "neo4j.cypher.topic.map"
_USERNAME, _PASSWORD = "neo4j.authentication.basic.username", "neo4j.authentication.basic.password"
_BATCH_TIMEOUT = "neo4j.batch-timeout"
_TIME = re.compile(r"\d{1,9}(?:ms|s|m|h|d)?")
_URI_PATTERN = re.compile(r"(?:neo4j|bolt)(?:\+s|\+ssc)?://[A-Za-z0-9.-]+(?::\d{1,5})?/?")
_URI_RULE = (
    "Invalid value for configuration neo4j.uri: give one address, as in neo4j+s://abc12.databases.neo4j.io or"
    " neo4j://127.0.0.1:7687, without a login."
)
_EXAMPLE = '{"product_vector": "MERGE (p:Product {product_id: __value.product_id}) SET p += __value"}'
_FORMATS = ("AVRO", "JSON_SR", "JSON")
_URI = same("neo4j.uri", is_required=True)


def _name(part: str) -> Setting:
    return same(f"neo4j.cypher.bind-{part}-as", f"__{part}")


_SETTINGS: Sequence[Setting] = (
    formats("input.data.format", "value.converter", *_FORMATS, "BYTES", default="JSON"),
    formats("input.key.format", "key.converter", *_FORMATS, "STRING", "BYTES", default="JSON"),
    _URI,
    same("neo4j.database"),
    same(
        "neo4j.authentication.type",
        "BASIC",
        choices=("BASIC", "NONE"),
        unserved=("KERBEROS", "BEARER", "CUSTOM"),
    ),
    same(_USERNAME),
    same(_PASSWORD, is_secret=True),
    same("neo4j.authentication.basic.realm"),
    same("neo4j.security.encrypted", "false", choices=BOOLEAN),
    same(
        "neo4j.security.trust-strategy",
        "TRUST_SYSTEM_CA_SIGNED_CERTIFICATES",
        choices=("TRUST_SYSTEM_CA_SIGNED_CERTIFICATES", "TRUST_ALL_CERTIFICATES"),
        unserved=("TRUST_CUSTOM_CA_SIGNED_CERTIFICATES",),
    ),
    same("neo4j.security.hostname-verification-enabled", "true", choices=BOOLEAN),
    same("neo4j.batch-size", "1000", bounds=(1, LARGEST_INT)),
    same(_BATCH_TIMEOUT, "0s"),
    same(_STATEMENTS, "{}"),
    _name("timestamp"),
    _name("header"),
    _name("key"),
    _name("value"),
    same("neo4j.cypher.bind-value-as-event", "true", choices=BOOLEAN),
    only("neo4j.pattern.topic.map", "{}"),
    only("neo4j.pattern.merge-node-properties", "false"),
    only("neo4j.pattern.merge-relationship-properties", "false"),
    *(only(f"neo4j.pattern.bind-{part}-as", f"__{part}") for part in ("timestamp", "header", "key", "value")),
    only("neo4j.cdc.source-id.label-name", "SourceEvent"),
    only("neo4j.cdc.source-id.property-name", "sourceId"),
)


def _errors(config: Mapping[str, str]) -> dict[str, list[str]]:
    """Find what is wrong between settings, and with the address, of which nothing is repeated: it may hold a login."""
    wrong: dict[str, list[str]] = {}
    uri = config.get("neo4j.uri", "").strip()
    if uri and not _URI_PATTERN.fullmatch(uri):
        wrong["neo4j.uri"] = [_URI_RULE]
    if config.get("neo4j.authentication.type", "BASIC") == "BASIC":
        wrong |= {key: [missing(key)] for key in (_USERNAME, _PASSWORD) if not config.get(key)}
    timeout = config.get(_BATCH_TIMEOUT, "").strip()
    if timeout and not _TIME.fullmatch(timeout):
        wrong[_BATCH_TIMEOUT] = [f"{invalid(_BATCH_TIMEOUT, timeout)}: write a number and ms, s, m, h or d, as in 30s."]
    mistake = _mistake_of_statements(config)
    return wrong | ({_STATEMENTS: [mistake]} if mistake else {})


def _mistake_of_statements(config: Mapping[str, str]) -> str | None:
    try:
        statements = json.loads(config.get(_STATEMENTS) or "{}")
    except ValueError:
        statements = None
    if not isinstance(statements, dict) or not all(isinstance(one, str) and one.strip() for one in statements.values()):
        return f"{_STATEMENTS} must be a JSON object of topics and Cypher statements, as in {_EXAMPLE}."
    topics = topics_of(config)
    without = [topic for topic in topics if topic not in statements]
    if without:
        return f"{_STATEMENTS} has no statement for the topic {without[0]}: add one, as in {_EXAMPLE}."
    more = [topic for topic in statements if topic not in topics]
    return f"{_STATEMENTS} has a statement for {more[0]}, which is not one of the topics: remove it." if more else None


def _own(_config: Mapping[str, str]) -> dict[str, str]:
    return {}


NEO4J_SINK = SinkClass(
    "Neo4jSink",
    "rag.connect.neo4j.Neo4jSinkConnector",
    _SETTINGS,
    check=_errors,
    translate=_own,
    host=_URI,
    plugin="neo4j",  # its client is only there for stacks with such a sink
)
