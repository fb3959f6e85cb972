from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from components.lookups import look_up

SENTENCE = "Environment env-1 does not exist any more."


def looked_up(monkeypatch: pytest.MonkeyPatch, said: str) -> Any:
    async def invoke_async(*_: object) -> Any:
        raise Exception(said)  # noqa: TRY002 - the class that Pulumi raises

    monkeypatch.setattr(pulumi.runtime, "invoke_async", invoke_async)
    parent = object()
    found = look_up("getEnvironment", {"id": "env-1"}, dict, parent=parent, missing=SENTENCE)  # type: ignore[arg-type]
    return asyncio.run(found)


@pytest.mark.parametrize(
    "said",
    [
        "invoke of getEnvironment failed: getEnvironment: 404 Not Found: Environment env-1 does not exist.",
        'error reading Environment "env-1": 403 Forbidden: Forbidden Access',
    ],
)
def test_what_is_not_there_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    with pytest.raises(pulumi.RunError, match=SENTENCE):
        looked_up(monkeypatch, said)


@pytest.mark.parametrize("said", ["503 Service Unavailable: env-404", "401 Unauthorized: env-403"])
def test_any_other_error_is_as_it_was(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    with pytest.raises(Exception, match=said) as raised:
        looked_up(monkeypatch, said)
    assert not isinstance(raised.value, pulumi.RunError)
