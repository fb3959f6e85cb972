"""Policy: a sink has a service account of its own.

A sink hands data to somebody else's system. What it may read is then the rights of one account, which go with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import StackValidationPolicy

from guardrails.sink_connectors import account_of, is_sink, runs_as_account
from guardrails.values import listed

if TYPE_CHECKING:
    from pulumi_policy import ReportViolation, StackValidationArgs


def _validate(args: StackValidationArgs, report: ReportViolation) -> None:
    for sink in args.resources:
        if not is_sink(sink.resource_type, sink.props):
            continue
        if not runs_as_account(sink.props):
            report(
                f"The sink {sink.name} runs with an API key: set `kafka.auth.mode` to `SERVICE_ACCOUNT`, and"
                " `kafka.service.account.id` to an account of its own.",
                sink.urn,
            )
            continue
        account = account_of(sink)
        others = [one.name for one in args.resources if account and one is not sink and account_of(one) == account]
        if others:
            report(
                f"The sink {sink.name} shares its service account {account} with {listed(others)}: give it one of its"
                " own, with the rights that it needs.",
                sink.urn,
            )


SINK_ACCOUNTS = StackValidationPolicy(
    name="own-account-per-sink",
    description="A sink runs as a service account that no other connector of the stack runs as.",
    validate=_validate,
)
