"""What stands around every request: host names, sizes, the log, unknown paths, mistakes."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from localcloud.api.app import create_app
from localcloud.api.http.middleware import LARGEST_BODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.localcloud.conftest import Local


@pytest.mark.parametrize("host", ["127.0.0.1:8099", "localhost:8099", "localhost", "[::1]:8099", "[::1]", "LOCALHOST"])
def test_loopback_names_are_let_in(local: Local, host: str) -> None:
    assert local.client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8099", "localhost.evil.example", "", "[::2]"])
def test_other_names_are_not(local: Local, host: str) -> None:
    reply = local.client.get("/v1/models", headers={"Host": host})
    assert reply.status_code == 403
    assert "127.0.0.1 or localhost" in reply.json()["error"]["message"]


def test_a_body_has_its_limit_with_and_without_a_length(local: Local) -> None:
    reply = local.client.post("/v1/embeddings", content=b"x" * (LARGEST_BODY + 1))
    assert reply.status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range((LARGEST_BODY >> 20) + 1):
            yield b"x" * (1 << 20)

    headers = {"Authorization": f"Bearer {local.credentials.openai_api_key}"}
    reply = local.client.post("/v1/embeddings", content=endless(), headers=headers)
    assert reply.status_code == 413
    assert "16 MiB" in reply.json()["error"]["message"]


def test_the_log_has_what_one_needs_and_no_secret(local: Local) -> None:
    written = io.StringIO()
    log = logging.getLogger("test requests")
    log.handlers, log.propagate = [logging.StreamHandler(written)], False
    log.setLevel(logging.INFO)
    client = TestClient(create_app(local.cloud, log), "http://127.0.0.1:8099")
    reply = client.get("/org/v2/environments?page_size=5&secret=query", auth=local.admin)
    client.get("/org/v2/environments", auth=("k", "header-secret"))
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert (first["method"], first["path"], first["status"]) == ("GET", "/org/v2/environments", 200)
    assert first["ms"] > 0
    assert first["request"] == reply.headers["x-request-id"]
    assert second["status"] == 401
    for secret in (*local.admin, "query", "header-secret"):
        assert secret not in written.getvalue()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/networking/v1/networks"), ("POST", "/org/v2/organizations"), ("GET", "/"), ("PUT", "/healthz")],
)
def test_what_the_local_cloud_does_not_have(local: Local, method: str, path: str) -> None:
    refused = local.call(method, path, status=501)
    assert f"{method} {path}" in refused["errors"][0]["detail"]


def test_a_broken_body_is_told(local: Local) -> None:
    reply = local.client.post("/org/v2/environments", content=b"{", auth=local.admin)
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["code"] == "bad_request"


def test_a_mistake_of_ours_is_no_riddle_and_no_leak(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(local.cloud.environments, "all", broken)
    refused = local.detail("GET", "/org/v2/environments", status=500)
    assert "its log has the details" in refused
    assert "RuntimeError" not in refused
    assert "42" not in refused
