"""Policy: CloudClusterAdmin on Basic clusters alone, which are for development and have no roles per topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import StackValidationPolicy

from guardrails.admin_roles import CLUSTER_ADMIN
from guardrails.cluster_types import type_of
from guardrails.kinds import KAFKA_CLUSTER, ROLE_BINDING
from guardrails.values import text

if TYPE_CHECKING:
    from pulumi_policy import PolicyResource, ReportViolation, StackValidationArgs


def _administered(binding: PolicyResource) -> list[PolicyResource]:
    """Return the clusters that the binding's CRN pattern depends on.

    The engine's dependencies are used because a preview does not know the CRN of a new cluster.
    """
    sources = binding.property_dependencies.get("crnPattern", [])
    return [source for source in sources if source.resource_type == KAFKA_CLUSTER]


def _validate(args: StackValidationArgs, report: ReportViolation) -> None:
    for binding in args.resources:
        if binding.resource_type != ROLE_BINDING or text(binding.props, "roleName") != CLUSTER_ADMIN:
            continue
        clusters = _administered(binding)
        if not clusters:
            report(
                f"{binding.name} makes an account {CLUSTER_ADMIN} of a cluster that this stack does not make: bind "
                "roles on its topics instead.",
                binding.urn,
            )
        for cluster in clusters:
            kind = type_of(cluster.props)
            if kind != "Basic":
                report(
                    f"{binding.name} makes an account {CLUSTER_ADMIN} of {cluster.name}, which is {kind or 'untyped'} "
                    "and has roles per topic: bind those instead.",
                    binding.urn,
                )


CLUSTER_ADMINS = StackValidationPolicy(
    name="cluster-admin-on-basic-only",
    description="CloudClusterAdmin is for the development profile: on Basic clusters, which have no roles per topic.",
    validate=_validate,
)
