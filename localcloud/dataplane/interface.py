"""The data plane as the control plane sees it: protocols, their data and errors. No other module of it is imported.

Identifiers are Confluent's (``lkc-``, ``lsrc-``, ``lcc-``, ``env-``, ``sa-``); the data plane takes them as opaque
names. Every method blocks until its work is done, is idempotent, and raises :class:`DataPlaneError` with one sentence
that may be shown to a user.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import numpy as np


class DataPlaneError(Exception):
    """A request that the data plane could not carry out; ``str()`` is one sentence for the user."""


class NotFoundError(DataPlaneError):
    """The named topic, subject, schema, statement or connector does not exist."""


class ConflictError(DataPlaneError):
    """The request does not fit the current state: a topic of that name exists, a subject is deleted already."""


class InvalidError(DataPlaneError):
    """The request itself is wrong (a schema that does not parse, a setting out of range)."""


class RefusedError(DataPlaneError):
    """The principal lacks the right. Worth a retry: a new role binding may not have propagated yet."""


class StatementPhase(StrEnum):
    """Phases of a Flink statement (Flink SQL API, ``status.phase``)."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILING = "FAILING"
    FAILED = "FAILED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    DEGRADED = "DEGRADED"
    DELETING = "DELETING"

    @property
    def is_terminal(self) -> bool:
        """Whether the statement will not leave this phase by itself."""
        return self in {StatementPhase.COMPLETED, StatementPhase.FAILED, StatementPhase.STOPPED}


class ConnectorState(StrEnum):
    """States of a connector and its tasks (Connect API, ``connector.state``)."""

    PROVISIONING = "PROVISIONING"
    RUNNING = "RUNNING"
    DEGRADED = "DEGRADED"
    FAILED = "FAILED"
    PAUSED = "PAUSED"


@dataclass(frozen=True, kw_only=True)
class ProcessInfo:
    """One process of the local cloud, for ``cloud status``."""

    name: str
    pid: int
    resident_bytes: int


# Kafka --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ApiKeyGrant:
    """An API key as a broker needs it. ``secret_sha256`` is hex; the secret itself never leaves the control plane."""

    key: str
    secret_sha256: str
    principal: str


@dataclass(frozen=True, kw_only=True)
class AclRule:
    """One entry of a broker's access control list, with Kafka's own names (``TOPIC``, ``PREFIXED``, ``READ``)."""

    principal: str
    resource_type: str
    resource_name: str
    operation: str
    pattern_type: str = "LITERAL"
    host: str = "*"
    permission: str = "ALLOW"


