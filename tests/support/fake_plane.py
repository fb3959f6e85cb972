"""A data plane in memory: enough of each part to drive the control plane through it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.dataplane.interface import (
    ConflictError,
    ConnectorState,
    ConnectorStatus,
    DataPlane,
    DataPlaneError,
    Embedded,
    InvalidError,
    KafkaRecord,
    NotFoundError,
    ResultPage,
    SchemaVersion,
    StatementPhase,
    StatementStatus,
    TopicInfo,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from localcloud.dataplane.interface import (
        AclRule,
        ApiKeyGrant,
        ConnectorSpec,
        FlinkEnvironment,
        NewRecord,
        ProcessInfo,
        StatementSpec,
    )


class FakeKafka:
    """Brokers. ``refusing``: why none starts; ``gate``: closed, a start waits until it is opened."""

    def __init__(self) -> None:
        self.running: dict[str, str] = {}
        self.data: dict[str, dict[str, TopicInfo]] = {}
        self.grants: dict[str, list[ApiKeyGrant]] = {}
        self.rules: dict[str, set[AclRule]] = {}
        self.kept: dict[tuple[str, str], list[KafkaRecord]] = {}
        self.refusing = ""
        self.starting: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()

    def start(self, cluster_id: str) -> str:
        self.starting.add(cluster_id)
        self.gate.wait(10)
        if self.refusing:
            raise DataPlaneError(self.refusing)
        self.data.setdefault(cluster_id, {})
        return self.running.setdefault(cluster_id, f"127.0.0.1:{29000 + len(self.running)}")

    def stop(self, cluster_id: str) -> None:
        self.running.pop(cluster_id, None)

    def delete(self, cluster_id: str) -> None:
        self.stop(cluster_id)
        self.data.pop(cluster_id, None)

    def grant(self, cluster_id: str, keys: Sequence[ApiKeyGrant]) -> None:
        self.grants[cluster_id] = list(keys)

    def authorize(self, cluster_id: str, rules: Collection[AclRule]) -> None:
        self.rules[cluster_id] = set(rules)

    def topics(self, cluster_id: str) -> list[TopicInfo]:
        return [replace(topic, configs={}) for _, topic in sorted(self.data[cluster_id].items())]

    def topic(self, cluster_id: str, name: str) -> TopicInfo:
        try:
            return replace(self.data[cluster_id][name], defaults={"retention.ms": "604800000"})
        except KeyError:
            raise NotFoundError(f"Topic {name!r} does not exist.") from None

    def create_topic(self, cluster_id: str, topic: TopicInfo) -> None:
        if topic.name in self.data[cluster_id]:
            raise ConflictError(f"Topic {topic.name!r} exists.")
        if topic.partitions < 1:
            raise InvalidError("Number of partitions must be larger than 0.")
        self.data[cluster_id][topic.name] = topic

    def alter_topic(
        self,
        cluster_id: str,
        name: str,
        *,
        partitions: int | None = None,
        configs: Mapping[str, str | None] | None = None,
    ) -> None:
        old = self.topic(cluster_id, name)
        if partitions is not None and partitions < old.partitions:
            raise InvalidError("The number of partitions can only grow.")
        merged = {**old.configs, **(configs or {})}
        kept = {key: value for key, value in merged.items() if value is not None}
        self.data[cluster_id][name] = TopicInfo(name=name, partitions=partitions or old.partitions, configs=kept)

    def delete_topic(self, cluster_id: str, name: str) -> None:
        del self.data[cluster_id][name]

    def high_watermarks(self, cluster_id: str, name: str) -> dict[int, int]:
        return dict.fromkeys(range(self.topic(cluster_id, name).partitions), 7)

    def records(self, cluster_id: str) -> dict[str, dict[int, int]]:
        return {name: dict.fromkeys(range(topic.partitions), 6) for name, topic in self.data[cluster_id].items()}

    def end_offsets(self, cluster_id: str) -> dict[str, dict[int, int]]:
        return {name: self.high_watermarks(cluster_id, name) for name in self.data[cluster_id]}

    def lag(self, cluster_id: str, group: str) -> int | None:
        assert cluster_id in self.data
        return len(group)

    def write(self, cluster_id: str, name: str, record: NewRecord) -> KafkaRecord:
        partition = record.partition or 0
        if partition >= self.topic(cluster_id, name).partitions:
            raise InvalidError("The record cannot be written: the topic has no such partition.")
        kept = self.kept.setdefault((cluster_id, name), [])
        kept.append(
            KafkaRecord(
                partition=partition,
                offset=len(kept),
                timestamp=record.timestamp or 1_700_000_000_000,
                key=record.key,
                value=record.value,
            )
        )
        return kept[-1]

    def reader(self, cluster_id: str, name: str, newest: int) -> FakeReader:
        assert newest > 0
        return FakeReader(self.kept.get((cluster_id, name), []))


class FakeReader:
    """Returns each record once, two at a time."""

    def __init__(self, records: Sequence[KafkaRecord]) -> None:
        self.left = list(records)
        self.is_closed = False

    @property
    def has_caught_up(self) -> bool:
        return not self.left

    def read(self, seconds: float) -> list[KafkaRecord]:
        assert seconds >= 0
        found, self.left = self.left[:2], self.left[2:]
        return found

    def close(self) -> None:
        self.is_closed = True


class FakeRegistry:
    """Schemas, all of one registry in a list; ``said``: what it has against any further one."""

    def __init__(self) -> None:
        self.schemas: dict[str, list[SchemaVersion]] = {}
        self.levels: dict[tuple[str, str | None], str] = {}
        self.said: list[str] = []

    def delete(self, registry_id: str) -> None:
        self.schemas.pop(registry_id, None)

    def register(
        self,
        registry_id: str,
        subject: str,
        schema: str,
        schema_type: str = "AVRO",
        references: Sequence[Mapping[str, Any]] = (),
    ) -> SchemaVersion:
        try:
            json.loads(schema)
        except ValueError:
            raise InvalidError("The schema does not parse.") from None
        known = self.schemas.setdefault(registry_id, [])
        for one in known:
            if (one.subject, one.schema, one.deleted) == (subject, schema, False):
                return one
        same = next((one.id for one in known if one.schema == schema), 100001 + len(known))
        number = 1 + max((one.version for one in known if one.subject == subject), default=0)
        made = SchemaVersion(
            subject=subject,
            version=number,
            id=same,
            schema=schema,
            schema_type=schema_type,
            references=list(references),
        )
        known.append(made)
        return made

    def version(
        self, registry_id: str, subject: str, version: int | None = None, *, deleted: bool = False
    ) -> SchemaVersion:
        live = [one.version for one in self.all(registry_id) if one.subject == subject]
        wanted = version or max(live, default=0)
        for one in self.all(registry_id, deleted=deleted):
            if (one.subject, one.version) == (subject, wanted):
                return one
        raise NotFoundError(f"Version {version} not found.")

    def versions(self, registry_id: str, subject: str, *, deleted: bool = False) -> list[SchemaVersion]:
        found = [one for one in self.all(registry_id, deleted=deleted) if one.subject == subject]
        if not found:
            raise NotFoundError(f"Subject '{subject}' not found.")
        return found

    def by_id(self, registry_id: str, schema_id: int) -> SchemaVersion:
        for one in self.all(registry_id, deleted=True):
            if one.id == schema_id:
                return one
        raise NotFoundError(f"Schema {schema_id} not found.")

    def find(
        self, registry_id: str, subject: str, schema: str, schema_type: str = "AVRO", *, deleted: bool = False
    ) -> SchemaVersion:
        for one in self.all(registry_id, deleted=deleted):
            if (one.subject, one.schema, one.schema_type) == (subject, schema, schema_type):
                return one
        raise NotFoundError("Schema not found.")

    def all(
        self, registry_id: str, subject_prefix: str = "", *, latest_only: bool = False, deleted: bool = False
    ) -> list[SchemaVersion]:
        known = [one for one in self.schemas.get(registry_id, []) if deleted or not one.deleted]
        found = [one for one in known if one.subject.startswith(subject_prefix)]
        return list({one.subject: one for one in found}.values()) if latest_only else found

    def subjects(self, registry_id: str, prefix: str = "") -> dict[str, bool]:
        known = self.all(registry_id, prefix, deleted=True)
        return {one.subject: any(not other.deleted for other in known if other.subject == one.subject) for one in known}

    def delete_subject(self, registry_id: str, subject: str, *, permanent: bool = False) -> list[int]:
        known = [one for one in self.all(registry_id, deleted=True) if one.subject == subject]
        live = [one for one in known if not one.deleted]
        if bool(live) == permanent:
            raise ConflictError(f"Subject '{subject}' is {'live' if live else 'deleted'}")
        return [self._remove(registry_id, one, permanent=permanent) for one in (known if permanent else live)]

    def delete_version(
        self, registry_id: str, subject: str, version: int | None = None, *, permanent: bool = False
    ) -> int:
        one = self.version(registry_id, subject, version, deleted=True)
        if one.deleted != permanent:
            raise ConflictError(f"Version {one.version} is {'deleted' if one.deleted else 'live'}")
        return self._remove(registry_id, one, permanent=permanent)

    def _remove(self, registry_id: str, one: SchemaVersion, *, permanent: bool) -> int:
        known = self.schemas[registry_id]
        if any(ref["subject"] == one.subject for other in known for ref in other.references):
            raise InvalidError("One or more references exist.")
        place = known.index(one)
        known[place : place + 1] = [] if permanent else [replace(one, deleted=True)]
        return one.version

    def compatibility(self, registry_id: str, subject: str | None = None) -> str | None:
        return self.levels.get((registry_id, subject), None if subject else "BACKWARD")

    def set_compatibility(self, registry_id: str, level: str | None, subject: str | None = None) -> None:
        self.levels.pop((registry_id, subject), None)
        if level is not None:
            self.levels[registry_id, subject] = level

    def clashes(self, *_: object, **__: object) -> list[str]:
        return self.said


class FakeFlink:
    """Statements end as their first word says; ``gate`` closed, a submission waits until it is opened."""

    def __init__(self) -> None:
        self.environments: list[FlinkEnvironment] = []
        self.specs: dict[str, StatementSpec] = {}
        self.resumed: list[str] = []
        self.known: dict[str, StatementStatus] = {}
        self.asked: list[list[str]] = []
        """The statements of each question after statuses."""
        self.checkpoints: set[str] = set()
        self.rows: list[list[str]] = [["1"], ["2"], ["3"]]
        self.gate = threading.Event()
        self.gate.set()

    def configure(self, environments: Sequence[FlinkEnvironment]) -> None:
        self.environments = list(environments)

    def submit(self, spec: StatementSpec, *, resume: bool = False) -> StatementStatus:
        self.gate.wait(10)
        self.specs[spec.uid] = spec
        if resume:
            self.resumed.append(spec.uid)
        self.known[spec.uid] = _outcome(spec.statement)
        return self.known[spec.uid]

    def status(self, uid: str) -> StatementStatus:
        try:
            return self.known[uid]
        except KeyError:
            raise NotFoundError(f"Statement {uid} is unknown.") from None

    def statuses(self, uids: Sequence[str]) -> dict[str, StatementStatus]:
        self.asked.append(list(uids))
        return {uid: self.known[uid] for uid in uids if uid in self.known}

    def results(self, uid: str, token: int) -> ResultPage:
        status = self.status(uid)
        if status.phase is StatementPhase.FAILED:
            raise DataPlaneError(status.detail)
        rows = [{"op": 0, "row": row} for row in self.rows[token : token + 2]]
        following = token + 2 if token + 2 < len(self.rows) else None
        return ResultPage(rows=rows, next_token=following)

    def stop(self, uid: str) -> None:
        self.known[uid] = StatementStatus(phase=StatementPhase.STOPPED, traits=self.status(uid).traits)

    def delete(self, uid: str) -> None:
        self.specs.pop(uid, None)
        self.known.pop(uid, None)
        self.checkpoints.discard(uid)

    def checkpointed(self) -> set[str]:
        return set(self.checkpoints)


def _outcome(statement: str) -> StatementStatus:
    words = statement.upper().split()
    if words[0] == "BROKEN":
        return StatementStatus(phase=StatementPhase.FAILED, detail="SQL parse failed at line 1.")
    if words[0] == "INSERT":
        return StatementStatus(phase=StatementPhase.RUNNING, traits=_traits("INSERT_INTO", bounded=False))
    if words[0] == "SELECT":
        column = {"name": "n", "type": {"type": "INTEGER", "nullable": True}}
        traits = {**_traits("SELECT", bounded=False), "schema": {"columns": [column]}}
        return StatementStatus(phase=StatementPhase.RUNNING, traits=traits)
    return StatementStatus(phase=StatementPhase.COMPLETED, traits=_traits("_".join(words[:2]), bounded=True))


def _traits(kind: str, *, bounded: bool) -> dict[str, Any]:
    return {"sql_kind": kind, "is_bounded": bounded, "is_append_only": True, "upsert_columns": None, "schema": {}}


class FakeConnect:
    """Connectors of any class."""

    def __init__(self) -> None:
        self.specs: dict[str, ConnectorSpec] = {}
        self.paused: set[str] = set()
        self.restarted: list[str] = []
        self.refusing = ""

    def datagen_errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        return {} if config.get("kafka.topic") else {"kafka.topic": ["It is missing."]}

    def start(self, spec: ConnectorSpec) -> None:
        if self.refusing:
            raise DataPlaneError(self.refusing)
        self.specs[spec.id] = spec
        self.paused.discard(spec.id)

    def pause(self, connector_id: str) -> None:
        self.paused.add(self._known(connector_id))

    def restart(self, connector_id: str) -> None:
        self.restarted.append(self._known(connector_id))

    def status(self, connector_id: str) -> ConnectorStatus:
        self._known(connector_id)
        return ConnectorStatus(state=ConnectorState.RUNNING, tasks=[ConnectorState.RUNNING], records_produced=42)

    def dead_letters(self, connector_id: str) -> int | None:
        return None if self.specs[self._known(connector_id)].worker is None else 3

    def lag(self, connector_id: str) -> int | None:
        return None if self.specs[self._known(connector_id)].worker is None else 12

    def delete(self, connector_id: str) -> None:
        self.specs.pop(connector_id, None)

    def _known(self, connector_id: str) -> str:
        if connector_id not in self.specs:
            raise NotFoundError(f"Connector {connector_id} does not exist.")
        return connector_id


class FakePlugins:
    """Takes any file that does not say ``bad``."""

    def __init__(self) -> None:
        self.installed: dict[str, str] = {}

    def install(self, plugin_id: str, archive: Path, connector_class: str) -> None:
        if b"bad" in archive.read_bytes():
            raise InvalidError("The archive is bad.")
        self.installed[plugin_id] = connector_class

    def remove(self, plugin_id: str) -> None:
        self.installed.pop(plugin_id, None)


class FakeStores:
    """Remembers which hosts were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure = ""

    def needed(self, host: str) -> None:
        if self.failure:
            raise DataPlaneError(self.failure)
        self.asked.append(host)


