"""``MongoDbAtlasSink``: Confluent's managed class over MongoDB's own connector.

Keys, values, defaults and their translation are those of Confluent's public template of the class
(confluentinc/connect-migration-utility). That has ``mongodb+srv://`` alone; what it does not have is
``mongodb.instance.type`` (from the live API) and the address of a server with a port, which DNS has no SRV record of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from localcloud.control.connect.settings import BOOLEAN, Setting, missing, same
from localcloud.control.connect.sinks import LARGEST_INT, LARGEST_LONG, SinkClass, formats, only

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SINK = "com.mongodb.kafka.connect.sink"
_IDS = (
    "BsonOidStrategy",
    "KafkaMetaDataStrategy",
    "FullKeyStrategy",
    "ProvidedInKeyStrategy",
    "ProvidedInValueStrategy",
    "PartialKeyStrategy",
    "PartialValueStrategy",
    "UuidStrategy",
)
_WRITES = (
    "DefaultWriteModelStrategy",
    "InsertOneDefaultStrategy",
    "ReplaceOneDefaultStrategy",
    "ReplaceOneBusinessKeyStrategy",
    "DeleteOneDefaultStrategy",
    "UpdateOneTimestampsStrategy",
    "UpdateOneBusinessKeyTimestampStrategy",
    "UpdateOneDefaultStrategy",
)
_DELETES = ("DeleteOneDefaultStrategy", "DeleteOneBusinessKeyStrategy")
_CDC = {
    "MongoDbChangeStreamHandler": "mongodb.ChangeStreamHandler",
    "DebeziumMongoDbHandler": "debezium.mongodb.MongoDbHandler",
    "DebeziumMySqlHandler": "debezium.rdbms.mysql.MysqlHandler",
    "DebeziumPostgresHandler": "debezium.rdbms.postgres.PostgresHandler",
    "QlikRdbmsHandler": "qlik.rdbms.RdbmsHandler",
}
_MAPPERS = ("DefaultNamespaceMapper", "FieldPathNamespaceMapper")
_PROJECTIONS = ("none", "allowlist", "blocklist")
_DATE_FORMAT = (
    "yyyy-MM-dd[['T'][ ]][HH:mm:ss[[.][SSSSSS][SSS]][ ]VV[ ]'['VV']'][HH:mm:ss[[.][SSSSSS][SSS]][ ]X]"
    "[HH:mm:ss[[.][SSSSSS][SSS]]]"
)
_HOST_RULE = (
    "Invalid value for configuration connection.host: give the host alone, as in cluster0.abc12.mongodb.net or"
    " 127.0.0.1:27017, without mongodb+srv:// and without a login."
)
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?(?:,[A-Za-z0-9.-]+(?::\d{1,5})?)*")


def _classes(package: str, names: Sequence[str]) -> dict[str, str]:
    return {name: f"{_SINK}.{package}.{name}" for name in names}


def _flag(name: str, default: str = "false") -> Setting:
    return same(name, default, choices=BOOLEAN)


def _number(name: str, default: str, highest: int = LARGEST_INT) -> Setting:
    return same(name, default, bounds=(0, highest))


_CONNECTION_HOST = Setting(name="connection.host", is_required=True)
_SETTINGS: Sequence[Setting] = (
    formats("input.data.format", "value.converter", "AVRO", "JSON_SR", "JSON", "STRING", "BSON", default="JSON"),
    formats("input.key.format", "key.converter", "AVRO", "BYTES", "JSON", "JSON_SR", "STRING", default="STRING"),
    Setting(name="mongodb.instance.type", default="MONGODB_ATLAS", choices=("MONGODB_ATLAS", "MONGODB_SELF_MANAGED")),
    Setting(
        name="mongodb.auth.mechanism", default="SCRAM-SHA-256", choices=("SCRAM-SHA-256",), unserved=("MONGODB-X509",)
    ),
    _CONNECTION_HOST,
    Setting(name="connection.user", is_required=True),
    Setting(name="connection.password", is_required=True, is_secret=True),
    same("database", is_required=True),
    same("collection"),
    Setting(
        name="doc.id.strategy",
        default="BsonOidStrategy",
        choices=_IDS,
        own="document.id.strategy",
        own_values=_classes("processor.id.strategy", _IDS),
    ),
    Setting(
        name="doc.id.strategy.overwrite.existing",
        default="false",
        choices=BOOLEAN,
        own="document.id.strategy.overwrite.existing",
    ),
    same(
        "document.id.strategy.uuid.format",
        "string",
        choices=("string", "binary", "String", "Binary"),
        own_values={"String": "string", "Binary": "binary"},
    ),
    same("key.projection.type", "none", choices=_PROJECTIONS),
    same("key.projection.list"),
    same("value.projection.type", "none", choices=_PROJECTIONS),
    same("value.projection.list"),
    Setting(
        name="write.strategy",
        default="DefaultWriteModelStrategy",
        choices=_WRITES,
        own="writemodel.strategy",
        own_values=_classes("writemodel.strategy", _WRITES),
    ),
    Setting(
        name="delete.write.strategy",
        default="DeleteOneDefaultStrategy",
        choices=_DELETES,
        own="delete.writemodel.strategy",
        own_values=_classes("writemodel.strategy", _DELETES),
    ),
    _flag("delete.on.null.values"),
    _number("max.batch.size", "0"),
    _flag("bulk.write.ordered", "true"),
    _number("rate.limiting.timeout", "0"),
    _number("rate.limiting.every.n", "0"),
    _number("max.num.retries", "3"),
    _number("retries.defer.timeout", "5000"),
    same("mongo.errors.tolerance", "NONE", choices=("NONE", "ALL"), own_values={"NONE": "none", "ALL": "all"}),
    Setting(
        name="cdc.handler",
        default="None",
        choices=("None", *_CDC),
        own="change.data.capture.handler",
        own_values={"None": ""} | {name: f"{_SINK}.cdc.{handler}" for name, handler in _CDC.items()},
    ),
    Setting(
        name="namespace.mapper.class",
        default="DefaultNamespaceMapper",
        choices=_MAPPERS,
        own="namespace.mapper",
        own_values=_classes("namespace.mapping", _MAPPERS),
    ),
    same("namespace.mapper.key.database.field"),
    same("namespace.mapper.key.collection.field"),
    same("namespace.mapper.value.database.field"),
    same("namespace.mapper.value.collection.field"),
    _flag("namespace.mapper.error.if.invalid"),
    same("timeseries.timefield"),
    _flag("timeseries.timefield.auto.convert"),
    same("timeseries.timefield.auto.convert.date.format", _DATE_FORMAT),
    same("timeseries.timefield.auto.convert.locale.language.tag", "en"),
    same("timeseries.metafield"),
    _number("timeseries.expire.after.seconds", "0", LARGEST_LONG),
    Setting(
        name="ts.granularity",
        default="None",
        choices=("None", "seconds", "minutes", "hours"),
        own="timeseries.granularity",
        own_values={"None": ""},
    ),
    same("server.api.version", choices=("1",)),
    _flag("server.api.deprecation.errors"),
    _flag("server.api.strict"),
    same("field.renamer.mapping"),
    only("topic.override.map", "{}"),
)


def _errors(config: Mapping[str, str]) -> dict[str, list[str]]:
    """Find what is wrong between settings, and with the address, of which nothing is repeated: it may hold a login."""
    wrong: dict[str, list[str]] = {}
    host = config.get("connection.host", "").strip()
    if host and not _HOST.fullmatch(host):
        wrong["connection.host"] = [_HOST_RULE]
    if "\\" in config.get("connection.password", ""):
        wrong["connection.password"] = ["The connector takes no password with a backslash: set another one."]
    for part in ("key", "value"):
        strategy, kind, fields = f"Partial{part.title()}Strategy", f"{part}.projection.type", f"{part}.projection.list"
        projects = config.get(kind, "none") != "none"
        if config.get("doc.id.strategy") == strategy and not projects:
            wrong[kind] = [
                f"{strategy} makes the id of some fields: set {kind} to allowlist and name them in {fields}."
            ]
        elif projects and not config.get(fields, "").strip():
            wrong[fields] = [missing(fields)]
    return wrong


def _own(config: Mapping[str, str]) -> dict[str, str]:
    host, user = config["connection.host"].strip(), config["connection.user"].strip()
    login = f"{quote(user, safe='')}:{quote(config['connection.password'], safe='')}"
    is_self_managed = config.get("mongodb.instance.type") == "MONGODB_SELF_MANAGED"
    if ":" in host or is_self_managed:
        uri = f"mongodb://{login}@{host}/?authMechanism=SCRAM-SHA-256"
    else:
        uri = f"mongodb+srv://{login}@{host}"
    made = {"connection.uri": uri}
    # The template names the projections alone; the connector's id strategies read them under these keys.
    for part in ("key", "value"):
        if config.get(f"{part}.projection.type", "none") != "none":
            own = f"document.id.strategy.partial.{part}.projection"
            made[f"{own}.type"] = config[f"{part}.projection.type"]
            made[f"{own}.list"] = config[f"{part}.projection.list"]
    return made


MONGODB_ATLAS_SINK = SinkClass(
    "MongoDbAtlasSink",
    "com.mongodb.kafka.connect.MongoSinkConnector",
    _SETTINGS,
    check=_errors,
    translate=_own,
    host=_CONNECTION_HOST,
)
