"""The local cloud of this clone as a background process: up at an endpoint, or not."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from toolchain.frontdoor.cloud.orphaned_plugins import end_orphaned_plugins
from toolchain.frontdoor.cloud.own_processes import MARK, end_all, marked_processes
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.hall.progress import Progress
from toolchain.frontdoor.hall.removal import remove
from toolchain.frontdoor.hall.steps import locked
from toolchain.frontdoor.hall.terminal import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

_SERVICE = "confluent-local-cloud"
_START_SECONDS = 120
_STOP_SECONDS = 45
_PROBE_SECONDS = 5
_DYING_SECONDS = 2
_POLL_SECONDS = 0.1
_STATUS_SECONDS = 60  # Flink that is being started again answers late
_STORE_SECONDS = 300  # a JVM that has much to read; longer than the local cloud itself waits for one
_LOG_LINES = 12
_NONE: Mapping[str, Path] = MappingProxyType({})
_SILENT_SECONDS = 2.0
_STOPPING = (
    "The local cloud is stopping. The first time that takes some seconds: Java writes the class-data archives that"
    " make later starts faster."
)


class Health(Enum):
    """What answers at the endpoint."""

    NOTHING = "nothing"
    STARTING = "starting"
    FAILED = "failed"
    READY = "ready"
    STRANGER = "another program"


@dataclass(frozen=True)
class LocalCloud:
    """The local cloud whose state is in this clone, at ``endpoint``."""

    layout: Layout
    endpoint: str

    @property
    def port(self) -> int:
        """TCP port of the endpoint."""
        return urlsplit(self.endpoint).port or 80

    @property
    def credentials(self) -> dict[str, Any]:
        """Its keys (made at its first start)."""
        path = self.layout.cloud / "credentials.json"
        try:
            keys: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise Failure(
                f"A local cloud answers at {self.endpoint}, but not this clone's ({path} is missing): {self._elsewhere}"
            ) from None
        return keys

    @property
    def _elsewhere(self) -> str:
        return (
            "stop it, or set another port in Pulumi.dev.yaml:"
            f" `confluentcloud:endpoint: http://127.0.0.1:{self.port + 1}`."
        )

    def health(self) -> tuple[Health, str]:
        """Say what answers at the endpoint, and what it is busy with."""
        deadline = time.monotonic() + _DYING_SECONDS
        while True:
            try:
                reply = Api(self.endpoint, seconds=_PROBE_SECONDS).call("GET", "/healthz")
                break
            except ConnectionRefusedError:
                return Health.NOTHING, ""
            except ConnectionResetError:  # perhaps by the end of one that was killed, whose port is free in a moment
                if time.monotonic() > deadline:
                    return Health.STRANGER, ""
                time.sleep(_POLL_SECONDS)
            except (OSError, http.client.HTTPException):
                return Health.STRANGER, ""
        body = reply.body if isinstance(reply.body, dict) else {}
        if body.get("service") != _SERVICE:
            return Health.STRANGER, ""
        unready = Health.FAILED if body.get("failed") else Health.STARTING
        return (Health.READY if body.get("ready") else unready), str(body.get("detail", ""))

    def is_up(self) -> bool:
        """Whether it is ready; :class:`Failure` if the port is another program's, or another clone's cloud."""
        health, _ = self.health()
        if health is Health.STRANGER:
            raise Failure(f"Port {self.port} is taken by another program: {self._elsewhere}")
        if health is Health.READY and not self._is_ours():
            raise Failure(f"Port {self.port} is taken by the local cloud of another clone: {self._elsewhere}")
        return health is Health.READY

    def _is_ours(self) -> bool:
        """Whether the cloud that answers is this clone's: started from here, or at least taking its key."""
        return self._leader() is not None or self.accepts(self.api())

    def _leader(self) -> int | None:
        """Return the process that was started last from here, if it still runs."""
        try:
            process = int(self.layout.cloud_pid.read_text())
        except (OSError, ValueError):  # a crash can leave anything: the processes' own mark tells which are ours
            return None
        return process if process in marked_processes(self.layout.cloud) else None

    def accepts(self, api: Api) -> bool:
        """Whether the key of ``api`` is one that the cloud knows."""
        return api.call_with_retry("GET", "/org/v2/environments?page_size=1").status != http.client.UNAUTHORIZED

    def api(self) -> Api:
        """Return its API, called as the organization's administrator."""
        keys = self.credentials
        return Api(self.endpoint, keys["cloud_api_key"], keys["cloud_api_secret"])

    def status(self, seconds: float = 0) -> dict[str, Any]:
        """Return what runs there, after counting records for that many seconds (``GET /local/v1/status``)."""
        patient = replace(self.api(), seconds=_STATUS_SECONDS + seconds)
        reply = patient.call("GET", f"/local/v1/status?seconds={seconds}")
        if not isinstance(reply.body, dict) or reply.status != http.client.OK:
            raise Failure(f"The local cloud at {self.endpoint} answered {reply.status} to /local/v1/status.")
        return reply.body

    def first_records(self, cluster: str, topic: str, count: int, seconds: int) -> list[dict[str, Any]]:
        """Return that many records of a topic, decoded; after ``seconds`` those that there are."""
        path = f"/local/v1/clusters/{cluster}/topics/{quote(topic, safe='')}/records?count={count}&seconds={seconds}"
        records: list[dict[str, Any]] = self._own("GET", path, seconds=_STATUS_SECONDS + seconds)["records"]
        return records

    def tls(self) -> dict[str, str]:
        """Have it serve https, too, and return endpoint and files (``PUT /local/v1/tls``)."""
        return self._own("PUT", "/local/v1/tls")

    def console_link(self) -> str:
        """Return a new link that opens the console in one browser (``POST /console/links``)."""
        link: str = self._own("POST", "/console/links")["url"]
        return link

    def start_store(self, kind: str) -> None:
        """Start the server of that kind of store, if it does not run; :class:`Failure` if it does not start."""
        self._own("PUT", f"/local/v1/stores/{kind}", seconds=_STORE_SECONDS)

    def faults(self, wanted: list[str] | None = None) -> list[str]:
        """Return what goes wrong there on purpose, after setting it if that is asked for (``/local/v1/faults``)."""
        body = None if wanted is None else {"faults": wanted}
        found = self._own("GET" if body is None else "PUT", "/local/v1/faults", body)
        rules = found["faults"]
        throws = any(rule.get("share", 1) < 1 or len(rule.get("effects", ())) > 1 for rule in rules)
        seed = [f"seed={found['seed']}"] if throws else []
        return [*(rule["text"] for rule in rules), *seed] or ["none"]

    def _own(
        self, method: str, path: str, body: dict[str, Any] | None = None, seconds: float | None = None
    ) -> dict[str, Any]:
        """Call one of the local cloud's own endpoints; what it refuses is a :class:`Failure` with its sentence."""
        api = self.api()
        reply = replace(api, seconds=seconds or api.seconds).call(method, path, body)
        if not isinstance(reply.body, dict) or reply.status != http.client.OK:
            errors = reply.body.get("errors") if isinstance(reply.body, dict) else None
            raise Failure(errors[0]["detail"] if errors else f"The local cloud answered {reply.status} to {path}.")
        return reply.body

    def start(
        self, jars: Path, models: Path, servers: Mapping[str, Path] = _NONE, connectors: Mapping[str, Path] = _NONE
    ) -> None:
        """Start it and wait until it is ready; nothing if it is."""
        with locked(self.layout.cloud_lock):
            if self.is_up():
                return
            child = None if self.health()[0] is Health.STARTING else self._spawn(jars, models, servers, connectors)
            self._wait(child)

    def _spawn(
        self, jars: Path, models: Path, servers: Mapping[str, Path], connectors: Mapping[str, Path]
    ) -> subprocess.Popen[bytes]:
        # What a crash may have left would hold ports and files.
        leader = self._leader()
        end_all(self.layout.cloud, leader, 0 if leader is None else _STOP_SECONDS)
        arguments = ["--state", str(self.layout.cloud), "--port", str(self.port)]
        arguments += ["--jars", str(jars), "--models", str(models)]
        arguments += [f"--server={kind}={folder}" for kind, folder in servers.items()]
        arguments += [f"--connector={kind}={path}" for kind, path in connectors.items()]
        with self.layout.cloud_output.open("wb") as output:
            child = subprocess.Popen(  # noqa: S603 - a fixed command
                [self.layout.python, "-m", "localcloud", "serve", *arguments],
                cwd=self.layout.project,
                env=_environment() | {MARK: str(self.layout.cloud)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # it outlives this command and the terminal
            )
        self.layout.cloud_pid.write_text(str(child.pid))
        return child

    def _wait(self, child: subprocess.Popen[bytes] | None) -> None:
        deadline = time.monotonic() + _START_SECONDS
        with Progress(["Local cloud"]) as progress:
            while True:
                health, detail = self.health()
                if health is Health.READY:
                    progress.done("Local cloud")
                    return
                progress.detail("Local cloud", detail)
                if health is Health.FAILED:
                    end_all(self.layout.cloud, self._leader(), _STOP_SECONDS)
                    raise Failure(detail)
                if child is not None and child.poll() is not None:
                    raise Failure(self._last_words("The local cloud did not start"))
                if time.monotonic() > deadline:
                    raise Failure(self._last_words(f"The local cloud is not ready after {_START_SECONDS} s"))
                time.sleep(_POLL_SECONDS)

    def _last_words(self, what: str) -> str:
        """Say what is wrong: the sentence that the process has ended with, else the end of its log."""
        said = self.layout.cloud_output.read_text(encoding="utf-8", errors="replace").strip()
        if said and "\n" not in said:
            return said
        log = self.layout.cloud_output if said else self.layout.cloud_logs / "cloud.log"
        return f"{what}; {log} ends with:\n{tail(log)}"

    def stop(self) -> bool:
        """End every process of it, and the plugins of a killed `pulumi` of this clone; whether there was one of it."""
        end_orphaned_plugins(self.layout.project)
        with locked(self.layout.cloud_lock, waiting=_say_so):
            return self._end()

    def reset(self) -> None:
        """End every process of it and remove its state, whatever a crash has left of either."""
        end_orphaned_plugins(self.layout.project)
        with locked(self.layout.cloud_lock, waiting=_say_so):
            self._end()
            for path in (self.layout.cloud, self.layout.cloud_pid, self.layout.cloud_output):
                remove(path)

    def _end(self) -> bool:
        if not marked_processes(self.layout.cloud):
            return False
        silence = threading.Timer(_SILENT_SECONDS, say, [_STOPPING])
        silence.start()
        try:
            end_all(self.layout.cloud, self._leader(), _STOP_SECONDS)
        finally:
            silence.cancel()
        remove(self.layout.cloud_pid)
        return True


def _say_so() -> None:
    say("Another command starts or stops the local cloud: waiting for it.")


def _environment() -> dict[str, str]:
    """Return the user's environment without the keys to other clouds: a local cloud has no business with them."""
    foreign = ("CONFLUENT_", "FLINK_", "KAFKA_", "OPENAI_", "PULUMI_", "SCHEMA_REGISTRY_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def tail(path: Path, lines: int = _LOG_LINES) -> str:
    """Return the last lines of a log, indented."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-lines:]
    except FileNotFoundError:
        text = ["(nothing)"]
    return "\n".join(f"  {line}" for line in text)
