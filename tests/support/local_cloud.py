"""A local cloud of its own, with an environment, a cluster and compute pools, and nothing in front of its API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.steps import run_side_by_side
from toolchain.frontdoor.setup.jars import jars_folder, jars_step
from workshop.clone import PROJECT, wait_until
from workshop.ports import free_port

PATIENCE = 120.0  # seconds, on a machine that may have much else to do
ENDED = {"COMPLETED", "FAILED", "STOPPED"}


def built_jars() -> Path:
    """Build the modules as the front door does, once for all that share its toolchain, or take ``LOCALCLOUD_JARS``."""
    if built := os.environ.get("LOCALCLOUD_JARS"):
        return Path(built)
    layout = Layout.of(str(PROJECT))
    run_side_by_side([step] if (step := jars_step(layout)) else [], layout.set_up_logs)
    return jars_folder(layout)


@dataclass(frozen=True)
class Ran:
    """A statement that is there: its name, and how its API shows it now."""

    cloud: LocalCloud
    name: str

    @property
    def shown(self) -> Any:
        """The whole of it."""
        return self.cloud.call("GET", f"{self.cloud.statements}/{self.name}")

    @property
    def phase(self) -> str:
        """``status.phase``."""
        phase: str = self.shown["status"]["phase"]
        return phase

    def until(self, *phases: str) -> Any:
        """Wait for one of these phases, return ``status``."""
        deadline = time.monotonic() + PATIENCE
        while (status := self.shown["status"])["phase"] not in phases:
            assert status["phase"] not in ENDED, status
            assert time.monotonic() < deadline, status
            time.sleep(0.05)
        return status

    def page(self, token: str = "") -> tuple[list[Any], str | None]:
        """One page of results, and the address of the next one."""
        reply = self.cloud.call("GET", token or f"{self.cloud.statements}/{self.name}/results")
        return reply["results"]["data"], reply["metadata"]["next"] or None

    def rows(self, count: int | None = None) -> list[Any]:
        """Read ``count`` rows (``{"op", "row"}``), or all of a result that ends."""
        found: list[Any] = []
        token: str | None = ""
        deadline = time.monotonic() + PATIENCE
        while token is not None and (count is None or len(found) < count):
            data, token = self.page(token)
            found += data
            assert time.monotonic() < deadline, f"{len(found)} rows of {self.shown}"
            time.sleep(0.02)
        return found

    def set(self, **spec: Any) -> Any:
        """Change ``spec`` by JSON patch."""
        patch = [{"op": "replace", "path": f"/spec/{key}", "value": value} for key, value in spec.items()]
        return self.cloud.call("PATCH", f"{self.cloud.statements}/{self.name}", patch)

    def delete(self) -> None:
        """Delete it."""
        self.cloud.call("DELETE", f"{self.cloud.statements}/{self.name}")


class LocalCloud:
    """``python -m localcloud serve`` on a free port; the administrator's key opens everything."""

    def __init__(self, state: Path, jars: Path, *more: str) -> None:
        """``more``: arguments of its command line."""
        self.state = state
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "localcloud", "serve", "--state", str(state), "--port", str(port)]
        self._command = [*command, "--jars", str(jars), *more]
        self._client = httpx.Client(base_url=self.endpoint, timeout=60)
        try:
            self._start()
            keys = json.loads((state / "credentials.json").read_text())
            self._client.auth = httpx.BasicAuth(keys["cloud_api_key"], keys["cloud_api_secret"])
            self.organization: str = keys["organization_id"]
            self._make()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=PROJECT)
        wait_until(lambda: self._process.poll() is not None or self._is_up(), "the local cloud")

    def restart(self) -> None:
        """Stop it and start it again, with what it keeps."""
        self._process.terminate()
        self._process.wait(PATIENCE)  # the first stop of all also writes class-data archives
        self._start()
        wait_until(lambda: bool(self.call("GET", "/local/v1/status")["ready"]), "the recovered state", PATIENCE)

    def _is_up(self) -> bool:
        try:
            return self._client.get("/healthz").is_success
        except httpx.TransportError:
            return False

    def _make(self) -> None:
        body: Any = {"display_name": "lab", "stream_governance_config": {"package": "ESSENTIALS"}}
        self.environment = self.call("POST", "/org/v2/environments", body)["id"]
        flink = f"/sql/v1/organizations/{self.organization}/environments/{self.environment}"
        self.statements, self.connections = f"{flink}/statements", f"{flink}/connections"
        spec = {"display_name": "shop", "availability": "SINGLE_ZONE", "config": {"kind": "Standard"}}
        self.cluster = self.call("POST", "/cmk/v2/clusters", self._placed(spec))["id"]
        self.pool = self.make_pool(50)
        path = f"/cmk/v2/clusters/{self.cluster}?environment={self.environment}"
        wait_until(lambda: self.call("GET", path)["status"]["phase"] == "PROVISIONED", "the cluster")
        self.registry = self.call("GET", f"/srcm/v3/clusters?environment={self.environment}")["data"][0]["id"]

    def _placed(self, spec: dict[str, Any]) -> Any:
        return {"spec": {**spec, "cloud": "AWS", "region": "us-east-1", "environment": {"id": self.environment}}}

    def make_pool(self, max_cfu: int) -> str:
        """Make a compute pool, return its id."""
        spec = {"display_name": f"pool-{max_cfu}", "max_cfu": max_cfu}
        identifier: str = self.call("POST", "/fcpm/v2/compute-pools", self._placed(spec))["id"]
        return identifier

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request, return the reply, whatever it is."""
        return self._client.request(method, path, json=body)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed, return what it answers."""
        reply = self.send(method, path, body)
        assert reply.is_success, f"{method} {path} -> {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def post(self, sql: str, pool: str = "", name: str = "", **properties: str) -> Ran:
        """Submit a statement; ``_`` and ``__`` in a property's name stand for ``-`` and ``.``."""
        given = {"sql.current-catalog": "lab", "sql.current-database": "shop"}
        given |= {key.replace("__", ".").replace("_", "-"): value for key, value in properties.items()}
        spec = {"statement": sql, "properties": given, "compute_pool_id": pool or self.pool}
        made = self.call("POST", self.statements, {"name": name or f"s-{uuid.uuid4().hex}", "spec": spec})
        return Ran(self, made["name"])

    def run(self, sql: str, **properties: str) -> None:
        """Run a statement to its good end."""
        status = self.post(sql, **properties).until(*ENDED)
        assert status["phase"] == "COMPLETED", f"{sql}: {status}"

    def query(self, sql: str, **properties: str) -> list[list[Any]]:
        """Return all rows of a snapshot query."""
        ran = self.post(sql, **{"sql__snapshot__mode": "now", **properties})
        rows = [row["row"] for row in ran.rows()]
        assert ran.until(*ENDED)["phase"] == "COMPLETED", ran.shown["status"]
        return rows

    def refusal(self, sql: str) -> str:
        """Return why a statement has failed."""
        status = self.post(sql).until(*ENDED)
        assert status["phase"] == "FAILED", status
        detail: str = status["detail"]
        return detail

    def topic(self, name: str) -> Any:
        """A topic, by Kafka REST."""
        return self.call("GET", f"/kafka/v3/clusters/{self.cluster}/topics/{name}")

    def topic_config(self, topic: str, name: str) -> str:
        """A setting of a topic."""
        path = f"/kafka/v3/clusters/{self.cluster}/topics/{topic}/configs/{name}"
        value: str = self.call("GET", path)["value"]
        return value

    def subject(self, name: str) -> Any:
        """The latest version of a subject."""
        return self.call("GET", f"/schema-registry/{self.registry}/subjects/{name}/versions/latest")

    def register(self, name: str, schema: str) -> None:
        """Register a new version of an Avro subject."""
        self.call("POST", f"/schema-registry/{self.registry}/subjects/{name}/versions", {"schema": schema})

    def connect(self, name: str, kind: str, endpoint: str, secrets: dict[str, str]) -> None:
        """Make a Flink connection."""
        auth = {"kind": "PlaintextProvider", "data": json.dumps(secrets)}
        spec = {"connection_type": kind, "endpoint": endpoint, "auth_data": auth}
        self.call("POST", self.connections, {"name": name, "spec": spec})

    def set_faults(self, *faults: str) -> None:
        """Let these things go wrong, instead of what did before."""
        self.call("PUT", "/local/v1/faults", {"faults": list(faults)})

    def close(self) -> None:
        """Stop it, with all of its processes."""
        self._client.close()
        self._process.terminate()
        self._process.wait(PATIENCE)  # the first stop of all also writes class-data archives
