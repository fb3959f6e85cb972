"""Policy: a right names its resources.

A bare ``*`` grants rights on the resources of all pipelines. A prefix (``product-updates-*``) is allowed: Schema
Registry subjects and Flink's transactional ids cannot be named otherwise before they exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from pulumi_policy import ResourceValidationPolicy

from guardrails.kinds import KAFKA_ACL, ROLE_BINDING
from guardrails.options import Option, schema
from guardrails.values import text

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

_EVERYTHING = "*"

_NAMED = Option(
    key="resources",
    meaning="Kinds of resources that a right must name, as CRNs spell them.",
    default=("topic", "subject", "group", "transactional-id"),
)


def _kinds_with_wildcard(args: ResourceValidationArgs) -> list[str]:
    if args.resource_type == KAFKA_ACL:
        everything = text(args.props, "resourceName") == _EVERYTHING
        return [text(args.props, "resourceType").lower().replace("_", "-")] if everything else []
    if args.resource_type != ROLE_BINDING:
        return []
    parts = [unquote(part).partition("=") for part in text(args.props, "crnPattern").split("/")]
    return [kind for kind, _, name in parts if name == _EVERYTHING]


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    named = _NAMED.names(args.get_config())
    for kind in _kinds_with_wildcard(args):
        if kind in named:
            report(f"{args.name} is a right on every {kind} (`{kind}=*`): name one, or a prefix such as `orders-*`.")


WILDCARDS = ResourceValidationPolicy(
    name="no-wildcard-rights",
    description="A right on topics, subjects, groups or transactional ids names one, or a prefix; never a bare `*`.",
    config_schema=schema(_NAMED),
    validate=_validate,
)
