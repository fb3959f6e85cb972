"""The service accounts of the pipeline and their role bindings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_confluentcloud as confluentcloud

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.grants import Grant, Scope


@dataclass(frozen=True, kw_only=True)
class IdentitiesProps:
    """``suffix`` makes the accounts' names unique in the organization."""

    suffix: pulumi.Input[str]
    scope: Scope


class Identities(pulumi.ComponentResource):
    """Three accounts: ``datagen`` (the connector), ``runner`` (the statements), ``deployer`` (owns the Flink key).

    The ``*_rights`` are the role bindings to depend on: what uses a right comes after it and goes before it.
    ``deployer_rights`` do not wait for the cluster; ``operator_rights`` (the same account's, on data) do.
    """

    def __init__(self, name: str, props: IdentitiesProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:Identities", name, None, opts)
        # There is one of each name, and one of each binding: the old one goes before the new one is made.
        fixed = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        self._fixed = pulumi.ResourceOptions.merge(opts, fixed)
        self._suffix = props.suffix
        scope = props.scope
        profile = "" if scope.roles_per_topic else " (development profile: administers the cluster)"
        self.datagen = self._account("datagen", f"Runs the Datagen connector{profile}")
        self.runner = self._account("runner", f"Runs the Flink statements{profile}")
        # After the runner: when all are replaced, statements are deleted with the runner, by a key that is still there.
        self.deployer = self._account("deployer", f"Owns the Flink API key{profile}", after=[self.runner])
        self.datagen_rights = self._bind("datagen", self.datagen, scope.datagen())
        self.runner_rights = self._bind("runner", self.runner, scope.runner())
        self.deployer_rights = self._bind("deployer", self.deployer, scope.deployer(self.runner.id))
        self.operator_rights = self._bind("deployer", self.deployer, scope.operator())
        self.register_outputs(
            {"datagenId": self.datagen.id, "runnerId": self.runner.id, "deployerId": self.deployer.id}
        )

    @property
    def statement_rights(self) -> list[confluentcloud.RoleBinding]:
        """All that a statement needs: the rights of the account it runs as, and of the key that deploys and drops."""
        return [*self.runner_rights, *self.deployer_rights, *self.operator_rights]

    def _account(
        self, purpose: str, description: str, after: Sequence[pulumi.Resource] = ()
    ) -> confluentcloud.ServiceAccount:
        return confluentcloud.ServiceAccount(
            purpose,
            display_name=pulumi.Output.concat("rag-", purpose, "-", self._suffix),
            description=description,
            opts=pulumi.ResourceOptions.merge(self._fixed, pulumi.ResourceOptions(depends_on=list(after))),
        )

    def _bind(
        self, purpose: str, account: confluentcloud.ServiceAccount, grants: Sequence[Grant]
    ) -> list[confluentcloud.RoleBinding]:
        return [
            confluentcloud.RoleBinding(
                f"{purpose}-{grant.role}-{grant.on}",
                principal=pulumi.Output.concat("User:", account.id),
                role_name=grant.role.value,
                crn_pattern=grant.crn,
                # 90 s each otherwise. The hooks cover the time that rights need to arrive.
                disable_wait_for_ready=True,
                opts=self._fixed,
            )
            for grant in grants
        ]
