"""Policy: the Kafka cluster types that a stack may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_policy import ResourceValidationPolicy

from guardrails.kinds import KAFKA_CLUSTER
from guardrails.options import PRODUCTION, Option, in_production, schema
from guardrails.values import listed

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

_TYPES = ("Basic", "Standard", "Enterprise", "Dedicated", "Freight")

_ALLOWED = Option(key="types", meaning="Types that any stack may use.", default=("Basic", "Standard"))
_PRODUCTION_TYPES = Option(
    key="productionTypes", meaning="Types that a production stack may use.", default=("Standard",)
)


def type_of(props: Any) -> str | None:
    """Return the type of a cluster by its inputs, for example Standard for ``{"standard": {}}``; ``None`` without one.

    Only keys are read: a preview may not know the values yet.
    """
    return next((name for name in _TYPES if name.lower() in set(props)), None)


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    kind = type_of(args.props) if args.resource_type == KAFKA_CLUSTER else None
    if kind is None:
        return
    config = args.get_config()
    production = in_production(args.urn, config)
    option = _PRODUCTION_TYPES if production else _ALLOWED
    allowed = option.names(config)
    if kind not in allowed:
        where = "a production stack" if production else "a stack"
        report(
            f"{args.name} is a {kind} cluster, but {where} may use {listed(allowed)}: set confluent-rag:clusterType, "
            f"or add {kind} to `{option.key}`."
        )


CLUSTER_TYPES = ResourceValidationPolicy(
    name="allowed-cluster-types",
    description="A Kafka cluster is of an allowed type; a Basic one, without roles per topic, is not for production.",
    config_schema=schema(_ALLOWED, _PRODUCTION_TYPES, PRODUCTION),
    validate=_validate,
)
