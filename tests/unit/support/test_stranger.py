"""The search for listeners, and what counts as closed: tests/integration/on_one_stack/test_listeners.py goes by it."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.listeners import Listener, listeners_of
from tests.support.stranger import is_refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of every socket in /proc")


def listeners() -> set[Listener]:
    """Return those of this very process."""
    return {one for one in listeners_of([psutil.Process()]) if one.pid == psutil.Process().pid}


@contextmanager
def opened(family: int, kind: int, address: str | tuple[str, int]) -> Iterator[tuple[socket.socket, Listener]]:
    """Listen there; yield the socket and what is found of it."""
    before = listeners()
    with socket.socket(family, kind) as waiting:
        waiting.bind(address)
        if kind == socket.SOCK_STREAM:
            waiting.listen()
        (found,) = listeners() - before
        yield waiting, found


@contextmanager
def http_server(status: int) -> Iterator[Listener]:
    """Answer everything with one status."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - the base class names them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Listener("test", 0, "tcp", host="127.0.0.1", port=server.server_port)
        server.shutdown()


@pytest.mark.parametrize(("status", "is_closed"), [(200, False), (404, False), (403, False), (401, True)])
def test_an_http_server_is_closed_if_it_asks_for_a_secret(status: int, is_closed: bool) -> None:  # noqa: FBT001
    with http_server(status) as listener:
        assert is_refused(listener) is is_closed


@pytest.mark.parametrize("said", [b"", b"\0\0\0\0", b"\0\0\0\4none"])
def test_a_server_of_an_unknown_protocol_is_not_closed(said: bytes) -> None:
    with opened(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)) as (waiting, found):

        def answer() -> None:
            for _ in range(3):
                connection, _ = waiting.accept()
                connection.recv(1)
                connection.sendall(said)
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        assert found.kind == "tcp"
        assert found.port == waiting.getsockname()[1]
        assert not is_refused(found)


def test_a_server_that_says_nothing_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.stranger.SECONDS", 0.1)
    with opened(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)) as (_, found):
        assert not is_refused(found)


def test_a_datagram_port_is_found_and_not_closed() -> None:
    with opened(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)) as (_, found):
        assert found.kind == "udp"
        assert not is_refused(found)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET])
def test_a_unix_socket_without_a_file_is_found_and_not_closed(kind: int) -> None:
    with opened(socket.AF_UNIX, kind, f"\0test-{psutil.Process().pid}") as (_, found):
        assert found.path.startswith("@")
        assert not is_refused(found)


def test_a_unix_socket_is_closed_by_its_modes(tmp_path: Path) -> None:
    file = tmp_path / "socket"
    with opened(socket.AF_UNIX, socket.SOCK_STREAM, str(file)) as (_, found):
        for file_mode, folder_mode, is_closed in ((0o600, 0o700, True), (0o666, 0o700, False), (0o600, 0o755, False)):
            file.chmod(file_mode)
            tmp_path.chmod(folder_mode)
            assert is_refused(found) is is_closed


def test_a_pair_of_sockets_is_no_listener() -> None:
    before = listeners()
    with socket.socketpair()[0], socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)[0]:
        assert listeners() == before
