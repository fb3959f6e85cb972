"""Policy: the regions in which data may be stored and processed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import ResourceValidationPolicy

from guardrails.kinds import COMPUTE_POOL, KAFKA_CLUSTER
from guardrails.options import Option, schema
from guardrails.places import declared_place
from guardrails.values import listed, matches

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

_ALLOWED = Option(
    key="regions",
    meaning="Clouds and regions, as in `AWS/us-east-1` or `GCP/europe-*`.",
    default=("AWS/us-east-1", "GCP/us-east4", "AZURE/eastus2"),
)


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type not in {KAFKA_CLUSTER, COMPUTE_POOL}:
        return
    place = declared_place(args.props)
    allowed = _ALLOWED.names(args.get_config())
    if place and not matches(place, allowed):
        report(f"{args.name} is in {place}, but {listed(allowed)} are allowed: move it, or add {place} to `regions`.")


REGIONS = ResourceValidationPolicy(
    name="allowed-regions",
    description="Kafka clusters and Flink compute pools are in the regions where data may be.",
    config_schema=schema(_ALLOWED),
    validate=_validate,
)
