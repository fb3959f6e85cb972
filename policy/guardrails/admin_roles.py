"""Policy: no account of the pipeline has administrative rights beyond the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import ResourceValidationPolicy

from guardrails.kinds import ROLE_BINDING
from guardrails.options import PRODUCTION, Option, in_production, schema
from guardrails.values import matches, text

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

CLUSTER_ADMIN = "CloudClusterAdmin"

_REFUSED = Option(
    key="roles",
    meaning="Roles that no account may have.",
    default=("OrganizationAdmin", "EnvironmentAdmin", "AccountAdmin"),
)
_EXCEPT = Option(
    key="exceptBindings",
    meaning="Names of role bindings that may, such as the deploying account's (CI), if a stack creates that account.",
    default=(),
)


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    config = args.get_config()
    if args.resource_type != ROLE_BINDING or matches(args.name, _EXCEPT.names(config)):
        return
    role = text(args.props, "roleName")
    if role in _REFUSED.names(config):
        report(f"{args.name} makes an account {role}: bind roles on what it reads and writes instead.")
    elif role == CLUSTER_ADMIN and in_production(args.urn, config):
        report(
            f"{args.name} makes an account {role} in a production stack: use a Standard cluster, which has roles per "
            "topic (confluent-rag:clusterType: Standard)."
        )


ADMIN_ROLES = ResourceValidationPolicy(
    name="no-admin-roles",
    description="No runtime account administers an organization, an environment or, in production, a cluster.",
    config_schema=schema(_REFUSED, _EXCEPT, PRODUCTION),
    validate=_validate,
)
