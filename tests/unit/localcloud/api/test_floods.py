"""What one caller sends to the API must end with a sentence, and hold up nobody else."""

from __future__ import annotations

import gzip
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import anyio
import anyio.from_thread
import httpx
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.api.app import create_app
from localcloud.api.http import middleware
from localcloud.api.routers import openai
from localcloud.control.flink.statements import MAX_TEXT
from tests.support.fake_plane import FakeModel
from tests.unit.localcloud.conftest import BASE, eventually, statement_body

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from localcloud.dataplane.interface import Embedded
    from tests.unit.localcloud.conftest import Local

PATIENCE = 60.0


class Callers:
    """Sends requests to one event loop, as many at a time as there are threads: as a server's callers do."""

    def __init__(self, portal: anyio.from_thread.BlockingPortal, client: httpx.AsyncClient) -> None:
        self._portal, self._client = portal, client

    def send(self, method: str, path: str, **values: Any) -> httpx.Response:
        return self._portal.call(lambda: self._client.request(method, path, timeout=PATIENCE, **values))


@pytest.fixture
def callers(local: Local) -> Iterator[Callers]:
    app = create_app(local.cloud, logging.getLogger("requests"))
    with ExitStack() as stack:
        portal = stack.enter_context(anyio.from_thread.start_blocking_portal())
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        yield Callers(portal, httpx.AsyncClient(transport=transport, base_url=BASE))


# Embeddings -----------------------------------------------------------------------------------------------------------


def test_embeddings_have_threads_of_their_own_and_a_queue_that_ends(
    local: Local, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, embed = threading.Event(), FakeModel.embed

    def slowly(model: FakeModel, texts: Sequence[str]) -> Embedded:
        assert gate.wait(PATIENCE)
        return embed(model, texts)

    monkeypatch.setattr(FakeModel, "embed", slowly)
    bearer = {"Authorization": f"Bearer {local.credentials.openai_api_key}"}
    body = {"model": "m", "input": "x"}
    together = openai.AT_ONCE + openai.MOST_WAITING
    with ThreadPoolExecutor(together + 1) as pool:
        pending = [
            pool.submit(callers.send, "POST", "/v1/embeddings", json=body, headers=bearer) for _ in range(together + 1)
        ]
        refused = _done(pending, 1)[0]
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "1"
        assert "64 requests for embeddings wait already" in refused.json()["error"]["message"]
        for _ in range(50):  # more than the threads that all other endpoints share
            assert callers.send("GET", "/org/v2/environments", auth=local.admin).status_code == 200
        assert sum(future.done() for future in pending) == 1
        gate.set()
        answers = sorted(future.result(PATIENCE).status_code for future in pending)
    assert answers == [200] * together + [429]


def _done(pending: list[Any], count: int) -> list[Any]:
    eventually(lambda: sum(future.done() for future in pending) >= count, PATIENCE)
    return [future.result() for future in pending if future.done()]


# Bodies ---------------------------------------------------------------------------------------------------------------

HOSTILE = {
    "lists": b"[" * 200_000,
    "closed lists": b'{"display_name": ' + b"[" * 900 + b"]" * 900 + b"}",
    "lists within a limit of the parser": b'{"display_name": "x", "more": ' + b"[" * 300 + b"]" * 300 + b"}",
    "objects": b'{"a":' * 200_000,
    "an exponent": b'{"display_name": 1e999999}',
    "digits": b'{"display_name": ' + b"9" * 1_000_000 + b"}",
    "not a number": b'{"display_name": NaN}',
    "infinity": b'{"display_name": -Infinity}',
    "not UTF-8": b'{"display_name": "\xff\xfe"}',
    "half a surrogate pair": b'{"display_name": "\\ud800"}',
    "nothing": b"",
    "zeros": b"\0" * 1000,
}
PATHS = ("/org/v2/environments", "/iam/v2/service-accounts", "/cmk/v2/clusters", "/iam/v2/api-keys")


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", PATHS)
def test_a_body_that_is_no_json_of_a_sane_depth_is_refused(local: Local, path: str, body: bytes) -> None:
    reply = local.client.post(path, content=body, auth=local.admin)
    assert reply.status_code == 400
    sentence = reply.json()["errors"][0]["detail"]
    assert len(sentence) < 300
    assert "Error" not in sentence


def test_of_a_name_given_twice_the_last_counts(local: Local) -> None:
    body = b'{"display_name": "first", "display_name": "last"}'
    reply = local.client.post("/iam/v2/service-accounts", content=body, auth=local.admin)
    assert reply.json()["display_name"] == "last"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "gzip, gzip"])
