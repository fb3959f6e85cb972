"""Declaring one Flink statement: its name, what it runs with, and when it is made again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.carry_over import INITIAL_OFFSET_FROM, is_edit, reference
from components.forgotten import text_of
from components.hooks import DATABASE, StatementHooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.flink_session import FlinkSession
    from components.last_up import LastUp
    from components.source import Source
    from components.sql_text import Statement

CATALOG = "sql.current-catalog"
MAX_NAME = 72


@dataclass(frozen=True, kw_only=True)
class StatementProps:
    """``built_on``: outputs of what the statement uses; when one of these is replaced, so is the statement.

    ``carries_over``: after an edit of its text it goes on where the old one stopped, instead of beginning anew.
    """

    statement: Statement
    session: FlinkSession
    built_on: Sequence[pulumi.Input[str]] = ()
    source: Source | None = None
    carries_over: bool = False


def declare_statement(
    purpose: str, props: StatementProps, opts: pulumi.ResourceOptions
) -> confluentcloud.FlinkStatement:
    """Register the statement.

    Flink statements cannot be edited, and one that failed stays failed: any difference replaces it. Its name is taken
    until it is deleted, so the old one goes first, and before that whatever is built on it. With ``carries_over`` and
    another text, which is another name, the old one stays until the new one is there to take over from it.
    """
    session = props.session
    text = props.statement.text
    place: dict[str, pulumi.Input[str]] = {CATALOG: session.catalog, DATABASE: session.database}
    name = pulumi.Output.all(
        suffix=session.suffix,
        properties=place,
        runs_as=session.runs_as,
        built_on=list(props.built_on),
    ).apply(lambda known: statement_name(purpose, text=text, **known))
    last = session.last_up.statements.get(purpose)
    properties: pulumi.Input[dict[str, pulumi.Input[str]]] = place
    if props.carries_over and last:
        properties = pulumi.Output.all(place=place, name=name, built_on=list(props.built_on)).apply(
            lambda known: known["place"] | _carried_over(session.last_up, purpose, text, known)
        )
    takes_over = props.carries_over and is_edit(last, text)
    hooks = StatementHooks(
        purpose=purpose,
        statement=props.statement,
        session=session,
        built_on=props.built_on,
        protect=bool(opts.protect),
        takes_over=takes_over,
    )
    return confluentcloud.FlinkStatement(
        purpose,
        statement=text_of(session.last_up, purpose, props.statement, name),
        statement_name=name,
        properties=properties,
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                provider=session.provider,
                depends_on=list(session.rights),
                replace_on_changes=["*"],
                delete_before_replace=not takes_over,
                custom_timeouts=pulumi.CustomTimeouts(create="10m", delete="10m"),
                hooks=hooks.binding(props.source),
            ),
        ),
    )


def _carried_over(last_up: LastUp, purpose: str, text: str, known: Mapping[str, Any]) -> dict[str, str]:
    carries_on_from = reference(last_up, purpose, name=known["name"], text=text, built_on=known["built_on"])
    return {INITIAL_OFFSET_FROM: carries_on_from} if carries_on_from else {}


def statement_name(
    purpose: str, *, text: str, suffix: str, properties: Mapping[str, str], runs_as: Any, built_on: Any
) -> str:
    """Return ``<purpose>-<suffix>-<digest>``: the same content has the same name, another content another one."""
    content = json.dumps([text, dict(properties), runs_as, built_on], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    ending = f"-{suffix}-{digest}"
    return purpose[: MAX_NAME - len(ending)].rstrip("-") + ending
