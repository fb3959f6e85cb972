"""What comes before a body has a limit: raw bytes over a socket, to the server as it runs."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.api.app import create_app
from localcloud.api.http.protocol import LARGEST_HEAD
from localcloud.api.http.server import Server
from localcloud.control.cloud import Cloud
from localcloud.credentials import Credentials
from localcloud.serve import BACKLOG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

END = b"\r\n\r\n"
HOST = b"\r\nHost: 127.0.0.1"
MANY = b"GET /healthz HTTP/1.1" + HOST + b"".join(b"\r\nx-%d: 1" % n for n in range(LARGEST_HEAD // 4)) + END
FINE = b"GET /healthz HTTP/1.1" + HOST + END


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve, without a data plane."""
    state: Path = tmp_path_factory.mktemp("served")
    listener = socket.create_server(("127.0.0.1", 0))
    number: int = listener.getsockname()[1]
    cloud = Cloud(state, Credentials.load_or_make(state), f"http://127.0.0.1:{number}")
    server = Server(create_app(cloud, logging.getLogger("requests")), cloud, backlog=BACKLOG)
    server.capture_signals = pytest.MonkeyPatch.context  # type: ignore[assignment]  # signals are the main thread's
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield number
    server.should_exit = True
    thread.join(10)
    cloud.store.close()


def reply(connection: socket.socket) -> tuple[int, dict[str, str], Any]:
    """Read one reply: status, headers, body."""
    received = b""
    while END not in received:
        chunk = connection.recv(65536)
        assert chunk, f"it was closed after {received!r}"
        received += chunk
    head, _, body = received.partition(END)
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65536)
    return int(first.split()[1]), headers, json.loads(body)


def send(port: int, *parts: bytes) -> tuple[int, dict[str, str], Any]:
    """Send bytes in several packets until a reply comes, and read it."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:  # it has answered and closed
                break
        return reply(connection)


@pytest.mark.parametrize("cut", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (FINE, 200),
        (b"GET /healthz?" + b"a" * (LARGEST_HEAD - 100) + b" HTTP/1.1" + HOST + END, 200),
        (b"GET /healthz?" + b"a" * LARGEST_HEAD + b" HTTP/1.1" + HOST + END, 431),
        (b"GET /healthz HTTP/1.1" + HOST + b"\r\nx: " + b"a" * (LARGEST_HEAD - 100) + END, 200),
        (b"GET /healthz HTTP/1.1" + HOST + b"\r\nx: " + b"a" * LARGEST_HEAD + END, 431),
        (MANY, 431),
        (b"SSH-2.0-OpenSSH" + END, 400),
    ],
    ids=["fine", "long target", "too long target", "large header", "too large header", "many headers", "not http"],
)
def test_limits_of_a_head_however_it_is_cut(port: int, request_bytes: bytes, status: int, cut: int) -> None:
    if len(request_bytes) > 5000:
        cut = max(cut, 1000)
    parts = [request_bytes[at : at + cut] for at in range(0, len(request_bytes), cut)]
    got, headers, body = send(port, *parts)
    assert got == status
    if status != 200:
        (error,) = body["errors"]
        assert error["status"] == str(status)
        assert error["detail"].endswith(".")
        assert headers["connection"] == "close"
        assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])


@pytest.mark.parametrize("beginning", [b"GET /", b"GET / HTTP/1.1\r\nx: ", b"GET / HTTP/1.1\r\n"])
def test_a_line_that_never_ends_is_not_kept(port: int, beginning: bytes) -> None:
    assert send(port, beginning, *[b"a" * 8192] * 64)[0] == 431


def test_each_service_says_it_in_its_own_words(port: int) -> None:
    assert send(port, MANY.replace(b"/healthz", b"/v1/models"))[2]["error"]["type"] == "invalid_request_error"
    assert send(port, MANY.replace(b"/healthz", b"/kafka/v3/clusters"))[2]["error_code"] == 431


def test_one_request_after_another_has_the_limits_to_itself(port: int) -> None:
    large = b"GET /healthz HTTP/1.1" + HOST + b"\r\nx: " + b"a" * (LARGEST_HEAD - 100) + END
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        for _ in range(4):
            connection.sendall(large)
            assert reply(connection)[0] == 200
        connection.sendall(large * 2)  # at once
        assert b"200 OK" in connection.recv(65536)


def test_a_large_body_is_no_large_head(port: int) -> None:
    body = b"x" * (1 << 20)
    head = b"POST /healthz HTTP/1.1" + HOST + b"\r\nContent-Length: %d" % len(body) + END
    assert send(port, head, body)[0] == 501