@dataclass(frozen=True, kw_only=True)
class TopicInfo:
    """A topic; ``configs`` holds only what differs from the broker's ``defaults``. A list of topics has neither."""

    name: str
    partitions: int
    replication_factor: int = 1
    is_internal: bool = False
    configs: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class KafkaRecord:
    """A record as the broker has it; ``timestamp`` in milliseconds since 1970, ``value`` is ``None`` in a tombstone."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, kw_only=True)
class NewRecord:
    """A record to be written.

    Without a ``partition`` its key decides; without a ``timestamp`` (milliseconds since 1970) it is now.
    """

    key: bytes | None = None
    value: bytes | None = None
    headers: Sequence[tuple[str, bytes | None]] = ()
    partition: int | None = None
    timestamp: int | None = None


class RecordReader(Protocol):
    """Reads the committed records of one topic as they come; of one thread."""

    @property
    def has_caught_up(self) -> bool:
        """Whether everything that was in the topic when it was opened has been returned."""

    def read(self, seconds: float) -> list[KafkaRecord]:
        """Return what has come, after waiting for it for at most ``seconds``."""

    def close(self) -> None:
        """Disconnect."""


class KafkaPlane(Protocol):
    """One broker process per cluster, its data kept in a folder of its own until the cluster is deleted."""

    def start(self, cluster_id: str) -> str:
        """Start the broker (formatting its storage the first time), wait until it answers, return ``host:port``."""

    def stop(self, cluster_id: str) -> None:
        """Stop the broker and keep its data."""

    def delete(self, cluster_id: str) -> None:
        """Stop the broker and remove its data."""

    def grant(self, cluster_id: str, keys: Sequence[ApiKeyGrant]) -> None:
        """Replace the set of API keys that may authenticate to this broker; takes effect at once."""

    def authorize(self, cluster_id: str, rules: Collection[AclRule]) -> None:
        """Replace the access control list of this broker; operations without an entry are refused."""

    def topics(self, cluster_id: str) -> list[TopicInfo]:
        """All topics but Kafka's internal ones, by name, without their configs."""

    def topic(self, cluster_id: str, name: str) -> TopicInfo:
        """One topic, else :class:`NotFoundError`."""

    def create_topic(self, cluster_id: str, topic: TopicInfo) -> None:
        """Create a topic and wait until it is visible; :class:`ConflictError` if it exists."""

    def alter_topic(
        self,
        cluster_id: str,
        name: str,
        *,
        partitions: int | None = None,
        configs: Mapping[str, str | None] | None = None,
    ) -> None:
        """Add partitions, set configs; a config of ``None`` goes back to its default."""

    def delete_topic(self, cluster_id: str, name: str) -> None:
        """Delete a topic and wait until it is gone."""

    def high_watermarks(self, cluster_id: str, name: str) -> dict[int, int]:
        """Partition -> next offset to be written."""

    def records(self, cluster_id: str) -> dict[str, dict[int, int]]:
        """Topic -> partition -> number of records that a consumer of committed ones would read; as end_offsets."""

    def end_offsets(self, cluster_id: str) -> dict[str, dict[int, int]]:
        """Topic -> partition -> next offset to be written, of all topics but Kafka's internal ones."""

    def lag(self, cluster_id: str, group: str) -> int | None:
        """Offsets that a consumer group has not read yet, in all topics it has read; ``None`` if it has read none."""

    def reader(self, cluster_id: str, name: str, newest: int) -> RecordReader:
        """Open a reader that begins ``newest`` offsets before the end of each partition."""

    def write(self, cluster_id: str, name: str, record: NewRecord) -> KafkaRecord:
        """Write a record, return it as the broker has it; :class:`InvalidError` if it cannot be written."""


# Schema Registry ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SchemaVersion:
    """A registered schema. ``schema_type`` is ``AVRO`` or ``JSON``; ``id`` is unique in its registry.

    A ``deleted`` one is soft-deleted: it is kept until it is hard-deleted.
    """

    subject: str
    version: int
    id: int
    schema: str
    schema_type: str = "AVRO"
    references: Sequence[Mapping[str, Any]] = ()
    deleted: bool = False


class RegistryPlane(Protocol):
    """Schemas of each Schema Registry cluster (one per environment), kept on disk."""

    def delete(self, registry_id: str) -> None:
        """Forget everything registered there."""

    def register(
        self,
        registry_id: str,
        subject: str,
        schema: str,
        schema_type: str = "AVRO",
        references: Sequence[Mapping[str, Any]] = (),
    ) -> SchemaVersion:
        """Register under ``subject``; the same schema keeps its id. :class:`InvalidError` if it does not parse."""

    def version(
        self, registry_id: str, subject: str, version: int | None = None, *, deleted: bool = False
    ) -> SchemaVersion:
        """One version, the latest live one for ``None``; a deleted one only if ``deleted``."""

    def versions(self, registry_id: str, subject: str, *, deleted: bool = False) -> list[SchemaVersion]:
        """Live versions of a subject, with ``deleted`` also soft-deleted ones; :class:`NotFoundError` without any."""

    def by_id(self, registry_id: str, schema_id: int) -> SchemaVersion:
        """A schema by its id (subject and version are those of its first registration)."""

    def find(
        self, registry_id: str, subject: str, schema: str, schema_type: str = "AVRO", *, deleted: bool = False
    ) -> SchemaVersion:
        """The version of ``subject`` that holds this schema, else :class:`NotFoundError`."""

    def all(
        self, registry_id: str, subject_prefix: str = "", *, latest_only: bool = False, deleted: bool = False
    ) -> list[SchemaVersion]:
        """Every live version of every subject with that prefix, with ``deleted`` also soft-deleted ones."""

    def subjects(self, registry_id: str, prefix: str = "") -> dict[str, bool]:
        """Subject with that prefix -> whether a version of it is live; without any that was hard-deleted."""

    def delete_subject(self, registry_id: str, subject: str, *, permanent: bool = False) -> list[int]:
        """Soft-delete a subject, or with ``permanent`` hard-delete a soft-deleted one; return its versions.

        :class:`ConflictError` if it is soft-deleted already, or is to be hard-deleted without having been;
        :class:`InvalidError` while another subject's schema refers to it.
        """

    def delete_version(
        self, registry_id: str, subject: str, version: int | None = None, *, permanent: bool = False
    ) -> int:
        """Soft-delete a version (``None``: the latest), or with ``permanent`` hard-delete it; return its number.

        :class:`ConflictError` and :class:`InvalidError` as for a subject.
        """

    def compatibility(self, registry_id: str, subject: str | None = None) -> str | None:
        """The compatibility level set for a subject (``None`` if not set) or, without one, the global level."""

    def set_compatibility(self, registry_id: str, level: str | None, subject: str | None = None) -> None:
        """Set, or with ``None`` clear, a compatibility level."""

    def clashes(
        self,
        registry_id: str,
        subject: str,
        schema: str,
        schema_type: str = "AVRO",
        references: Sequence[Mapping[str, Any]] = (),
        *,
        version: int | None = None,
    ) -> list[str]:
        """Return why a schema is incompatible with one version, or with those that the subject's level compares."""


