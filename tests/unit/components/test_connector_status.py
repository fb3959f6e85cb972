from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime import set_all_config

from components.connector_status import failure_of
from tests.support.stub_api import StubApi

if TYPE_CHECKING:
    from collections.abc import Iterator

STATUS = "GET /connect/v1/environments/env-1/clusters/lkc-1/connectors/Datagen/status"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubApi]:
    monkeypatch.delenv("CONFLUENT_CLOUD_API_KEY", raising=False)
    with StubApi({}) as api:
        key = {"confluentcloud:cloudApiKey": "CK", "confluentcloud:cloudApiSecret": "CS"}
        set_all_config({"confluentcloud:endpoint": f"{api.url}/", **key})
        yield api
        set_all_config({})


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ({"connector": {"state": "FAILED", "trace": "no such account"}}, "no such account"),
        ({"connector": {"state": "FAILED"}}, "it gives no reason"),
        ({"connector": {"state": "RUNNING", "trace": ""}}, None),
        ({}, None),
        ((404, {}), None),
        ((200, None), None),
    ],
    ids=["failed", "without a reason", "running", "no connector in it", "not there yet", "no JSON"],
)
def test_only_a_failed_connector_has_a_reason(api: StubApi, reply: Any, failure: str | None) -> None:
    api.replies[STATUS] = reply
    assert asyncio.run(failure_of("Datagen", "env-1", "lkc-1")) == failure
    assert api.asked == [STATUS]
    assert api.keys == {"Basic Q0s6Q1M="}


def test_without_a_key_nothing_is_asked(api: StubApi) -> None:
    set_all_config({"confluentcloud:endpoint": api.url})
    assert asyncio.run(failure_of("Datagen", "env-1", "lkc-1")) is None
    assert api.asked == []


def test_a_cloud_that_does_not_answer_is_no_failure() -> None:
    key = {"confluentcloud:cloudApiKey": "CK", "confluentcloud:cloudApiSecret": "CS"}
    set_all_config({"confluentcloud:endpoint": "http://127.0.0.1:1", **key})
    assert asyncio.run(failure_of("Datagen", "env-1", "lkc-1")) is None
    set_all_config({})
