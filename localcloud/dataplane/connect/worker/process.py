"""The one JVM that the Kafka Connect worker runs in: how it is started and how it is talked to."""

from __future__ import annotations

import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.java.jars import JavaModule, classpath
from localcloud.dataplane.java.runtime import java

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from localcloud.dataplane.process.processes import ProcessHost

NAME = "connect"
START_SECONDS = 90.0
STOP_SECONDS = 20.0  # tasks commit what they have written
_CALL_SECONDS = 30.0
# Without a class-data archive, as brokers have it: it starts in a second, and writing one would take several.
_JVM = ["-Xms32m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.disableJmx=true"]


class WorkerClient:
    """The private HTTP interface of one running JVM (``rag.connect.Endpoint``)."""

    def __init__(self, port: int, token: str) -> None:
        """Connect lazily."""
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=_CALL_SECONDS,
            trust_env=False,  # a proxy of the user's has no business here
        )

    def connectors(self) -> dict[str, Any]:
        """Return the state of every connector, by name."""
        found: dict[str, Any] = self._call("GET", "/connectors")
        return found

    def put(self, name: str, settings: Mapping[str, str]) -> None:
        """Start a connector, or give it other settings; returns before these have been checked."""
        self._call("PUT", f"/connectors/{name}", settings)

    def restart(self, name: str) -> None:
        """Restart a connector and its tasks."""
        self._call("POST", f"/connectors/{name}/restart")

    def delete(self, name: str) -> None:
        """End a connector; its offsets stay in its consumer group."""
        self._call("DELETE", f"/connectors/{name}")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        try:
            response = self._http.request(method, path, json=body)
            answer = response.json()
        except (httpx.TransportError, ValueError) as error:
            raise DataPlaneError("The Kafka Connect worker does not answer.") from error
        if response.is_success:
            return answer
        raise DataPlaneError(answer["message"])


class WorkerProcess:
    """Starts and ends the JVM; the file that names its port is in ``state/connect``."""

    def __init__(self, state: Path, jars: Path, host: ProcessHost) -> None:
        """Nothing happens yet."""
        self._folder, self._jars, self._host = state / "connect", jars, host
        self._stopped = threading.Event()

    def start(self) -> tuple[subprocess.Popen[bytes], WorkerClient]:
        """Start it and wait until it answers; :class:`DataPlaneError` if it does not."""
        program, jars = java(), classpath(self._jars, JavaModule.CONNECT)
        token, port_file = secrets.token_urlsafe(24), self._folder / "port"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            port_file.unlink(missing_ok=True)
        except OSError as error:
            raise DataPlaneError(f"Kafka Connect cannot be kept in {self._folder}: {error.strerror}.") from error
        argv = [program, *_JVM, "-cp", jars, "rag.connect.Main", str(port_file)]
        process = self._host.start(NAME, argv, env={"CONNECT_ENDPOINT_TOKEN": token})
        self._await(port_file, process)
        return process, WorkerClient(int(port_file.read_text()), token)

    def stop(self) -> None:
        """End it for good."""
        self._stopped.set()
        self._host.stop(NAME, STOP_SECONDS)

    def _await(self, port_file: Path, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not port_file.exists():
            if self._stopped.wait(0.05):
                raise DataPlaneError("The Kafka Connect worker was stopped while it started.")
            if process.poll() is not None:
                raise DataPlaneError(f"The Kafka Connect worker ended at its start: see {self._host.log(NAME)}.")
            if time.monotonic() > deadline:
                self._host.stop(NAME)
                raise DataPlaneError(
                    f"The Kafka Connect worker did not start in {START_SECONDS:.0f} s: see {self._host.log(NAME)}."
                )
