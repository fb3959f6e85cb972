"""Which role each account has, and on what: least privilege, as Confluent's role reference has it.

Roles per topic and transactional id need a Standard cluster. On a Basic one every account is CloudClusterAdmin of the
cluster instead; roles on Schema Registry subjects and in Flink are the same for both.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

import pulumi


class Role(StrEnum):
    """Confluent's predefined roles, by the names the API takes."""

    ASSIGNER = "Assigner"
    CLOUD_CLUSTER_ADMIN = "CloudClusterAdmin"
    DEVELOPER_MANAGE = "DeveloperManage"
    DEVELOPER_READ = "DeveloperRead"
    DEVELOPER_WRITE = "DeveloperWrite"
    FLINK_ADMIN = "FlinkAdmin"
    FLINK_DEVELOPER = "FlinkDeveloper"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """``role`` on whatever matches ``crn``; ``on`` names it within the stack."""

    role: Role
    on: str
    crn: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class Copied:
    """What a sink reads, and how the names of the topics begin that its connector makes (``dlq``).

    ``ids``: how its connector's id begins. ``dead_letters``: the topic of a custom connector's, which names it itself.
    ``has_schemas``: whether the records have a schema in the registry.
    """

    topics: AbstractSet[str]
    reports: Sequence[str]
    ids: str = "lcc"
    dead_letters: str = ""
    has_schemas: bool = True


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The CRNs that grants are relative to, and the topics of the pipeline.

    ``organization``, ``environment``, ``registry``: resource names; ``cluster``: RBAC CRN; ``cluster_id``: ``lkc-``.
    ``generated``: topics that connectors fill; ``reads``, ``writes``: topics of the statements; ``asked``: those of
    ``writes`` that only the deployer fills; ``sinks``: by name.
    """

    organization: pulumi.Output[str]
    environment: pulumi.Output[str]
    registry: pulumi.Output[str]
    cluster: pulumi.Output[str]
    cluster_id: pulumi.Output[str]
    generated: AbstractSet[str]
    reads: AbstractSet[str]
    writes: AbstractSet[str]
    roles_per_topic: bool
    asked: AbstractSet[str] = frozenset()
    sinks: Mapping[str, Copied] = field(default_factory=dict)

    def datagen(self) -> list[Grant]:
        """Rights of the connectors: write their topics, register the schemas."""
        return [
            *self._kafka(*self._topics(self.generated, Role.DEVELOPER_WRITE)),
            *self._subjects(self.generated, Role.DEVELOPER_READ, Role.DEVELOPER_WRITE),
        ]

    def runner(self) -> list[Grant]:
        """Rights of the account that statements run as: make and fill the tables, read what they read."""
        return [
            self._in_environment(Role.FLINK_DEVELOPER),
            *self._kafka(
                self._transactions(Role.DEVELOPER_READ),
                self._transactions(Role.DEVELOPER_WRITE),
                *self._topics(self.reads, Role.DEVELOPER_READ),
                *self._topics(self.writes - self.asked, Role.DEVELOPER_WRITE),
                *self._topics(self.writes, Role.DEVELOPER_MANAGE),
            ),
            *self._subjects(self.reads | self.writes, Role.DEVELOPER_READ),
            *self._subjects(self.writes, Role.DEVELOPER_WRITE),
        ]

    def deployer(self, runner_id: pulumi.Output[str]) -> list[Grant]:
        """Rights that the Flink key needs to make connections, and statements that run as ``runner_id``."""
        runner = pulumi.Output.concat(self.organization, "/service-account=", runner_id)
        return [self._in_environment(Role.FLINK_ADMIN), Grant(role=Role.ASSIGNER, on="runner", crn=runner)]

    def operator(self) -> list[Grant]:
        """Rights of the same key on data: what SELECT, INSERT and DROP TABLE need, which run as the key's owner."""
        return [
            *self._kafka(
                *([self._transactions(Role.DEVELOPER_WRITE)] if self.asked else []),
                *self._topics(self.asked, Role.DEVELOPER_WRITE),
                *self._dead_letters(),
                *self._topics(self.generated | self.writes, Role.DEVELOPER_READ),
                *self._topics(self.writes, Role.DEVELOPER_MANAGE),
            ),
            *self._subjects(self.generated | self.writes, Role.DEVELOPER_READ),
            *self._subjects(self.writes, Role.DEVELOPER_MANAGE),
            # A topic whose subject one may not read is no table, even if it has none.
            *([self._subject(Role.DEVELOPER_READ, "dlq", "dlq-lcc*")] if self.sinks else []),
        ]

    def sink(self, name: str) -> list[Grant]:
        """Rights of a sink's connector: read its topics, keep its offsets, write what it could not deliver.

        What it makes is named with its id, which it does not have before it is made: hence the prefixes.
        """
        copied = self.sinks[name]
        made = (Role.DEVELOPER_WRITE, Role.DEVELOPER_MANAGE)
        return [
            *self._kafka(
                *self._topics(copied.topics, Role.DEVELOPER_READ),
                self._connectors("group", "connect", Role.DEVELOPER_READ, copied.ids),
                *(self._connectors("topic", report, role, copied.ids) for report in copied.reports for role in made),
                *self._topics({copied.dead_letters} - {""}, *made),
            ),
            *(self._subjects(copied.topics, Role.DEVELOPER_READ) if copied.has_schemas else []),
        ]

    def _dead_letters(self) -> list[Grant]:
        """Return the right to read what sinks could not deliver."""
        of_managed = any(copied.reports for copied in self.sinks.values())
        named = {copied.dead_letters for copied in self.sinks.values()} - {""}
        return [
            *([self._connectors("topic", "dlq", Role.DEVELOPER_READ)] if of_managed else []),
            *self._topics(named, Role.DEVELOPER_READ),
        ]

    def _kafka(self, *grants: Grant) -> list[Grant]:
        if self.roles_per_topic:
            return list(grants)
        return [Grant(role=Role.CLOUD_CLUSTER_ADMIN, on="cluster", crn=self.cluster)]

    def _topics(self, topics: AbstractSet[str], *roles: Role) -> list[Grant]:
        return [
            self._in_cluster(role, f"topic-{topic}", f"topic={topic}") for role in roles for topic in sorted(topics)
        ]

    def _subjects(self, topics: AbstractSet[str], *roles: Role) -> list[Grant]:
        return [self._subject(role, topic, f"{topic}-*") for role in roles for topic in sorted(topics)]

    def _transactions(self, role: Role) -> Grant:
        return self._in_cluster(role, "transactions", "transactional-id=_confluent-flink_*")

    def _connectors(self, kind: str, prefix: str, role: Role, ids: str = "lcc") -> Grant:
        return self._in_cluster(role, f"{kind}-{prefix}", f"{kind}={prefix}-{ids}*")

    def _in_environment(self, role: Role) -> Grant:
        return Grant(role=role, on="environment", crn=self.environment)

    def _in_cluster(self, role: Role, on: str, pattern: str) -> Grant:
        crn = pulumi.Output.concat(self.cluster, "/kafka=", self.cluster_id, "/", pattern)
        return Grant(role=role, on=on, crn=crn)

    def _subject(self, role: Role, on: str, pattern: str) -> Grant:
        return Grant(role=role, on=f"subject-{on}", crn=pulumi.Output.concat(self.registry, "/subject=", pattern))
