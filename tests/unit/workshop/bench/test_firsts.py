"""When a topic got its first record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from workshop.bench import firsts
from workshop.bench.firsts import FirstRecords
from workshop.clone import Clone, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def topic(name: str, records: int) -> dict[str, Any]:
    return {"name": name, "records": records}


def test_the_first_look_that_shows_a_record_counts(tmp_path: Path) -> None:
    seen = FirstRecords(Clone(tmp_path, 1), ["in", "out"])
    seen.note([topic("in", 0)], 1.0)
    seen.note([topic("in", 3), topic("out", 0), topic("other", 9)], 2.0)
    seen.note([topic("in", 5), topic("out", 1)], 3.0)
    assert seen.seconds == {"in": 2.0, "out": 3.0}


def test_it_asks_until_each_has_one_and_survives_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".local" / "cloud"
    folder.mkdir(parents=True)
    (folder / "credentials.json").write_text(json.dumps({"cloud_api_key": "KEY", "cloud_api_secret": "SECRET"}))
    replies = iter(
        [
            httpx.Response(503),
            httpx.Response(200, json={"topics": [topic("in", 1)]}),
            httpx.Response(200, json={"topics": [topic("in", 2), topic("out", 1)]}),
        ]
    )
    made = httpx.Client
    transport = httpx.MockTransport(lambda _: next(replies))
    monkeypatch.setattr(httpx, "Client", lambda **options: made(**options, transport=transport))
    monkeypatch.setattr(firsts, "_POLL_SECONDS", 0.001)
    with FirstRecords(Clone(tmp_path, 1), ["in", "out"]) as seen:
        wait_until(lambda: len(seen.seconds) == 2, "both topics to have a record", seconds=10)
    assert 0 < seen.seconds["in"] <= seen.seconds["out"]
