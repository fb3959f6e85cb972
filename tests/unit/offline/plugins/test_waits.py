"""The official provider's waits, for those who ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from offline.plugins.call import Call, Cancellation
from offline.plugins.confluentcloud.waits import VARIABLE, official_wait
from offline.plugins.errors import CancelledError, PluginError

KAFKA_KEY = {"managedResource": {"apiVersion": "cmk/v2"}}


def test_nobody_waits_unless_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert official_wait("Connector", {}) == 0


@pytest.mark.parametrize(
    ("kind", "inputs", "seconds"),
    [
        ("Connector", {}, 185),
        ("Environment", {}, 0),
        ("RoleBinding", {}, 90),
        ("RoleBinding", {"disableWaitForReady": True}, 0),
        ("ApiKey", KAFKA_KEY, 120),
        ("ApiKey", {"managedResource": {"apiVersion": "fcpm/v2"}}, 60),
        ("ApiKey", {}, 15),
    ],
)
def test_waits_are_scaled_by_one_factor(
    monkeypatch: pytest.MonkeyPatch, kind: str, inputs: dict[str, Any], seconds: float
) -> None:
    monkeypatch.setenv(VARIABLE, "0.1")
    assert official_wait(kind, inputs) == pytest.approx(seconds / 10)


def test_a_factor_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "yes")
    with pytest.raises(PluginError, match=f"{VARIABLE} must be a number such as 0.1, not 'yes'"):
        official_wait("Connector", {})


def test_a_wait_ends_with_its_call() -> None:
    call = Call(Cancellation())
    call.cancellation.cancel()
    with pytest.raises(CancelledError):
        call.take_at_least(60)
