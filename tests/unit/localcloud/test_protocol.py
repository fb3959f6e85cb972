"""What comes before a body has limits, and a body a deadline: raw bytes over a socket, to the server as it runs."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from localcloud import protocol
from localcloud.control.cloud import Cloud
from localcloud.control.errors import InvalidError
from localcloud.credentials import Credentials
from localcloud.protocol import LARGEST_HEADERS, LONGEST_TARGET, MOST_HEADERS
from localcloud.serve import BACKLOG
from localcloud.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

END = b"\r\n\r\n"
HOST = b"\r\nHost: 127.0.0.1"
FINE = b"GET /healthz HTTP/1.1" + HOST + END


class Served(NamedTuple):
    port: int
    cloud: Cloud
    credentials: Credentials


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve, without a data plane."""
    state: Path = tmp_path_factory.mktemp("served")
    listener = socket.create_server(("127.0.0.1", 0))
    number = listener.getsockname()[1]
    credentials = Credentials.load_or_make(state)
    cloud = Cloud(state, credentials, f"http://127.0.0.1:{number}")
    server = Server(cloud, logging.getLogger("requests"), backlog=BACKLOG)
    server.capture_signals = pytest.MonkeyPatch.context  # type: ignore[assignment]  # signals are the main thread's
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Served(number, cloud, credentials)
    server.should_exit = True
    thread.join(10)
    cloud.store.close()


@pytest.fixture
def port(served: Served) -> int:
    return served.port


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


def is_closed(connection: socket.socket) -> bool:
    connection.settimeout(5)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("cut", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (FINE, 200),
        (b"GET /healthz?" + b"a" * (LONGEST_TARGET - 100) + b" HTTP/1.1" + HOST + END, 200),
        (b"GET /healthz?" + b"a" * LONGEST_TARGET + b" HTTP/1.1" + HOST + END, 414),
        (b"GET /healthz HTTP/1.1" + HOST + b"".join(b"\r\nx-%d: 1" % n for n in range(MOST_HEADERS - 1)) + END, 200),
        (b"GET /healthz HTTP/1.1" + HOST + b"".join(b"\r\nx-%d: 1" % n for n in range(MOST_HEADERS)) + END, 431),
        (b"GET /healthz HTTP/1.1" + HOST + b"\r\nx: " + b"a" * (LARGEST_HEADERS - 100) + END, 200),
        (b"GET /healthz HTTP/1.1" + HOST + b"\r\nx: " + b"a" * LARGEST_HEADERS + END, 431),
        (b"SSH-2.0-OpenSSH" + END, 400),
    ],
    ids=["fine", "long", "too long", "many", "too many", "large", "too large", "not http"],
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


@pytest.mark.parametrize(
    ("beginning", "status"), [(b"GET /", 414), (b"GET / HTTP/1.1\r\nx: ", 431), (b"GET / HTTP/1.1\r\n", 431)]
)
def test_a_line_that_never_ends_is_not_kept(port: int, beginning: bytes, status: int) -> None:
    assert send(port, beginning, *[b"a" * 8192] * 64)[0] == status


def test_each_service_says_it_in_its_own_words(port: int) -> None:
    many = b"".join(b"\r\nx-%d: 1" % n for n in range(MOST_HEADERS)) + END
    assert send(port, b"GET /v1/models HTTP/1.1" + HOST + many)[2]["error"]["type"] == "invalid_request_error"
    assert send(port, b"GET /kafka/v3/clusters HTTP/1.1" + HOST + many)[2]["error_code"] == 431


def test_one_request_after_another_has_the_limits_to_itself(port: int) -> None:
    large = b"GET /healthz HTTP/1.1" + HOST + b"\r\nx: " + b"a" * (LARGEST_HEADERS - 100) + END
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


