"""MongoDB's wire protocol as far as one search needs it: a login by SCRAM-SHA-256, and answers that a test chooses.

Sources: MongoDB's specifications (OP_MSG, OP_QUERY of the first greeting, authentication), RFC 5802 and RFC 7677.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socketserver
import struct
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import bson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]

HEADER = struct.Struct("<iiii")
OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
ITERATIONS = 4096
AUTHENTICATION_FAILED = {"ok": 0, "code": 18, "codeName": "AuthenticationFailed", "errmsg": "Authentication failed."}


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


class Login:
    """One conversation of SCRAM-SHA-256, the server's side."""

    def __init__(self, password: str) -> None:
        self._salt = secrets.token_bytes(16)
        self._salted = hashlib.pbkdf2_hmac("sha256", password.encode(), self._salt, ITERATIONS)
        self._said = b""

    def start(self, payload: bytes) -> dict[str, Any]:
        bare = payload.removeprefix(b"n,,")
        nonce = bare.rpartition(b"r=")[2] + base64.b64encode(secrets.token_bytes(12))
        first = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(self._salt), ITERATIONS)
        self._said = bare + b"," + first
        return {"ok": 1, "conversationId": 1, "done": False, "payload": first}

    def finish(self, payload: bytes) -> dict[str, Any]:
        without_proof, _, proof = payload.rpartition(b",p=")
        said = self._said + b"," + without_proof
        stored = hashlib.sha256(_hmac(self._salted, b"Client Key")).digest()
        pairs = zip(base64.b64decode(proof), _hmac(stored, said), strict=True)
        if hashlib.sha256(bytes(one ^ other for one, other in pairs)).digest() != stored:
            return AUTHENTICATION_FAILED
        signature = base64.b64encode(_hmac(_hmac(self._salted, b"Server Key"), said))
        return {"ok": 1, "conversationId": 1, "done": True, "payload": b"v=" + signature}


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        login, is_in = Login(self.server.stub.password), False
        while header := self.rfile.read(HEADER.size):
            length, request, _, opcode = HEADER.unpack(header)
            body = self.rfile.read(length - HEADER.size)
            command = _command(opcode, body)
            name = next(iter(command)).lower()
            if name in {"hello", "ismaster"}:
                reply: Mapping[str, Any] = self._greeting()
            elif name == "saslstart":
                reply = login.start(bytes(command["payload"]))
            elif name == "saslcontinue":
                reply = login.finish(bytes(command["payload"]))
                is_in = bool(reply["ok"])
            elif not is_in:
                reply = {"ok": 0, "code": 13, "codeName": "Unauthorized", "errmsg": "requires authentication"}
            else:
                reply = self.server.stub.answer_to(command)
            self._send(request, opcode, bson.encode(reply))

    def _greeting(self) -> dict[str, Any]:
        sizes = {"maxBsonObjectSize": 1 << 24, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000}
        mechanisms = {"saslSupportedMechs": ["SCRAM-SHA-256"]}
        return {"ok": 1, "isWritablePrimary": True, "ismaster": True, "maxWireVersion": 25, **sizes, **mechanisms}

    def _send(self, request: int, opcode: int, document: bytes) -> None:
        if opcode == OP_QUERY:
            body, sent = struct.pack("<iqii", 8, 0, 0, 1) + document, OP_REPLY
        else:
            body, sent = struct.pack("<ib", 0, 0) + document, OP_MSG
        self.wfile.write(HEADER.pack(HEADER.size + len(body), 1, request, sent) + body)


def _command(opcode: int, body: bytes) -> dict[str, Any]:
    start = body.index(b"\0", 4) + 1 + 8 if opcode == OP_QUERY else 5
    (length,) = struct.unpack_from("<i", body, start)
    return bson.decode(body[start : start + length])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    stub: MongoDbStub


@dataclass
class MongoDbStub:
    """A server on a free port. ``answers``: of aggregations, by their first stage; a document or an error."""

    password: str
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stub = self
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        """Address and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def answer_to(self, command: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer an aggregation as the test wants it, everything else with yes."""
        if "aggregate" not in command:
            return {"ok": 1}
        self.asked.append(command)
        stage = next(iter(command["pipeline"][0]))
        answer = self.answers.get(stage, [])
        if isinstance(answer, dict):
            return answer
        space = f"{command['$db']}.{command['aggregate']}"
        return {"ok": 1, "cursor": {"id": bson.Int64(0), "ns": space, "firstBatch": answer}}
