"""Policy: no credential in SQL, since statements are stored, listed and logged unencrypted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_policy import ResourceValidationPolicy

from guardrails.credentials import credential_in, is_credential_name
from guardrails.kinds import STATEMENT
from guardrails.values import text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report

_OPTION = re.compile(r"'(?P<key>(?:[^']|'')+)'\s*=\s*'(?P<value>(?:[^']|'')+)'")
_REMEDY = "put it into a FlinkConnection, from a secret of the stack's configuration"


def _found_in(sql: str) -> Iterator[str]:
    options = list(_OPTION.finditer(sql))
    named = [option for option in options if is_credential_name(option["key"])]
    for option in named:
        line = sql.count("\n", 0, option.start()) + 1
        yield f"sets '{option['key']}' to a literal on line {line}"
    for number, line_text in enumerate(sql.splitlines(), 1):
        # One finding per line: a named option is reported already, with its key.
        told = any(sql.count("\n", 0, option.start()) + 1 == number for option in named)
        what = None if told else credential_in(line_text)
        if what:
            yield f"contains {what} on line {number}"


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type != STATEMENT:
        return
    for finding in _found_in(text(args.props, "statement")):
        report(f"The SQL of {args.name} {finding}: {_REMEDY}.")
    for key, value in texts(args.props, "properties"):
        what = "a credential" if is_credential_name(key) and value else credential_in(value)
        if what:
            report(f"The property {key} of {args.name} contains {what}: set it in `propertiesSensitive`.")


SQL_CREDENTIALS = ResourceValidationPolicy(
    name="no-credentials-in-sql",
    description="No Flink statement, and none of its plain properties, contains a credential.",
    validate=_validate,
)
