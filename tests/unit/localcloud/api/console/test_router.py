"""What the page reads and changes."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter

from localcloud import logs
from localcloud.api.console import tails
from localcloud.control.console.runs import Run
from localcloud.control.core.resources import Statement
from tests.unit.localcloud.api.console.conftest import OWN
from tests.unit.localcloud.api.console.test_feed import next_news
from tests.unit.localcloud.conftest import eventually
from tests.unit.localcloud.control.console.world import pipeline

if TYPE_CHECKING:
    import pytest
    from fastapi.testclient import TestClient

    from tests.unit.localcloud.conftest import Local


def statement_path(environment: str, verb: str) -> str:
    return f"/console/api/environments/{environment}/statements/insert-into-product-vector/{verb}"


def test_a_statement_is_stopped_and_resumed(local: Local, browser: TestClient) -> None:
    made = pipeline(local)
    stopped = browser.post(statement_path(made.environment, "stop"), headers=OWN, json={})
    assert stopped.json() == {"phase": "STOPPED"}
    assert browser.post(statement_path(made.environment, "resume"), headers=OWN, json={}).json()["phase"] == "RUNNING"
    assert browser.post(statement_path("env-x", "stop"), headers=OWN, json={}).status_code == 404


def test_sql_is_run_and_its_statement_is_gone(local: Local, browser: TestClient) -> None:
    made = pipeline(local)
    before = {one.name for one in local.cloud.store.all(Statement)}
    body = {"sql": "SELECT n FROM t", "environment": made.environment, "cluster": made.cluster}
    reply = browser.post("/console/api/sql", headers=OWN, json=body)
    assert reply.headers["content-type"].startswith("text/event-stream")
    names = [line.removeprefix("event: ") for line in reply.text.splitlines() if line.startswith("event")]
    assert (names[0], names[-1]) == ("columns", "end")
    eventually(lambda: {one.name for one in local.cloud.store.all(Statement)} == before)
    refused = browser.post("/console/api/sql", headers=OWN, json={**body, "sql": " "})
    assert refused.json()["errors"][0]["detail"].startswith("Write a statement")


def test_a_run_that_nobody_reads_any_more_is_ended(local: Local) -> None:
    made = pipeline(local)

    async def leave() -> None:
        run = Run(local.cloud, made.environment, made.cluster, "INSERT INTO t SELECT 1")
        source = tails.rows(run, lambda: False, CapacityLimiter(1))
        await anext(source)
        await source.aclose()

    asyncio.run(leave())
    eventually(lambda: not [one for one in local.cloud.store.all(Statement) if one.name.startswith("console-")])


def test_a_stream_ends_with_its_session(local: Local, browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that, this request would never be answered."""
    monkeypatch.setattr(tails, "_WAIT_SECONDS", 0.001)
    logs.folder(local.state).joinpath("flink.log").write_text("one\n")
    sessions = browser.app.state.console.sessions  # type: ignore[attr-defined]  # Starlette has it as any ASGI app
    left = threading.Timer(0.5, lambda: [sessions.close(cookie) for cookie in browser.cookies.values()])
    left.start()
    assert "one" in browser.get("/console/api/logs/flink").text


def test_records_are_shown_newest_last_and_as_text(local: Local) -> None:
    made = pipeline(local)
    made.put(*(f"product {number}" for number in range(60)), "<script>alert(1)</script>")

    async def read() -> Any:
        source = tails.records(local.cloud, made.cluster, "product_vector", CapacityLimiter(1))
        news = await next_news(source)
        await source.aclose()
        return news["records"]

    records = asyncio.run(read())
    assert len(records) == tails.NEWEST_RECORDS
    assert records[-1]["value"]["content"] == "<script>alert(1)</script>"
    assert records[-1]["value"]["vector"]["dimensions"] == 256


def test_a_topic_that_is_not_there_is_refused_before_anything_is_streamed(local: Local, browser: TestClient) -> None:
    made = pipeline(local)
    for path in (f"{made.cluster}/topics/gone", "lkc-x/topics/t"):
        assert browser.get(f"/console/api/clusters/{path}/records").status_code == 404
        assert browser.get(f"/console/api/clusters/{path}/schemas").status_code == 404


def test_schemas_of_key_and_value(local: Local, browser: TestClient) -> None:
    made = pipeline(local)
    registry = local.registry(made.environment)
    for subject, schema in (("t-value", "{}"), ("t-value", '{"a": 1}'), ("t-key", "{}"), ("t-other", "{}")):
        local.plane.registry.register(registry, subject, schema)
    local.call("POST", f"/kafka/v3/clusters/{made.cluster}/topics", {"topic_name": "t"}, status=201)
    found = browser.get(f"/console/api/clusters/{made.cluster}/topics/t/schemas").json()
    assert {(one["subject"], one["version"]) for one in found["schemas"]} == {("t-value", 2), ("t-key", 1)}
    assert found["partitions"] == 6


def test_search_answers_and_refuses(local: Local, browser: TestClient) -> None:
    pipeline(local).put("boots", "sandals")
    assert browser.get("/console/api/search/tables").json()["tables"][0]["name"] == "product_vector"
    assert browser.get("/console/api/search", params={"q": "boots"}).json()["hits"][0]["text"] == "boots"
    assert browser.get("/console/api/search", params={"q": ""}).status_code == 400


def test_a_log_is_followed_into_its_next_file(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "_WAIT_SECONDS", 0.001)
    log = logs.folder(local.state) / "flink.log"
    log.write_text("one\ntwo\nhal")

    async def read() -> list[Any]:
        source = tails.log_lines(local.cloud, "flink")
        found = [(await next_news(source))["lines"]]
        with log.open("a") as file:
            file.write("f <b>\n")
        found.append((await next_news(source))["lines"])
        log.rename(log.with_suffix(".log.1"))
        log.write_text("new\n")
        found.append((await next_news(source))["lines"])
        await source.aclose()
        return found

    assert asyncio.run(read()) == [["one", "two"], ["half <b>"], ["new"]]


def test_a_long_log_is_shown_from_its_end(local: Local) -> None:
    log = logs.folder(local.state) / "flink.log"
    log.write_text("".join(f"line {number:06}\n" for number in range(20_000)))

    async def read() -> Any:
        source = tails.log_lines(local.cloud, "flink")
        found = await next_news(source)
        await source.aclose()
        return found["lines"]

    lines = asyncio.run(read())
    assert lines[-1] == "line 019999"
    assert 1000 < len(lines) < 10_000
    assert all(len(line) == len(lines[-1]) for line in lines)


def test_only_logs_are_logs(browser: TestClient) -> None:
    for name in ("nothing", "..%2Fcredentials"):
        reply = browser.get(f"/console/api/logs/{name}")
        assert reply.status_code in {404, 501}
        assert "secret" not in json.dumps(reply.json())
