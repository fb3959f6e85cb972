"""Policy: a sink neither stops at a record that it cannot convert, nor loses it.

``errors.tolerance`` = ``none`` ends the copy at the first such record, until a person has looked. With ``all`` it goes
to the dead-letter topic: a fully managed connector has one (``dlq-lcc-...``), a custom one only if it is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import ResourceValidationPolicy

from guardrails.sink_connectors import is_sink, setting

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

_TOLERANCE, _TOPIC = "errors.tolerance", "errors.deadletterqueue.topic.name"


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    if not is_sink(args.resource_type, args.props):
        return
    tolerance = setting(args.props, _TOLERANCE)
    is_custom = setting(args.props, "confluent.connector.type") == "CUSTOM"
    if tolerance != "all":
        found = f"has {_TOLERANCE} {tolerance!r}" if tolerance else f"does not set {_TOLERANCE}"
        report(f"The sink {args.name} {found}: set it to `all`, so that one bad record does not end the copy.")
    elif is_custom and not setting(args.props, _TOPIC):
        report(f"The sink {args.name} drops what it cannot convert: name a topic for it in `{_TOPIC}`.")


DEAD_LETTERS = ResourceValidationPolicy(
    name="dead-letters-of-sinks",
    description="A sink puts records that it cannot convert into a dead-letter topic: it neither stops nor drops them.",
    validate=_validate,
)
