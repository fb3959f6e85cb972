"""The one JVM that the Kafka Connect worker runs in: how it is started and how it is talked to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.java.jars import JavaModule, classpath
from localcloud.dataplane.java.runtime import java
from localcloud.dataplane.process.private_endpoint import PrivateEndpoint

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from localcloud.dataplane.process.processes import ProcessHost

NAME = "connect"
STOP_SECONDS = 20.0  # tasks commit what they have written
_CALL_SECONDS = 30.0
# Without a class-data archive, as brokers have it: it starts in a second, and writing one would take several.
_JVM = ["-Xms32m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.disableJmx=true"]


class WorkerClient:
    """The private HTTP interface of one running JVM (``rag.connect.Endpoint``)."""

    def __init__(self, http: httpx.Client) -> None:
        """Connect lazily."""
        self._http = http

    def connectors(self) -> dict[str, Any]:
        """Return the state of every connector, by name."""
        found: dict[str, Any] = self._call("GET", "/connectors")
        return found

    def put(self, name: str, settings: Mapping[str, str], plugin: str) -> None:
        """Start a connector, or give it other settings; returns before these have been checked.

        ``plugin``: the ``plugin.path`` that has its class, empty if the class path has it.
        """
        self._call("PUT", f"/connectors/{name}", {"plugin": plugin, "settings": settings})

    def restart(self, name: str) -> None:
        """Restart a connector and its tasks."""
        self._call("POST", f"/connectors/{name}/restart")

    def delete(self, name: str) -> None:
        """End a connector; its offsets stay in its consumer group."""
        self._call("DELETE", f"/connectors/{name}")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
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
        self._jars = jars
        self._endpoint = PrivateEndpoint(NAME, "The Kafka Connect worker", state / "connect", host)

    def start(self) -> tuple[subprocess.Popen[bytes], WorkerClient]:
        """Start it and wait until it answers; :class:`DataPlaneError` if it does not."""
        jars = classpath(self._jars, JavaModule.CONNECT)
        argv = [java(), *_JVM, "-cp", jars, "rag.connect.Main", str(self._endpoint.port_file)]
        process, http = self._endpoint.start(argv, "CONNECT_ENDPOINT_TOKEN", _CALL_SECONDS)
        return process, WorkerClient(http)

    def stop(self) -> None:
        """End it for good."""
        self._endpoint.stop(STOP_SECONDS)
