"""Declaring one Flink statement: its name, what it runs with, and when it is made again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.hooks import DATABASE, Source, StatementHooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.flink_session import FlinkSession
    from components.sql_text import Statement

CATALOG = "sql.current-catalog"
MAX_NAME = 72


@dataclass(frozen=True, kw_only=True)
class StatementProps:
    """``built_on``: outputs of what the statement uses; when one of these is replaced, so is the statement."""

    statement: Statement
    session: FlinkSession
    built_on: Sequence[pulumi.Input[str]] = ()
    source: Source | None = None


def declare_statement(
    purpose: str, props: StatementProps, opts: pulumi.ResourceOptions
) -> confluentcloud.FlinkStatement:
    """Register the statement.

    Flink statements cannot be edited, and one that failed stays failed: any difference replaces it. Its name is taken
    until it is deleted, so the old one goes first, and before that whatever is built on it.
    """
    session = props.session
    properties: dict[str, pulumi.Input[str]] = {CATALOG: session.catalog, DATABASE: session.database}
    name = pulumi.Output.all(
        suffix=session.suffix,
        properties=properties,
        runs_as=session.runs_as,
        built_on=list(props.built_on),
    ).apply(lambda known: statement_name(purpose, text=props.statement.text, **known))
    hooks = StatementHooks(
        purpose=purpose,
        statement=props.statement,
        session=session,
        built_on=props.built_on,
        protect=bool(opts.protect),
    )
    return confluentcloud.FlinkStatement(
        purpose,
        statement=props.statement.text,
        statement_name=name,
        properties=properties,
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                provider=session.provider,
                depends_on=list(session.rights),
                replace_on_changes=["*"],
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="10m", delete="10m"),
                hooks=hooks.binding(props.source),
            ),
        ),
    )


def statement_name(
    purpose: str, *, text: str, suffix: str, properties: Mapping[str, str], runs_as: Any, built_on: Any
) -> str:
    """Return ``<purpose>-<suffix>-<digest>``: the same content has the same name, another content another one."""
    content = json.dumps([text, dict(properties), runs_as, built_on], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    ending = f"-{suffix}-{digest}"
    return purpose[: MAX_NAME - len(ending)].rstrip("-") + ending