class TestSlow:
    """Clients that take their time."""

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)

    def test_headers_that_do_not_end_are_answered_and_others_served(self, port: int) -> None:
        slow = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(50)]
        for connection in slow:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nx: ")
        assert send(port, FINE)[0] == 200
        for connection in slow:
            assert reply(connection)[0] == 408
            assert is_closed(connection)
            connection.close()

    def test_a_trickle_does_not_prolong_it(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nx: ")
            connection.settimeout(0.05)
            for _ in range(100):
                connection.sendall(b"a")
                with contextlib.suppress(TimeoutError):
                    assert b" 408 " in connection.recv(65536)
                    break
            else:
                pytest.fail("it goes on for ever")

    @pytest.mark.parametrize("sent", [b"", b"\r\n"])
    def test_one_that_sends_no_request_is_let_go(self, port: int, sent: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(sent)
            assert is_closed(connection)

    def test_a_request_may_take_longer_than_its_head(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"POST /healthz HTTP/1.1" + HOST + b"\r\nContent-Length: 2" + END + b"x")
            time.sleep(0.5)
            connection.sendall(b"x")
            assert reply(connection)[0] == 501


class TestSlowBody:
    """Clients whose body does not end."""

    HEAD = b"POST /org/v2/environments HTTP/1.1" + HOST

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "BODY_SECONDS", 0.1)

    @pytest.mark.parametrize("path", [b"/org/v2/environments", b"/v1/embeddings"])
    @pytest.mark.parametrize(
        ("length", "part"),
        [(b"Content-Length: 1000", b"x"), (b"Transfer-Encoding: chunked", b"1\r\nx\r\n")],
        ids=["with a length", "in chunks"],
    )
    def test_a_trickle_is_answered_and_the_connection_ended(
        self, served: Served, path: bytes, length: bytes, part: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        login = b"\r\nAuthorization: Bearer " + served.credentials.openai_api_key.encode()
        with socket.create_connection(("127.0.0.1", served.port), 10) as connection:
            connection.sendall(b"POST " + path + b" HTTP/1.1" + HOST + login + b"\r\n" + length + END)
            connection.settimeout(0.02)
            for _ in range(250):
                connection.sendall(part)
                with contextlib.suppress(TimeoutError):
                    connection.recv(1, socket.MSG_PEEK)
                    break
            else:
                pytest.fail("it goes on for ever")
            status, headers, body = reply(connection)
            assert is_closed(connection)
        assert status == 408
        assert headers["connection"] == "close"
        assert "its body within" in json.dumps(body)
        until = time.monotonic() + 10
        request = headers["x-request-id"]
        while not (lines := [one for one in caplog.messages if one.startswith("{") and request in one]):
            assert time.monotonic() < until, "it is not logged"
            time.sleep(0.01)
        assert json.loads(lines[0])["status"] == 408
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]

    def test_many_of_them_keep_nobody_waiting(self, port: int) -> None:
        slow = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(50)]
        for connection in slow:
            connection.sendall(self.HEAD + b"\r\nContent-Length: 2" + END + b"x")
        assert send(port, FINE)[0] == 200
        for connection in slow:
            assert reply(connection)[0] == 408
            connection.close()

    def test_what_is_answered_before_its_body_has_ended_is_let_go(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"POST /healthz HTTP/1.1" + HOST + b"\r\nContent-Length: 1000" + END)
            assert reply(connection)[0] == 501
            connection.settimeout(0.05)
            for _ in range(100):
                try:
                    connection.sendall(b"x")
                    assert connection.recv(1) == b""
                except TimeoutError:
                    continue
                except OSError:
                    pass
                break
            else:
                pytest.fail("it goes on for ever")

    def test_a_body_in_time_does_not_end_the_connection_later(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            for _ in range(2):
                connection.sendall(self.HEAD + b"\r\nContent-Length: 2" + END + b"{}")
                assert reply(connection)[0] == 401
                time.sleep(0.2)

    def test_a_reply_may_take_longer_than_a_body(self, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        def slow(*_: object) -> None:
            time.sleep(0.3)
            raise InvalidError("It took its time.")

        monkeypatch.setattr(served.cloud.embeddings, "embed", slow)
        body = b'{"model": "m", "input": "x"}'
        login = b"\r\nAuthorization: Bearer " + served.credentials.openai_api_key.encode()
        head = b"POST /v1/embeddings HTTP/1.1" + HOST + login + b"\r\nContent-Length: %d" % len(body) + END
        assert send(served.port, head + body)[0] == 400