class FakeModel:
    """Vectors that are a function of the text alone."""

    def __init__(self, dimensions: int = 256, *, can_be_shortened: bool = True) -> None:
        self.dimensions, self.can_be_shortened = dimensions, can_be_shortened

    def embed(self, texts: Sequence[str]) -> Embedded:
        vectors = np.array(
            [np.random.default_rng(list(text.encode())).normal(size=self.dimensions) for text in texts], np.float32
        )
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return Embedded(vectors, sum(len(text.split()) for text in texts))


class FakeModels:
    """Models ``m`` and ``whole``: the second one's vectors cannot be shortened."""

    def __init__(self) -> None:
        self._models = {"m": FakeModel(), "whole": FakeModel(16, can_be_shortened=False)}

    def names(self) -> list[str]:
        return list(self._models)

    def text(self, tokens: Sequence[int], place: str) -> str:
        if 999 in tokens:
            raise InvalidError(f"{place} has the token 999.")
        return "".join(map(chr, tokens))

    def model(self, name: str) -> FakeModel:
        if name not in self._models:
            raise NotFoundError(name)
        return self._models[name]


class FakePlane:
    """All parts, and the :class:`DataPlane` they make."""

    def __init__(self) -> None:
        self.kafka = FakeKafka()
        self.registry = FakeRegistry()
        self.flink = FakeFlink()
        self.connect = FakeConnect()
        self.plugins = FakePlugins()
        self.stores = FakeStores()
        self.processes: list[ProcessInfo] = []
        self.is_closed = False

    def open(self) -> DataPlane:
        return DataPlane(
            kafka=self.kafka,
            registry=self.registry,
            flink=self.flink,
            connect=self.connect,
            plugins=self.plugins,
            stores=self.stores,
            embeddings=FakeModels(),
            processes=lambda: self.processes,
            close=self._close,
        )

    def _close(self) -> None:
        self.is_closed = True
