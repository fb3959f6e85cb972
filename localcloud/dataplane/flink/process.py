"""The one JVM that Flink runs in: its command line, its start and stop, and its private HTTP interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from localcloud.dataplane.interface import DataPlaneError, NotFoundError
from localcloud.dataplane.java.class_data_archive import Archive
from localcloud.dataplane.java.jars import JavaModule, classpath
from localcloud.dataplane.java.runtime import java
from localcloud.dataplane.process.private_endpoint import PrivateEndpoint

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from localcloud.dataplane.process.processes import ProcessHost

NAME = "flink"
STOP_SECONDS = 40.0  # the very first stop also writes the class-data archive
_CALL_SECONDS = 90.0
_JVM = ["-Xms256m", "-Xmx640m", "-Xmn128m", "-XX:+UseSerialGC", "-Dlog4j2.disableJmx=true"]
# Ten times Java's default: in the first seconds the optimizing compiler (C2) would take the CPU that brokers need.
_JVM += [
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
]
# The packages that Flink's own scripts open for Java 17 (config.yaml, env.java.opts.all).
_OPENED = ["lang", "lang.reflect", "net", "io", "nio", "text", "time", "util", "util.concurrent"]
_OPENED += ["util.concurrent.atomic", "util.concurrent.locks"]
_MODULES = [f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in _OPENED]


class RefusedError(DataPlaneError):
    """Flink refused a request; ``str()`` is the reason."""


class FlinkClient:
    """The private HTTP interface of one running JVM (``rag.flink.endpoint.StatementEndpoint``)."""

    def __init__(self, http: httpx.Client) -> None:
        """Connect lazily."""
        self._http = http

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the JSON reply; raises :class:`NotFoundError`, :class:`RefusedError` or ``httpx.TransportError``."""
        response = self._http.request(method, path, json=body)
        answer: dict[str, Any] = response.json()
        if response.status_code == httpx.codes.OK:
            return answer
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFoundError(answer["message"])
        raise RefusedError(answer["message"])

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class FlinkProcess:
    """Starts and ends the JVM; its own files are in ``state/flink``."""

    def __init__(self, state: Path, jars: Path, host: ProcessHost) -> None:
        """Keep the folders; :meth:`start` starts the JVM."""
        self._folder, self._jars = state / "flink", jars
        self._endpoint = PrivateEndpoint(NAME, "Flink", self._folder, host)
        self._archive: Archive | None = None

    def start(self) -> tuple[subprocess.Popen[bytes], FlinkClient]:
        """Start the JVM and wait until its interface answers; :class:`DataPlaneError` if it does not."""
        program, jars = java(), classpath(self._jars, JavaModule.FLINK)
        self._archive = Archive.of(self._jars / JavaModule.FLINK, program, jars, NAME)
        argv = [program, *_JVM, *_MODULES, *self._archive.options, "-cp", jars, "rag.flink.Main", str(self._folder)]
        process, http = self._endpoint.start(argv, "FLINK_ENDPOINT_TOKEN", _CALL_SECONDS)
        return process, FlinkClient(http)

    def checkpointed(self) -> set[str]:
        """Return the uids of the statements that have a folder of checkpoints (``rag.flink.statement.Checkpoints``)."""
        folder = self._folder / "checkpoints"
        try:
            return {entry.name for entry in folder.iterdir()} if folder.exists() else set()
        except OSError as error:
            raise DataPlaneError(f"{folder} cannot be read: {error.strerror}.") from error

    def stop(self, *, trained: bool) -> None:
        """Stop the JVM; ``trained``: it has done what it is used for, so that its archive serves later starts."""
        archive = self._archive
        writes_in_vain = archive is not None and archive.is_missing and not trained
        # Without a running statement there is nothing to end in order, and writing takes seconds.
        self._endpoint.stop(0 if writes_in_vain else STOP_SECONDS)
        if archive is not None:
            archive.keep(trained=trained)
