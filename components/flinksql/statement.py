"""Declaring one Flink statement: its name, what it runs with, and when it is replaced."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.flinksql.lifecycle import CATALOG, DATABASE, Lifecycle
from components.flinksql.previous import INITIAL_OFFSET_FROM
from components.flinksql.session import FlinkSession
from components.flinksql.source import Source
from components.flinksql.text import Statement

MAX_NAME = 72  # the provider's limit
_TURN = 4  # digits that tell an INSERT from the one whose offsets it carries over


def declare_statement(
    purpose: str,
    statement: Statement,
    session: FlinkSession,
    opts: pulumi.ResourceOptions,
    *,
    built_on: Sequence[pulumi.Input[str]] = (),
    sources: Sequence[Source] = (),
) -> pulumi.Output[str]:
    """Register the statement of ``sql/<purpose>.sql``; return its name, once it has taken over from the one before.

    ``built_on``: outputs of what it uses; when one of these is replaced, so is the statement. ``sources``: the tables
    it reads that a connector fills.

    A Flink statement cannot be edited: any difference replaces it. Its name is taken until it is deleted, so the old
    one goes first, and before that whatever is built on it. An edited or repaired INSERT has another name: the
    old one stays until the new one has taken over, which begins where the old one stopped.
    """
    last = session.previous.statements.get(purpose)
    takes_over = statement.kind.makes is None and session.previous.is_changed(purpose, statement.text)
    place: dict[str, pulumi.Input[str]] = {CATALOG: session.catalog, DATABASE: session.database}
    known = pulumi.Output.all(suffix=session.suffix, properties=place, runs_as=session.runs_as, built_on=list(built_on))

    def is_carried_over(values: Mapping[str, Any]) -> bool:
        return takes_over and session.previous.stands(values["built_on"])

    def name_of(values: Mapping[str, Any]) -> str:
        base = statement_name(purpose, text=statement.text, **values)
        if last and is_carried_over(values):
            return f"{base}-{hashlib.sha256(last.name.encode()).hexdigest()[:_TURN]}"
        # One that has taken over keeps its longer name: any other name would replace it in every `up`.
        return last.name if last and last.name.startswith(f"{base}-") else base

    def properties_of(values: Mapping[str, Any]) -> dict[str, str]:
        offsets = {INITIAL_OFFSET_FROM: last.name} if last and is_carried_over(values) else {}
        return {**values["properties"], **offsets}

    name = known.apply(name_of)
    lifecycle = Lifecycle(
        purpose=purpose,
        statement=statement,
        session=session,
        built_on=built_on,
        sources=sources,
        takes_over=takes_over,
    )
    has_offsets = last is not None and INITIAL_OFFSET_FROM in last.properties
    resource = confluentcloud.FlinkStatement(
        purpose,
        statement=session.previous.text_to_run(purpose, statement, name),
        statement_name=name,
        properties=known.apply(properties_of) if takes_over else place,
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                provider=session.provider,
                depends_on=list(session.rights),
                # The provider refuses most edits, and only while it applies them: a green preview, then a failed `up`.
                replace_on_changes=["*"],
                # Where it began is no difference; and when it is replaced, it is not to begin there again.
                ignore_changes=[f'properties["{INITIAL_OFFSET_FROM}"]'] if has_offsets and not takes_over else None,
                delete_before_replace=not takes_over,
                # The provider's own limit is 6 h: so long would `up` hang on a statement that stays PENDING.
                custom_timeouts=pulumi.CustomTimeouts(create="20m", delete="10m"),
                hooks=lifecycle.hooks(),
            ),
        ),
    )
    return lifecycle.taken_over(resource)


def statement_name(
    purpose: str, *, text: str, suffix: str, properties: Mapping[str, str], runs_as: Any, built_on: Any
) -> str:
    """Return ``<purpose>-<suffix>-<digest>``: the same content has the same name, another content another one."""
    content = json.dumps([text, dict(properties), runs_as, built_on], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    ending = f"-{suffix}-{digest}"
    return purpose[: MAX_NAME - len(ending) - len("-") - _TURN].rstrip("-") + ending
