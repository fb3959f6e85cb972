"""Having a model answer once: one whose provider refuses is created all right, and what uses it fails later."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pulumi

from components.flinksql.calls import HookError, ask
from components.flinksql.previous import ANSWERED_WITH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.flinksql.session import FlinkSession
    from components.flinksql.statement import Declared


async def answer_of(session: FlinkSession, model: str, database: str, failure: str) -> None:
    """Have ``model`` answer; :class:`HookError` has the provider's refusal, and what to do about it."""
    try:
        await ask(session.address, database, lambda flink: flink.predict(model), failure)
    except HookError as error:
        raise HookError(f"{error} {session.model_remedy}") from None


def answered(
    session: FlinkSession, models: Sequence[Declared], names: Sequence[str], called_with: Sequence[pulumi.Input[str]]
) -> dict[str, pulumi.Output[str]]:
    """Return the outputs of the component that has the ``models``: a digest of what they call their provider with.

    It is known once all of ``names`` have answered, if the last `up` wrote another digest: the connection was updated
    in place, which no statement notices. New models are not asked here, but by the INSERTs that use them. This is no
    hook: it runs in every `up` until the models have answered, also in the one after a refusal.
    """

    async def check(known: list[Any]) -> str:
        database, connection, _ = known
        digest = hashlib.sha256(json.dumps(connection).encode()).hexdigest()
        if session.previous.answered_with not in {None, digest} and not pulumi.runtime.is_dry_run():
            for name in names:
                try:
                    await answer_of(
                        session, name, database, f"Model {name} gives no answer with the changed connection"
                    )
                except HookError as error:
                    raise pulumi.RunError(str(error)) from None
        return digest

    made = [model.resource.id for model in models]
    checked: pulumi.Output[Any] = pulumi.Output.all(session.database, list(called_with), made)
    return {ANSWERED_WITH: pulumi.Output.secret(checked.apply(check))}
