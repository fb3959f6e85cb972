"""What somebody without a key tries at a port, and what the port says to it."""

from __future__ import annotations

import http.client
import socket
import struct
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from tests.support.listeners import Listener

SECONDS = 20.0
JOB = b'--b\r\nContent-Disposition: form-data; name="request"\r\n\r\n{"jobGraphFileName":"graph"}\r\n--b--\r\n'
# Flink's REST API, which once ran any job; Flink's endpoint for statements; Confluent's APIs; the local cloud's own.
REQUESTS = (
    ("POST", "/jobs", JOB),
    ("POST", "/jars/upload", JOB),
    ("GET", "/jobs", b""),
    ("GET", "/jobmanager/config", b""),
    ("PUT", "/workspace", b'{"internalToken": "mine", "environments": []}'),
    ("PUT", "/statements/u1", b'{"sql": "SELECT 1"}'),
    ("GET", "/statements/u1/results?token=0", b""),
    ("GET", "/org/v2/environments", b""),
    ("POST", "/iam/v2/service-accounts", b'{"display_name": "mine"}'),
    ("GET", "/local/v1/status", b""),
    ("PUT", "/local/v1/faults", b'{"faults": []}'),
    ("POST", "/v1/embeddings", b'{"model": "wordllama-256", "input": "text"}'),
)
# As a program of another user, as a web page (also under a name of its own that leads here), with a key made up.
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Content-Type": "text/plain", "Origin": "http://evil.example"},
    {"Content-Type": "text/plain", "Origin": "http://evil.example", "Host": "evil.example"},
    {"Authorization": "Bearer guessed"},
    {"Authorization": "Basic Z3Vlc3NlZDpndWVzc2Vk"},
)
UNAUTHORIZED, REFUSALS = 401, {401, 403, 501}
_METADATA, _SASL_HANDSHAKE, _SASL_AUTHENTICATE = 3, 17, 36
_SASL_AUTHENTICATION_FAILED = 58
_MONGODB_UNAUTHORIZED, _MONGODB_WRONG = 13, 18


def is_refused(listener: Listener) -> bool:
    """Whether this listener asks a stranger for a secret and gives away nothing without.

    What is neither an HTTP server, a Kafka broker nor a MongoDB server that says so does not count as closed.
    """
    if listener.kind == "unix":
        return listener.is_private_file
    if listener.kind != "tcp":
        return False
    statuses = set(_http_statuses(http.client.HTTPConnection, listener.port))
    if statuses:
        return _are_refusals(statuses)
    with suppress(TimeoutError):
        return _kafka_is_closed(listener.port) or _mongodb_is_closed(listener.port)
    return False


def is_refused_over_tls(port: int, trusting: ssl.SSLContext) -> bool:
    """Whether a listener that speaks https does so."""
    return _are_refusals(set(_http_statuses(partial(http.client.HTTPSConnection, context=trusting), port)))


def _are_refusals(statuses: set[int]) -> bool:
    return UNAUTHORIZED in statuses and statuses <= REFUSALS


def _http_statuses(connected: Callable[..., http.client.HTTPConnection], port: int) -> Iterator[int]:
    """Yield the status of each reply; nothing if this is no such server."""
    for headers in HEADERS:
        for method, path, body in REQUESTS:
            with closing(connected("127.0.0.1", port, timeout=SECONDS)) as connection:
                try:
                    connection.request(method, path, body, headers)
                    yield connection.getresponse().status
                except (http.client.HTTPException, OSError):
                    return


def status_without_a_body(port: int, method: str, path: str) -> int:
    """Announce a body, send none, and return the status of the reply, after which the server must hang up."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection, connection.makefile("rb") as reply:
        connection.sendall(head.encode())
        return int(reply.read().split()[1])


def _kafka_is_closed(port: int) -> bool:
    """Whether a broker refuses to say what it has, and refuses a wrong password on behalf of anybody."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as broker:
        if _kafka_reply(broker, _METADATA, 1, struct.pack(">i", -1)):
            return False
    with socket.create_connection(("127.0.0.1", port), SECONDS) as broker:
        reply = _kafka_reply(broker, _SASL_HANDSHAKE, 1, _text("PLAIN"))
        if reply != struct.pack(">hi", 0, 1) + _text("PLAIN"):
            return False
        login = b"admin\0admin\0guessed"
        reply = _kafka_reply(broker, _SASL_AUTHENTICATE, 1, struct.pack(">i", len(login)) + login)
        refused = reply[:2] == struct.pack(">h", _SASL_AUTHENTICATION_FAILED)
        return refused and not _kafka_reply(broker, _METADATA, 1, struct.pack(">i", -1))


def _kafka_reply(broker: socket.socket, api: int, version: int, body: bytes) -> bytes:
    """Return what follows the reply's header; nothing if the connection was closed instead."""
    request = struct.pack(">hhi", api, version, 7) + _text("stranger") + body
    with suppress(ConnectionError):
        broker.sendall(struct.pack(">i", len(request)) + request)
        with broker.makefile("rb") as replies:
            if size := replies.read(4):
                return replies.read(struct.unpack(">i", size)[0])[4:]
    return b""


def _mongodb_is_closed(port: int) -> bool:
    """Whether a MongoDB server refuses to say what it has, and refuses a wrong password."""
    logins: list[tuple[dict[str, Any], int]]
    logins = [({}, _MONGODB_UNAUTHORIZED), ({"username": "admin", "password": "guessed"}, _MONGODB_WRONG)]
    for login, refusal in logins:
        with MongoClient("127.0.0.1", port, **login, serverSelectionTimeoutMS=2000, directConnection=True) as client:
            for command in ("listDatabases", "serverStatus", "buildInfo", "ping", "connectionStatus"):
                try:
                    client.admin.command(command)
                except OperationFailure as error:
                    if error.code != refusal:
                        return False
                except PyMongoError:  # no MongoDB server at all
                    return False
                else:
                    return False
    return True


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()
