"""Policy: resources that contain production data are protected from accidental deletion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_policy import ResourceValidationPolicy

from guardrails.kinds import ENVIRONMENT, KAFKA_CLUSTER, KAFKA_TOPIC, STATEMENT
from guardrails.options import PRODUCTION, in_production, schema
from guardrails.values import text

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

_HOLD_DATA = {ENVIRONMENT: "environment", KAFKA_CLUSTER: "Kafka cluster", KAFKA_TOPIC: "topic"}
_MAKES_TABLE = re.compile(r"^(?:\s|--[^\n]*\n|/\*.*?\*/)*CREATE\s+TABLE\b", re.IGNORECASE | re.DOTALL)


def _what(args: ResourceValidationArgs) -> str | None:
    if args.resource_type == STATEMENT and _MAKES_TABLE.match(text(args.props, "statement")):
        return "table"
    return _HOLD_DATA.get(args.resource_type)


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    what = _what(args)
    if what and in_production(args.urn, args.get_config()) and not args.opts.protect:
        report(f"{args.name} is a {what} of a production stack without protection: set confluent-rag:protect: true.")


PROTECTED_DATA = ResourceValidationPolicy(
    name="protected-data",
    description="In production, environments, Kafka clusters, topics and tables are protected from deletion.",
    config_schema=schema(PRODUCTION),
    validate=_validate,
)
