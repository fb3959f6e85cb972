"""Having a model answer once: one whose provider refuses is created all right, and what uses it fails later."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pulumi

from components.flinksql.calls import HookError, ask
from components.flinksql.previous import ANSWERED_WITH
from components.flinksql.rights import RIGHTS_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.flinksql.session import FlinkSession


async def answer_of(session: FlinkSession, model: str, database: str, failure: str) -> None:
    """Have ``model`` answer; :class:`HookError` has the provider's refusal, and what to do about it."""
    try:
        await ask(session.address, database, lambda flink: flink.predict(model), failure, RIGHTS_SECONDS)
    except HookError as error:
        raise HookError(f"{error} {session.model_remedy}") from None


def answered(
    session: FlinkSession,
    models: Sequence[str],
    called_with: Sequence[pulumi.Input[str]],
    after: Sequence[pulumi.Input[str]],
) -> dict[str, pulumi.Output[str]]:
    """Return an output for the component that has the ``models``: a digest of what they call their provider with.

    Where the last `up` wrote another digest, it is known once all of them have answered: the connection was updated in
    place, which no statement notices. New models are not asked here, but by the INSERTs that use them. This is no hook:
    it runs in every `up` until the models have answered, also in the one after a refusal. ``after``: what the models
    are made by.
    """

    async def check(values: list[Any]) -> str:
        database, connection, _ = values
        digest = hashlib.sha256(json.dumps(connection).encode()).hexdigest()
        if session.previous.answered_with not in {None, digest} and not pulumi.runtime.is_dry_run():
            for model in models:
                failure = f"Model {model} gives no answer with the changed connection"
                try:
                    await answer_of(session, model, database, failure)
                except HookError as error:
                    raise pulumi.RunError(str(error)) from None
        return digest

    known: pulumi.Output[Any] = pulumi.Output.all(session.database, list(called_with), list(after))
    return {ANSWERED_WITH: pulumi.Output.secret(known.apply(check))}