def test_a_compressed_body_is_not_unpacked(local: Local, encoding: str) -> None:
    before = psutil.Process().memory_info().rss
    bomb = gzip.compress(b"0" * (64 << 20))
    reply = local.client.post(PATHS[0], content=bomb, auth=local.admin, headers={"Content-Encoding": encoding})
    assert reply.status_code == 415
    assert "send it as it is, without the header Content-Encoding" in reply.json()["errors"][0]["detail"]
    assert psutil.Process().memory_info().rss - before < 200 << 20


def test_what_was_sent_comes_back_shortened(local: Local) -> None:
    environment = local.environment()
    for path, body in (
        ("/v1/embeddings", {"model": "m", "input": "x", "encoding_format": "y" * 5_000_000}),
        (f"{local.sql(environment)}/statements", statement_body("x" * 5_000_000, "SELECT 1")),
        ("/iam/v2/role-bindings", {"principal": "User:x", "role_name": "y" * 5_000_000, "crn_pattern": "crn://"}),
    ):
        key = {"headers": {"Authorization": f"Bearer {local.credentials.openai_api_key}"}}
        reply = local.client.post(path, json=body, **(key if path.startswith("/v1") else {"auth": local.admin}))
        assert reply.status_code in {400, 401, 403}
        assert len(reply.content) < 10_000


def test_bodies_together_have_their_limit_and_are_let_go(
    local: Local, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "LARGEST_BODIES", 3 << 20)
    gate, held = anyio.Event(), threading.Event()
    body = json.dumps({"display_name": "x" * (2 << 20)}).encode()

    async def half() -> AsyncIterator[bytes]:
        yield body[: 2 << 20]
        held.set()  # the server asks for the next piece, so it has counted this one
        await gate.wait()
        yield body[2 << 20 :]

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(callers.send, "POST", PATHS[1], content=half(), auth=local.admin)
        assert held.wait(PATIENCE)
        refused = callers.send("POST", PATHS[0], content=body, auth=local.admin)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "1"
        assert "send this one again" in refused.json()["errors"][0]["detail"]
        assert callers.send("GET", "/org/v2/environments", auth=local.admin).status_code == 200
        callers._portal.call(gate.set)
        assert first.result(PATIENCE).status_code == 400  # the name is too long
    assert callers.send("POST", PATHS[0], content=body, auth=local.admin).status_code == 400


# Numbers and names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["9" * 5000, "0", "-1", "1e3", "\u0661" * 5000, "101", " 1"])
def test_a_page_size_of_any_kind(local: Local, size: str) -> None:
    reply = local.client.get("/org/v2/environments", params={"page_size": size}, auth=local.admin)
    assert reply.status_code == 400
    assert "page_size must be a number from 1 to 100" in reply.json()["errors"][0]["detail"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    token=st.one_of(st.text(max_size=2000), st.binary(max_size=2000).map(lambda raw: raw.hex()), st.just("9" * 5000))
)
def test_a_page_token_of_any_kind(local: Local, token: str) -> None:
    environment = local.cloud.environments.all()[0].id if local.cloud.environments.all() else local.environment()
    text = token.encode("utf-8", "ignore").decode()
    results = f"{local.sql(environment)}/statements/none/results"
    for path in ("/org/v2/environments", "/iam/v2/service-accounts", results):
        reply = local.client.get(path, params={"page_token": text}, auth=local.admin)
        assert reply.status_code < 500, reply.text


@pytest.mark.parametrize("version", ["9" * 5000, "9" * 30, "\u0661" * 5000])
def test_a_version_of_many_digits(local: Local, version: str) -> None:
    environment = local.environment()
    local.cluster(environment)
    registry = f"/schema-registry/{local.registry(environment)}"
    local.call("POST", f"{registry}/subjects/a/versions", {"schema": '"int"'})
    reply = local.client.get(f"{registry}/subjects/a/versions/{version}", auth=local.admin)
    assert (reply.status_code, reply.json()["error_code"]) == (422, 42202)
    assert local.send("GET", f"{registry}/schemas/ids/{'9' * 30}").status_code in {400, 404}


def test_a_statement_is_as_long_as_the_description_says(local: Local) -> None:
    environment = local.environment()
    local.pool(environment)
    statements = f"{local.sql(environment)}/statements"
    text = "SELECT '" + "x" * (MAX_TEXT - 9) + "'"
    local.call("POST", statements, statement_body("longest", text), status=201)
    said = local.detail("POST", statements, statement_body("longer", text + " "), status=400)
    assert said == "The statement has 131073 characters, and may have 131072: make it shorter."
    assert local.send("GET", f"{statements}/longer").status_code == 404
