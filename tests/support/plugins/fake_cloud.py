"""As much of Confluent Cloud's REST API as shows what the provider sends: the minimal replies of the real one."""

from __future__ import annotations

import base64
import itertools
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = "http://127.0.0.1:8099"
ORGANIZATION = "9bb441c4-edef-46ac-8a41-c49e44a3fd9a"
CRN = f"crn://confluent.cloud/organization={ORGANIZATION}"
Reply = tuple[int, Any]


@dataclass
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    user: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class FakeCloud:
    """Objects by path, a log of what was sent, and what to answer instead (``trouble``: request -> replies)."""

    base: str = BASE
    objects: dict[str, Any] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    trouble: dict[str, list[Reply]] = field(default_factory=dict)
    looks: int = 0
    """How many looks at a new object find it still on its way."""
    delays: dict[str, float] = field(default_factory=dict)
    """Seconds before the reply, by request."""
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def transport(self) -> httpx.MockTransport:
        """Return an httpx transport that ends here."""

        def answer(request: httpx.Request) -> httpx.Response:
            is_form = request.headers.get("Content-Type", "").startswith("multipart/form-data")
            body = request.read() if is_form else json.loads(request.content) if request.content else None
            status, reply = self.handle(
                request.method, str(request.url), body, request.headers.get("Authorization", "")
            )
            return httpx.Response(status, json=reply) if reply is not None else httpx.Response(status)

        return httpx.MockTransport(answer)

    def requests(self, *methods: str) -> list[str]:
        """Return what was sent, as ``METHOD /path``."""
        return [str(sent) for sent in self.sent if not methods or sent.method in methods]

    def last(self, method: str) -> Sent:
        """Return the last request of a method."""
        return next(sent for sent in reversed(self.sent) if sent.method == method)

    def handle(self, method: str, url: str, body: Any, authorization: str) -> Reply:
        """Answer a request."""
        parts = urlsplit(url)
        user = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")[0]
        sent = Sent(method, unquote(parts.path), dict(parse_qsl(parts.query)), body, user)
        with self._lock:
            self.sent.append(sent)
            if waiting := self.trouble.get(str(sent)):
                return waiting.pop(0)
            reply = self._answer(sent)
        time.sleep(self.delays.get(str(sent), 0))
        return reply

    def _answer(self, sent: Sent) -> Reply:
        segments = sent.path.strip("/").split("/")
        for prefix, answer in self._services().items():
            wanted = prefix.split("/")
            if segments[: len(wanted)] == wanted:
                return answer(sent, segments[len(wanted) :])
        return 404, {"errors": [{"detail": f"no route {sent.path}"}]}

    def _services(self) -> dict[str, Callable[[Sent, list[str]], Reply]]:
        return {
            "org/v2/environments": self._environments,
            "iam/v2/service-accounts": lambda sent, _: self._plain(sent, "sa-"),
            "iam/v2/role-bindings": lambda sent, _: self._plain(sent, "rb-"),
            "iam/v2/api-keys": self._keys,
            "cmk/v2/clusters": self._clusters,
            "fcpm/v2/compute-pools": self._pools,
            "fcpm/v2/regions": self._regions,
            "srcm/v3/clusters": self._registries,
            "connect/v1/environments": self._connect,
            "connect/v1/presigned-upload-url": self._upload_url,
            "connect/v1/custom-connector-plugins": lambda sent, _: self._plain(sent, "ccp-"),
            "uploads": lambda _sent, _rest: (204, None),
            "sql/v1/organizations": self._sql,
            "kafka/v3/clusters": self._kafka,
            "registry": self._registry,
        }

    def _plain(self, sent: Sent, prefix: str, complete: Callable[[Any], None] = lambda _: None) -> Reply:
        """CRUD of one collection."""
        if sent.method == "POST":
            made = {**sent.body, "id": f"{prefix}{next(self._ids)}", "looks": self.looks}
            complete(made)
            self.objects[f"{sent.path}/{made['id']}"] = made
            return 201, made
        if sent.method == "GET" and sent.path not in self.objects:
            inside = [value for path, value in self.objects.items() if path.rpartition("/")[0] == sent.path]
            if inside or not sent.path.rpartition("/")[2].startswith(prefix):
                return 200, {"data": inside, "metadata": {}}
        if sent.path not in self.objects:
            return 404, {"errors": [{"detail": f"{sent.path} not found"}]}
        found = self.objects[sent.path]
        if sent.method == "DELETE":
            del self.objects[sent.path]
            return 204, None
        if sent.method == "PATCH":
            spec = sent.body.get("spec")
            found.update({key: value for key, value in sent.body.items() if key != "spec"})
            if spec:
                found["spec"].update(spec)
        if sent.method == "GET" and found.get("status", {}).get("phase") == "PROVISIONING":
            if found["looks"] <= 0:
                found["status"]["phase"] = "PROVISIONED"
            found["looks"] -= 1
        return 200, found

    def _environments(self, sent: Sent, _rest: list[str]) -> Reply:
        def complete(made: Any) -> None:
            made["metadata"] = {"resource_name": f"{CRN}/environment={made['id']}"}

        return self._plain(sent, "env-", complete)

    def _clusters(self, sent: Sent, _rest: list[str]) -> Reply:
        def complete(made: Any) -> None:
            crn = f"{CRN}/environment={made['spec']['environment']['id']}/cloud-cluster={made['id']}/kafka={made['id']}"
            made |= {"api_version": "cmk/v2", "kind": "Cluster", "metadata": {"resource_name": crn}}
            made["status"] = {"phase": "PROVISIONING"}
            made["spec"] |= {"http_endpoint": self.base, "kafka_bootstrap_endpoint": "SASL_PLAINTEXT://127.0.0.1:9092"}

        return self._plain(sent, "lkc-", complete)

    def _pools(self, sent: Sent, _rest: list[str]) -> Reply:
        def complete(made: Any) -> None:
            made["metadata"] = {"resource_name": f"{CRN}/flink-region=aws.us-east-1/compute-pool={made['id']}"}
            made["status"] = {"phase": "PROVISIONING"}

        return self._plain(sent, "lfcp-", complete)

    def _keys(self, sent: Sent, _rest: list[str]) -> Reply:
        def complete(made: Any) -> None:
            made["spec"].setdefault("resource", {"kind": "Cloud"})
            made["spec"]["resource"].setdefault("api_version", "cmk/v2")

        status, reply = self._plain(sent, "KEY", complete)
        if sent.method == "POST":
            return status, {**reply, "spec": {**reply["spec"], "secret": "the-key's-secret"}}
        return status, reply

    def _regions(self, sent: Sent, _rest: list[str]) -> Reply:
        if sent.query["region_name"] != "us-east-1":
            return 200, {"data": []}
        region = {"id": "aws.us-east-1", "http_endpoint": self.base, "api_version": "fcpm/v2", "kind": "Region"}
        return 200, {"data": [region]}

    def _registries(self, sent: Sent, rest: list[str]) -> Reply:
        environment = sent.query["environment"]
        if not any("/cmk/v2/clusters/" in path for path in self.objects):
            return 200, {"data": []}
        registry = {
            "id": "lsrc-1",
            "metadata": {"resource_name": f"{CRN}/environment={environment}/schema-registry=lsrc-1"},
            "spec": {"http_endpoint": f"{self.base}/registry", "environment": {"id": environment}},
            "status": {"phase": "PROVISIONED"},
        }
        return 200, registry if rest else {"data": [registry]}

    def _upload_url(self, _sent: Sent, _rest: list[str]) -> Reply:
        url = f"{self.base}/uploads/1?signature=only-for-this-file"
        return 200, {"upload_url": url, "upload_id": "1", "upload_form_data": {"key": "folder/1"}}

    def _connect(self, sent: Sent, rest: list[str]) -> Reply:
        if "connector-plugins" in rest:
            return 200, {"error_count": 0, "configs": []}
        folder = "/".join(sent.path.split("/")[:8])
        name = rest[4] if len(rest) > 4 else ""
        if sent.method == "POST":
            state = "PROVISIONING" if self.looks else "RUNNING"
            made = {"info": {"config": sent.body["config"]}, "status": {"connector": {"state": state}}}
            self.objects[f"{folder}/{sent.body['name']}"] = {"id": {"id": f"lcc-{next(self._ids)}"}, **made}
            return 201, {}
        if not name:
            return 200, {p.rpartition("/")[2]: o for p, o in self.objects.items() if p.rpartition("/")[0] == folder}
        return self._connector(sent, f"{folder}/{name}", rest[5:])

    def _connector(self, sent: Sent, path: str, rest: list[str]) -> Reply:
        found = self.objects.get(path)
        if found is None:
            return 404, {"error_code": 404, "message": f"{path} not found"}
        match [sent.method, *rest]:
            case ["DELETE"]:
                del self.objects[path]
            case ["PUT", "config"]:
                found["info"]["config"] = sent.body
            case ["PUT", "pause"]:
                found["status"]["connector"]["state"] = "PAUSED"
            case ["PUT", "resume"]:
                found["status"]["connector"]["state"] = "RUNNING"
            case ["GET", "status"]:
                reply = json.loads(json.dumps(found["status"]))
                if reply["connector"]["state"] == "PROVISIONING":
                    found["status"]["connector"]["state"] = "RUNNING"
                return 200, reply
        return 200, None

    def _sql(self, sent: Sent, rest: list[str]) -> Reply:
        if sent.method == "POST":
            path = f"{sent.path}/{sent.body['name']}"
            if path in self.objects:
                return 409, {"errors": [{"detail": f"{rest[3][:-1]} {sent.body['name']} already exists"}]}
            made = {**sent.body, "organization_id": rest[0], "environment_id": rest[2]}
            if rest[3] == "statements":
                bad = "FAIL" in sent.body["spec"]["statement"]
                made["status"] = {"phase": "FAILED", "detail": "line 1: no such table"} if bad else {"phase": "RUNNING"}
                made["spec"]["stopped"] = False
            self.objects[path] = made
            return 201, made
        if sent.path not in self.objects:
            return 404, {"errors": [{"detail": f"{sent.path} not found"}]}
        if sent.method == "DELETE":
            del self.objects[sent.path]
            return 202, None
        if sent.method == "PUT":
            self.objects[sent.path] = sent.body
            if rest[3] == "statements":
                sent.body["status"]["phase"] = "STOPPED" if sent.body["spec"]["stopped"] else "RUNNING"
        return 200, json.loads(json.dumps(self.objects[sent.path]))

    def _kafka(self, sent: Sent, rest: list[str]) -> Reply:
        if rest[1] == "acls":
            return self._acls(sent)
        if len(rest) == 2 and sent.method == "POST":
            path = f"{sent.path}/{sent.body['topic_name']}"
            self.objects[path] = {
                "topic_name": sent.body["topic_name"],
                "partitions_count": sent.body["partitions_count"],
                "configs": {entry["name"]: entry["value"] for entry in sent.body["configs"]},
            }
            return 201, self.objects[path]
        if len(rest) == 2:
            return 200, {"data": []}
        return self._topic(sent, rest[3:])

    def _topic(self, sent: Sent, rest: list[str]) -> Reply:
        topic = self.objects.get("/".join(sent.path.split("/")[:7]))
        if topic is None:
            return 404, {"error_code": 40403, "message": "This server does not host this topic-partition."}
        if rest == ["configs:alter"]:
            for entry in sent.body["data"]:
                topic["configs"].pop(entry["name"], None)
                if entry.get("operation") != "DELETE":
                    topic["configs"][entry["name"]] = entry["value"]
        elif rest:
            own = [{"name": k, "value": v, "source": "DYNAMIC_TOPIC_CONFIG"} for k, v in topic["configs"].items()]
            return 200, {"data": [*own, {"name": "min.insync.replicas", "value": "2", "source": "DEFAULT_CONFIG"}]}
        elif sent.method == "PATCH":
            topic["partitions_count"] = sent.body["partitions_count"]
        elif sent.method == "DELETE":
            del self.objects[sent.path]
            return 204, None
        return 200, topic

    def _acls(self, sent: Sent) -> Reply:
        wanted = sent.body or sent.query
        path = f"{sent.path}/{json.dumps(wanted, sort_keys=True)}"
        if sent.method == "POST":
            self.objects[path] = {**wanted, "principal": "User:1234"}
        elif sent.method == "DELETE":
            self.objects.pop(path, None)
        return 200, {"data": [self.objects[path]] if path in self.objects else []}

    def _registry(self, sent: Sent, rest: list[str]) -> Reply:  # noqa: PLR0911 - one for each route
        match [sent.method, *rest]:
            case ["POST", "compatibility", *_]:
                ok = "incompatible" not in sent.body["schema"]
                return 200, {"is_compatible": ok, "messages": [] if ok else ["a field went missing"]}
            case ["POST", "subjects", subject, "versions"]:
                versions = self.objects.setdefault(f"subject {subject}", [])
                versions.append({**sent.body, "id": next(self._ids), "version": len(versions) + 1, "subject": subject})
                return 200, {"id": versions[-1]["id"]}
            case ["GET", "subjects", subject, "versions", "latest"] if self.objects.get(f"subject {subject}"):
                return 200, self.objects[f"subject {subject}"][-1]
            case ["GET", "schemas"]:
                return 200, self.objects.get(f"subject {sent.query['subjectPrefix']}", [])
            case ["DELETE", "subjects", subject, "versions", _]:
                self.objects.pop(f"subject {subject}", None)
                return 200, 1
            case ["PUT", "config", subject]:
                self.objects[f"config {subject}"] = {"compatibilityLevel": sent.body["compatibility"]}
                return 200, sent.body
            case ["GET", "config", subject] if f"config {subject}" in self.objects:
                return 200, self.objects[f"config {subject}"]
            case ["DELETE", "config", subject]:
                self.objects.pop(f"config {subject}", None)
                return 200, {}
        return 404, {"error_code": 40401, "message": "Subject not found."}


@contextmanager
def served(cloud: FakeCloud) -> Iterator[FakeCloud]:
    """Serve ``cloud`` over HTTP on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, reply = cloud.handle(self.command, self.path, body, self.headers.get("Authorization", ""))
            content = b"" if reply is None else json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the base class names them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    cloud.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
