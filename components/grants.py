"""Which role each account has, and on what: least privilege, as Confluent's role reference has it.

Roles per topic and transactional id need a Standard cluster. On a Basic one every account is CloudClusterAdmin of the
cluster instead; roles on Schema Registry subjects and in Flink are the same for both.
"""

from __future__ import annotations

from dataclasses import dataclass
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
class Scope:
    """The CRNs that grants are relative to, and the two topics of the pipeline.

    ``organization``, ``environment``, ``registry``: resource names; ``cluster``: RBAC CRN; ``cluster_id``: ``lkc-``.
    """

    organization: pulumi.Output[str]
    environment: pulumi.Output[str]
    registry: pulumi.Output[str]
    cluster: pulumi.Output[str]
    cluster_id: pulumi.Output[str]
    source: str
    sink: str
    roles_per_topic: bool

    def datagen(self) -> list[Grant]:
        """Rights of the connector: write the source topic, register its schema."""
        return [
            *self._kafka(self._topic(Role.DEVELOPER_WRITE, self.source)),
            self._subject(Role.DEVELOPER_READ, self.source),
            self._subject(Role.DEVELOPER_WRITE, self.source),
        ]

    def runner(self) -> list[Grant]:
        """Rights of the account that statements run as: make and fill the sink, read the source."""
        return [
            self._in_environment(Role.FLINK_DEVELOPER),
            *self._kafka(
                self._transactions(Role.DEVELOPER_READ),
                self._transactions(Role.DEVELOPER_WRITE),
                self._topic(Role.DEVELOPER_READ, self.source),
                self._topic(Role.DEVELOPER_WRITE, self.sink),
                self._topic(Role.DEVELOPER_MANAGE, self.sink),
            ),
            self._subject(Role.DEVELOPER_READ, self.source),
            self._subject(Role.DEVELOPER_READ, self.sink),
            self._subject(Role.DEVELOPER_WRITE, self.sink),
        ]

    def deployer(self, runner_id: pulumi.Output[str]) -> list[Grant]:
        """Rights that the Flink key needs to make connections, and statements that run as ``runner_id``."""
        return [
            self._in_environment(Role.FLINK_ADMIN),
            Grant(
                role=Role.ASSIGNER,
                on="runner",
                crn=pulumi.Output.concat(self.organization, "/service-account=", runner_id),
            ),
        ]

    def operator(self) -> list[Grant]:
        """Rights of the same key on data: what SELECT and DROP TABLE need, which run as the key's owner."""
        return [
            *self._kafka(
                self._topic(Role.DEVELOPER_READ, self.source),
                self._topic(Role.DEVELOPER_READ, self.sink),
                self._topic(Role.DEVELOPER_MANAGE, self.sink),
            ),
            self._subject(Role.DEVELOPER_READ, self.source),
            self._subject(Role.DEVELOPER_READ, self.sink),
            self._subject(Role.DEVELOPER_MANAGE, self.sink),
        ]

    def _kafka(self, *grants: Grant) -> list[Grant]:
        if self.roles_per_topic:
            return list(grants)
        return [Grant(role=Role.CLOUD_CLUSTER_ADMIN, on="cluster", crn=self.cluster)]

    def _topic(self, role: Role, topic: str) -> Grant:
        crn = pulumi.Output.concat(self.cluster, "/kafka=", self.cluster_id, "/topic=", topic)
        return Grant(role=role, on=f"topic-{topic}", crn=crn)

    def _transactions(self, role: Role) -> Grant:
        crn = pulumi.Output.concat(self.cluster, "/kafka=", self.cluster_id, "/transactional-id=_confluent-flink_*")
        return Grant(role=role, on="transactions", crn=crn)

    def _subject(self, role: Role, topic: str) -> Grant:
        return Grant(
            role=role, on=f"subject-{topic}", crn=pulumi.Output.concat(self.registry, "/subject=", topic, "-*")
        )

    def _in_environment(self, role: Role) -> Grant:
        return Grant(role=role, on="environment", crn=self.environment)
