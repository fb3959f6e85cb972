"""A topic's new settings are waited for: the controller confirms them before the broker shows them."""

from __future__ import annotations

import pytest

from localcloud.dataplane.kafka.admin import TopicAdmin
from localcloud.dataplane.kafka.broker_folder import KafkaInternal

OLD, NEW = {"retention.ms": "9000"}, {"retention.ms": "5000"}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (NEW, [OLD, OLD, NEW]),
        ({"retention.ms": "05000"}, [OLD, NEW]),  # Kafka writes it in another way
        ({"retention.ms": None}, [OLD, {}]),
        (OLD, [OLD]),  # nothing changes
    ],
)
def test_until_the_broker_shows_them(
    monkeypatch: pytest.MonkeyPatch, wanted: dict[str, str | None], shown: list[dict[str, str]]
) -> None:
    admin = TopicAdmin(KafkaInternal(bootstrap="127.0.0.1:1", token="t"))
    answers = iter(shown)
    monkeypatch.setattr(admin, "_configs", lambda _: (next(answers), {}))
    admin._wait_until_shown("products", OLD, wanted)
    assert list(answers) == []


def test_no_longer_than_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localcloud.dataplane.kafka.admin._SHOWN_SECONDS", 0.1)
    admin = TopicAdmin(KafkaInternal(bootstrap="127.0.0.1:1", token="t"))
    monkeypatch.setattr(admin, "_configs", lambda _: (NEW, {}))
    admin._wait_until_shown("products", NEW, {"retention.ms": "05000"})
