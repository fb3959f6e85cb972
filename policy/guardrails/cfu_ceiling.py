"""Policy: a maximum of CFU, and so of cost, for a compute pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import ResourceValidationPolicy

from guardrails.kinds import COMPUTE_POOL
from guardrails.options import Option, schema
from guardrails.values import known

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

_CEILING = Option(key="maximum", meaning="Most CFU that one compute pool may use.", default=20)


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    size = known(args.props, "maxCfu") if args.resource_type == COMPUTE_POOL else None
    ceiling = _CEILING.number(args.get_config())
    if isinstance(size, int | float) and size > ceiling:
        report(
            f"{args.name} may use {size:.0f} CFU, but {ceiling} is the most a pool may: lower confluent-rag:maxCfu, or "
            "raise `maximum`."
        )


CFU_CEILING = ResourceValidationPolicy(
    name="cfu-ceiling",
    description="A Flink compute pool stays under a ceiling of CFU, the unit in which it is billed.",
    config_schema=schema(_CEILING),
    validate=_validate,
)