# Flink --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FlinkDatabase:
    """A Kafka cluster as Flink sees it: reachable by id and by display name."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FlinkConnection:
    """A named connection; ``secrets`` as in the API's ``auth_data`` (for OPENAI ``{"API_KEY": ...}``)."""

    name: str
    type: str
    endpoint: str
    secrets: Mapping[str, str] = field(repr=False)
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class FlinkEnvironment:
    """An environment as Flink sees it: a catalog, reachable by id and by display name."""

    id: str
    name: str
    registry_id: str | None
    databases: Sequence[FlinkDatabase] = ()
    connections: Sequence[FlinkConnection] = ()


@dataclass(frozen=True, kw_only=True)
class StatementSpec:
    """A statement to run. ``uid`` is never used again: checkpoints are kept under it.

    ``starting_offsets``: where it starts to read, by topic, in the API's form (``partition:0,offset:42;...``).
    """

    uid: str
    name: str
    environment_id: str
    statement: str
    properties: Mapping[str, str]
    principal: str
    compute_pool_id: str
    starting_offsets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StatementStatus:
    """The status of a statement.

    ``traits`` has the API's shape: ``sql_kind``, ``is_bounded``, ``is_append_only``, ``upsert_columns``, ``schema``.
    ``latest_offsets``: where a statement that writes had read its topics up to when it was stopped or failed.
    ``records_written``: records that it has written since it was started or resumed here; ``records_pending``: records
    that it has yet to read in its topics. ``None`` if not known.
    """

    phase: StatementPhase
    detail: str = ""
    traits: Mapping[str, Any] | None = None
    latest_offsets: Mapping[str, str] = field(default_factory=dict)
    records_written: int | None = None
    records_pending: int | None = None


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """Rows as the API returns them (``{"op": 0, "row": [...]}``); ``next_token`` is ``None`` after the last page."""

    rows: Sequence[Mapping[str, Any]]
    next_token: int | None


class FlinkPlane(Protocol):
    """The one Flink process."""

    def configure(self, environments: Sequence[FlinkEnvironment]) -> None:
        """Replace the set of catalogs, databases and connections.

        Environments and databases that are no longer named lose their models and views.
        """

    def submit(self, spec: StatementSpec, *, resume: bool = False) -> StatementStatus:
        """Start a statement, with ``resume`` from its latest checkpoint.

        Returns when it has left PENDING, or after 2 s.
        """

    def status(self, uid: str) -> StatementStatus:
        """Return a statement's status; :class:`NotFoundError` if no statement of that uid was submitted here."""

    def statuses(self, uids: Sequence[str]) -> dict[str, StatementStatus]:
        """Return the status of each of these statements that was submitted here, by uid."""

    def results(self, uid: str, token: int) -> ResultPage:
        """Return the page at ``token`` (0 first). A retry gets the same page, until the next one has been read."""

    def stop(self, uid: str) -> None:
        """Stop the job with a last checkpoint; the statement becomes STOPPED and can be resumed."""

    def delete(self, uid: str) -> None:
        """Cancel the job; delete statement, results and checkpoints."""

    def checkpointed(self) -> set[str]:
        """Return the uids of all statements with checkpoints on disk."""


