"""Policy: Flink runs in the region of the Kafka cluster, since it cannot read topics of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import StackValidationPolicy

from guardrails.kinds import KAFKA_CLUSTER
from guardrails.places import place_of
from guardrails.values import listed

if TYPE_CHECKING:
    from pulumi_policy import ReportViolation, StackValidationArgs


def _validate(args: StackValidationArgs, report: ReportViolation) -> None:
    places = {resource.urn: place_of(resource) for resource in args.resources}
    clusters = [resource for resource in args.resources if resource.resource_type == KAFKA_CLUSTER]
    of_clusters = {place for cluster in clusters if (place := places[cluster.urn])}
    for resource in args.resources:
        place = places[resource.urn]
        if of_clusters and place and place not in of_clusters:
            report(
                f"{resource.name} is in {place}, but the stack's Kafka cluster in {listed(sorted(of_clusters))}: Flink "
                "reads and writes topics of its own region only, so give both the same cloud and region.",
                resource.urn,
            )


ONE_REGION = StackValidationPolicy(
    name="one-region",
    description="Compute pool, Flink key, connections and statements are in the region of the Kafka cluster.",
    validate=_validate,
)
