"""What the control plane may ask of the data plane: the only module of this package it imports for types.

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

    import numpy as np


class DataPlaneError(Exception):
    """A request that the data plane could not carry out; ``str()`` is one sentence for the user."""


class NotFoundError(DataPlaneError):
    """The named topic, subject, schema, statement or connector does not exist."""


class ConflictError(DataPlaneError):
    """The named thing exists already."""


class InvalidError(DataPlaneError):
    """The request itself is wrong (a schema that does not parse, a setting out of range)."""


class RefusedError(DataPlaneError):
    """Whoever it is done for lacks the right; it may be on its way."""


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
    """One entry of a broker's access control list, in Kafka's own words (``TOPIC``, ``PREFIXED``, ``READ``)."""

    principal: str
    resource_type: str
    resource_name: str
    operation: str
    pattern_type: str = "LITERAL"
    host: str = "*"
    permission: str = "ALLOW"


@dataclass(frozen=True, kw_only=True)
class TopicInfo:
    """A topic; ``configs`` holds only what differs from the broker's defaults."""

    name: str
    partitions: int
    replication_factor: int = 1
    is_internal: bool = False
    configs: Mapping[str, str] = field(default_factory=dict)


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
        """Replace the access control list of this broker; who is not allowed something there is refused it."""

    def topics(self, cluster_id: str) -> list[TopicInfo]:
        """All topics but Kafka's internal ones, by name."""

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


# Schema Registry ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SchemaVersion:
    """A registered schema. ``schema_type`` is ``AVRO`` or ``JSON``; ``id`` is unique in its registry.

    One that is ``deleted`` is kept until it is deleted once more, for good.
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
        """Live versions of a subject, with ``deleted`` also what is deleted; :class:`NotFoundError` without any."""

    def by_id(self, registry_id: str, schema_id: int) -> SchemaVersion:
        """A schema by its id (subject and version are those of its first registration)."""

    def find(
        self, registry_id: str, subject: str, schema: str, schema_type: str = "AVRO", *, deleted: bool = False
    ) -> SchemaVersion:
        """The version of ``subject`` that holds this schema, else :class:`NotFoundError`."""

    def all(
        self, registry_id: str, subject_prefix: str = "", *, latest_only: bool = False, deleted: bool = False
    ) -> list[SchemaVersion]:
        """Every live version of every subject with that prefix, with ``deleted`` also what is deleted."""

    def delete_subject(self, registry_id: str, subject: str, *, permanent: bool = False) -> list[int]:
        """Delete a subject, or with ``permanent`` what is left of a deleted one; return the versions it had.

        :class:`ConflictError` if it is to go for good and was not deleted before, or is deleted already;
        :class:`InvalidError` while another subject's schema refers to it.
        """

    def delete_version(
        self, registry_id: str, subject: str, version: int | None = None, *, permanent: bool = False
    ) -> int:
        """Delete one version (the latest for ``None``), or with ``permanent`` a deleted one for good; its number.

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
        """Say what the subject's compatibility level has against a schema, beside one version or those it compares."""


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
    """A statement to run. ``uid`` is unique for ever: checkpoints are kept under it.

    ``starting_offsets``: where it begins to read, by topic, in the API's form (``partition:0,offset:42;...``).
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
    """Where a statement stands.

    ``traits`` has the API's shape: ``sql_kind``, ``is_bounded``, ``is_append_only``, ``upsert_columns``, ``schema``.
    ``latest_offsets``: how far one that writes had read its topics when it ended.
    ``records_written``: by one that writes, since it was started or resumed here; ``None`` if that is not known.
    """

    phase: StatementPhase
    detail: str = ""
    traits: Mapping[str, Any] | None = None
    latest_offsets: Mapping[str, str] = field(default_factory=dict)
    records_written: int | None = None


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """Rows as the API returns them (``{"op": 0, "row": [...]}``); ``next_token`` is ``None`` after the last page."""

    rows: Sequence[Mapping[str, Any]]
    next_token: int | None


class FlinkPlane(Protocol):
    """The one Flink process."""

    def configure(self, environments: Sequence[FlinkEnvironment]) -> None:
        """Replace the set of catalogs, databases and connections.

        What is no longer named loses its models and views.
        """

    def submit(self, spec: StatementSpec, *, resume: bool = False) -> StatementStatus:
        """Start a statement, from its latest checkpoint with ``resume``.

        Returns at the latest when it leaves PENDING or after 2 s.
        """

    def status(self, uid: str) -> StatementStatus:
        """Where it stands; :class:`NotFoundError` if this process never heard of it."""

    def results(self, uid: str, token: int) -> ResultPage:
        """The page at ``token`` (0 first); the same token gives the same page until a later one was asked for."""

    def stop(self, uid: str) -> None:
        """Stop the job after a last checkpoint; the statement becomes STOPPED and can be resumed."""

    def delete(self, uid: str) -> None:
        """Cancel the job and forget statement, results and checkpoints."""

    def checkpointed(self) -> set[str]:
        """Uids of all statements of which checkpoints are kept."""


# Connectors ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ConnectorSpec:
    """A connector; ``config`` as the user gave it, secrets included."""

    id: str
    name: str
    cluster_id: str
    registry_id: str | None
    config: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ConnectorStatus:
    """State of a connector and of its tasks; ``trace`` says why it failed."""

    state: ConnectorState
    trace: str = ""
    tasks: Sequence[ConnectorState] = ()
    records_produced: int = 0


class ConnectPlane(Protocol):
    """Managed connectors, one or more tasks each."""

    def plugins(self) -> dict[str, str]:
        """Class -> ``source`` or ``sink``, of every connector that can be made."""

    def validate(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Setting -> what is wrong with it; empty if the configuration can run."""

    def sensitive_keys(self, connector_class: str) -> set[str]:
        """Settings of that class to be masked in replies."""

    def start(self, spec: ConnectorSpec) -> None:
        """Start it, or apply a changed configuration; returns before it is RUNNING."""

    def pause(self, connector_id: str) -> None:
        """Stop its tasks, keep their progress."""

    def resume(self, connector_id: str) -> None:
        """Go on where it was paused."""

    def status(self, connector_id: str) -> ConnectorStatus:
        """Where it stands."""

    def delete(self, connector_id: str) -> None:
        """Stop it and forget its progress."""


# Embeddings ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Embedded:
    """``vectors``: one row per text, shape ``(texts, dimensions)``, each of length 1. ``tokens``: in all, as billed."""

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

    def model(self, name: str) -> EmbeddingModel:
        """The model of that name, else :class:`NotFoundError`; what it needs is loaded when it embeds."""


@dataclass(frozen=True, kw_only=True)
class DataPlane:
    """The whole data plane, as handed to the control plane."""

    kafka: KafkaPlane
    registry: RegistryPlane
    flink: FlinkPlane
    connect: ConnectPlane
    embeddings: EmbeddingPlane
    processes: Callable[[], Sequence[ProcessInfo]]
    close: Callable[[], None]