# Connectors ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WorkerConnector:
    """What the Kafka Connect worker is to run: a connector's own ``settings``, without its logins in Kafka.

    It logs in as the service account ``principal``, or with an API key. ``dead_letters`` is the topic of what it could
    not convert or write, empty without one; ``restarts``: whether it is started again after a failure; ``plugin``:
    what has its class if the worker itself has not: the id of a custom plugin, or a kind of sink.
    """

    settings: Mapping[str, str] = field(repr=False)
    principal: str
    api_key: str
    api_secret: str = field(repr=False)
    dead_letters: str
    restarts: bool
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class ConnectorSpec:
    """A connector; ``config`` as the user gave it, secrets included; ``worker`` for what runs in the worker."""

    id: str
    name: str
    cluster_id: str
    registry_id: str | None
    config: Mapping[str, str] = field(repr=False)
    worker: WorkerConnector | None = None


@dataclass(frozen=True, kw_only=True)
class ConnectorStatus:
    """State of a connector and of its tasks; ``trace`` says why it failed.

    ``records_produced``: by a source into its topic, by a sink into its store (there since the worker was started).
    """

    state: ConnectorState
    trace: str = ""
    tasks: Sequence[ConnectorState] = ()
    records_produced: int = 0


class ConnectPlane(Protocol):
    """Managed connectors, one or more tasks each."""

    def datagen_errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return the errors of a Datagen source's configuration by setting; empty if it can run."""

    def start(self, spec: ConnectorSpec) -> None:
        """Start or resume a connector, or apply a changed configuration; returns before it is RUNNING."""

    def pause(self, connector_id: str) -> None:
        """Pause a connector: stop its tasks, keep their progress."""

    def restart(self, connector_id: str) -> None:
        """Restart a connector and its tasks from their progress."""

    def status(self, connector_id: str) -> ConnectorStatus:
        """Return a connector's state."""

    def dead_letters(self, connector_id: str) -> int | None:
        """Return how many records a sink could not deliver, asking the broker; ``None`` for a source."""

    def lag(self, connector_id: str) -> int | None:
        """Return how many records a sink has yet to read, asking the broker; ``None`` for a source."""

    def delete(self, connector_id: str) -> None:
        """Stop a connector and forget its progress."""


class PluginsPlane(Protocol):
    """The files of custom connector plugins."""

    def install(self, plugin_id: str, archive: Path, connector_class: str) -> None:
        """Unpack the archive of a sink; :class:`InvalidError` says why it cannot be one."""

    def remove(self, plugin_id: str) -> None:
        """Delete its files. Idempotent."""


# Stores -------------------------------------------------------------------------------------------


class StoresPlane(Protocol):
    """Servers for vectors on this machine, each started when something first needs it; their data outlive them."""

    def needed(self, host: str) -> None:
        """Start the server that is at ``host`` (``127.0.0.1:19017``), and wait until it takes connections.

        Nothing happens for another host, or if it runs already. :class:`DataPlaneError` if it cannot run here.
        """


# Embeddings ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Embedded:
    """``vectors``: one row per text, shape ``(texts, dimensions)``, each of length 1; ``tokens``: billed for all."""

    vectors: np.ndarray[Any, np.dtype[np.float32]]
    tokens: int


class EmbeddingModel(Protocol):
    """A text embedding model."""

    @property
    def dimensions(self) -> int:
        """Numbers in a vector."""

    @property
    def can_be_shortened(self) -> bool:
        """Whether a vector's first numbers alone still tell the meaning."""

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed each text for itself; safe to call from several threads. :class:`InvalidError` for too much text."""


class EmbeddingPlane(Protocol):
    """Embedding models by name."""

    def names(self) -> Sequence[str]:
        """Names that can be asked for."""

    def text(self, tokens: Sequence[int], place: str) -> str:
        """The text of OpenAI's tokens (``cl100k_base``); ``place`` names the input in an error's sentence.

        :class:`InvalidError` for too many tokens, or one that there is not.
        """

    def model(self, name: str) -> EmbeddingModel:
        """The model of that name, else :class:`NotFoundError`; what it needs is loaded when it embeds."""


@dataclass(frozen=True, kw_only=True)
class DataPlane:
    """All parts of the data plane, as handed to the control plane."""

    kafka: KafkaPlane
    registry: RegistryPlane
    flink: FlinkPlane
    connect: ConnectPlane
    plugins: PluginsPlane
    stores: StoresPlane
    embeddings: EmbeddingPlane
    processes: Callable[[], Sequence[ProcessInfo]]
    close: Callable[[], None]
