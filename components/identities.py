"""The service accounts of the pipeline and their role bindings."""

from collections.abc import Sequence

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.grants import Grant, Scope


class Identities(pulumi.ComponentResource):
    """An account per duty: ``datagen``, ``sink-*``, ``runner`` (statements), ``deployer`` (the Flink key).

    ``accounts`` and ``rights``: by duty. The rights are the role bindings to depend on: what uses a right comes after
    it and goes before it. Those of ``deployer`` do not wait for the cluster; those of ``operator``, which are the same
    account's on data, do. ``suffix`` makes the accounts' names unique in the organization.
    """

    accounts: dict[str, confluentcloud.ServiceAccount]
    rights: dict[str, list[confluentcloud.RoleBinding]]

    def __init__(
        self, name: str, *, suffix: pulumi.Input[str], scope: Scope, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("confluent-rag:index:Identities", name, None, opts)
        # There is one of each name, and one of each binding: the old one goes before the new one is made.
        self._fixed = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        self._suffix = suffix
        profile = "" if scope.roles_per_topic else " (development profile: administers the cluster)"
        self.accounts, self.rights = {}, {}
        if scope.generated:
            datagen = self._account("datagen", f"Runs the Datagen connector{profile}")
            self.rights["datagen"] = self._bind(datagen, "datagen", scope.datagen())
        for sink in scope.sinks:
            account = self._account(f"sink-{sink}", f"Runs the sink {sink}{profile}")
            self.rights[f"sink-{sink}"] = self._bind(account, f"sink-{sink}", scope.sink(sink))
        runner = self._account("runner", f"Runs the Flink statements{profile}")
        # After the runner: when all are replaced, statements are deleted with the runner, by a key that is still there.
        deployer = self._account("deployer", f"Owns the Flink API key{profile}", after=[runner])
        self.rights["runner"] = self._bind(runner, "runner", scope.runner())
        self.rights["deployer"] = self._bind(deployer, "deployer", scope.deployer(runner.id))
        self.rights["operator"] = self._bind(deployer, "deployer", scope.operator())
        self.register_outputs({f"{duty}Id": account.id for duty, account in self.accounts.items()})

    @property
    def statement_rights(self) -> list[confluentcloud.RoleBinding]:
        """All that a statement needs: the rights of the account it runs as, and of the key that deploys and drops."""
        return [*self.rights["runner"], *self.rights["deployer"], *self.rights["operator"]]

    def _account(
        self, duty: str, description: str, after: Sequence[pulumi.Resource] = ()
    ) -> confluentcloud.ServiceAccount:
        self.accounts[duty] = confluentcloud.ServiceAccount(
            duty,
            display_name=pulumi.Output.concat("rag-", duty, "-", self._suffix),
            description=description,
            opts=pulumi.ResourceOptions.merge(self._fixed, pulumi.ResourceOptions(depends_on=list(after))),
        )
        return self.accounts[duty]

    def _bind(
        self, account: confluentcloud.ServiceAccount, owner: str, grants: Sequence[Grant]
    ) -> list[confluentcloud.RoleBinding]:
        return [
            confluentcloud.RoleBinding(
                f"{owner}-{grant.role}-{grant.on}",
                principal=pulumi.Output.concat("User:", account.id),
                role_name=grant.role.value,
                crn_pattern=grant.crn,
                # 90 s each otherwise. The hooks cover the time that rights need to arrive.
                disable_wait_for_ready=True,
                opts=self._fixed,
            )
            for grant in grants
        ]
