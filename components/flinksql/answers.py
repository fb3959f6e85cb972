"""Having a model answer once: one whose provider refuses is created all right, and what uses it fails later."""

from collections.abc import Sequence
from typing import Any

import pulumi

from components.flinksql.calls import ask
from components.flinksql.errors import HookError
from components.flinksql.once import done_once
from components.flinksql.rights import RIGHTS_SECONDS
from components.flinksql.session import FlinkSession

_OUTPUT = "answeredWith"


async def answer_of(session: FlinkSession, model: str, database: str, failure: str) -> tuple[Any, ...]:
    """Have ``model`` answer; :class:`HookError` has the provider's refusal, and what to do about it."""
    try:
        row: tuple[Any, ...] = await ask(
            session.address, database, lambda flink: flink.predict(model), failure, RIGHTS_SECONDS
        )
    except HookError as error:
        raise HookError(f"{error} {session.model_remedy}") from None
    return row


def answered(
    session: FlinkSession,
    component: str,
    models: Sequence[str],
    called_with: Sequence[pulumi.Input[str]],
    after: Sequence[pulumi.Input[str]],
) -> dict[str, pulumi.Output[str]]:
    """Return an output for ``component``, which has the ``models``: a digest of what they call their provider with.

    Where the last `up` wrote another digest, it is known once all of them have answered: the connection was updated in
    place, which no statement notices. New models are not asked here, but by the INSERTs that use them. ``after``: what
    the models are made by.
    """
    last = session.previous.components.get(component, {}).get(_OUTPUT)

    async def check(values: list[Any]) -> str:
        database, connection, _ = values

        async def ask_all() -> None:
            for model in models:
                await answer_of(session, model, database, f"Model {model} gives no answer with the changed connection")

        return await done_once(connection, last, ask_all, at_first=False)

    known: pulumi.Output[Any] = pulumi.Output.all(session.database, list(called_with), list(after))
    return {_OUTPUT: pulumi.Output.secret(known.apply(check))}
