"""The stored resources: one frozen model per kind."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from localcloud.dataplane.interface import StatementPhase
from localcloud.ids import now


class Phase(StrEnum):
    """Phases of a cluster (``status.phase``). Lists leave out a resource that is DELETING."""

    PROVISIONING = "PROVISIONING"
    PROVISIONED = "PROVISIONED"
    FAILED = "FAILED"
    DELETING = "DELETING"


class ScalingState(StrEnum):
    """Whether a statement has the CFUs it needs (``status.scaling_status.scaling_state``)."""

    OK = "OK"
    POOL_EXHAUSTED = "POOL_EXHAUSTED"


class Resource(BaseModel):
    """A resource with an id. ``environment_id`` is empty for resources of the organization."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    kind: ClassVar[str]

    id: str
    name: str = ""
    environment_id: str = ""
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    def changed(self, **values: Any) -> Self:
        """Return a copy with these values and ``updated_at`` set to now."""
        return self.model_copy(update={**values, "updated_at": now()})


class Environment(Resource):
    """``package``: of Stream Governance, ``ESSENTIALS`` or ``ADVANCED``. Its own id is its ``environment_id``."""

    kind: ClassVar[str] = "environment"
    package: str
    is_default: bool = False


class KafkaCluster(Resource):
    """``config`` as the API has it (``{"kind": "Standard"}``); ``bootstrap``: ``host:port`` of its broker."""

    kind: ClassVar[str] = "kafka-cluster"
    availability: str
    cloud: str
    region: str
    config: dict[str, Any]
    deletion_protection: bool = False
    phase: Phase = Phase.PROVISIONING
    detail: str = ""
    bootstrap: str = ""


class SchemaRegistry(Resource):
    """The Schema Registry of an environment, created with its first cluster, in that cluster's region."""

    kind: ClassVar[str] = "schema-registry"
    cloud: str
    region: str


class ComputePool(Resource):
    """A share of Flink; ``max_cfu`` in Confluent Flink units."""

    kind: ClassVar[str] = "compute-pool"
    cloud: str
    region: str
    max_cfu: int
    default_pool: bool = False
    enable_ai: bool = False


class User(Resource):
    """A person."""

    kind: ClassVar[str] = "user"
    email: str


class ServiceAccount(Resource):
    """An identity for programs."""

    kind: ClassVar[str] = "service-account"
    description: str = ""


class RoleBinding(Resource):
    """``principal`` (``User:sa-...``) has a role on the resources that the CRN pattern covers."""

    kind: ClassVar[str] = "role-binding"
    principal: str
    role_name: str
    crn_pattern: str


class KeyScope(StrEnum):
    """The API that a key is valid for."""

    CLOUD = "Cloud"
    GLOBAL = "Global"
    KAFKA = "Kafka"
    SCHEMA_REGISTRY = "SchemaRegistry"
    FLINK = "Flink"


class ApiKey(Resource):
    """``resource_id``: ``lkc-``, ``lsrc-`` or ``cloud.region``; of the secret only its SHA-256 (hex) is kept."""

    kind: ClassVar[str] = "api-key"
    description: str = ""
    owner_id: str
    scope: KeyScope
    resource_id: str = ""
    secret_sha256: str = Field(repr=False)


class Connector(Resource):
    """A managed connector; ``config`` as given, secrets included. ``failure``: why it could not be started."""

    kind: ClassVar[str] = "connector"
    cluster_id: str
    config: dict[str, str] = Field(repr=False)
    is_paused: bool = False
    failure: str = ""


class Connection(Resource):
    """A Flink connection; ``secrets`` as in ``auth_data``."""

    kind: ClassVar[str] = "connection"
    type: str
    endpoint: str
    secrets: dict[str, str] = Field(repr=False)
    comment: str = ""


class StatementFault(BaseModel):
    """Why a statement was DEGRADED or FAILED, and since when."""

    model_config = ConfigDict(frozen=True)

    phase: StatementPhase
    message: str
    at: datetime


class Statement(Resource):
    """A Flink statement. ``id`` is its ``uid``; ``properties`` and ``labels`` are stored unchanged.

    ``starting_offsets``: carried over from another statement; ``None`` until they are known.
    ``scaling_state``: ``None`` until its compute pool has been asked for a CFU.
    ``faults``: those that it was restarted after, the oldest first.
    """

    kind: ClassVar[str] = "statement"
    statement: str
    properties: dict[str, Any]
    compute_pool_id: str
    principal: str
    is_stopped: bool = False
    labels: dict[str, str] = Field(default_factory=dict)
    phase: StatementPhase = StatementPhase.PENDING
    detail: str = ""
    traits: dict[str, Any] | None = None
    scaling_state: ScalingState | None = None
    scaled_at: datetime | None = None
    starting_offsets: dict[str, str] | None = None
    latest_offsets: dict[str, str] = Field(default_factory=dict)
    offsets_at: datetime | None = None
    version: int = 1
    faults: list[StatementFault] = Field(default_factory=list)


class Acl(Resource):
    """An access control list entry of a cluster (Kafka REST API)."""

    kind: ClassVar[str] = "acl"
    cluster_id: str
    resource_type: str
    resource_name: str
    pattern_type: str
    principal: str
    host: str
    operation: str
    permission: str


class RegistryMode(Resource):
    """The mode set for a subject of a registry, or with an empty ``name`` for the whole registry."""

    kind: ClassVar[str] = "registry-mode"
    registry_id: str
    mode: str
