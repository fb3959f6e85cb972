"""The MongoDB server of this machine: one JVM, started when something first needs it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.java.class_data_archive import Archive
from localcloud.dataplane.java.jars import JavaModule, classpath
from localcloud.dataplane.java.runtime import java
from localcloud.ports import is_answered, is_free

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from localcloud.dataplane.process.processes import ProcessHost

NAME = "mongodb"
START_SECONDS = 120.0  # with many documents to read
RESTART_AFTER_SECONDS = 10.0
STOP_SECONDS = 30.0  # the first one of all also writes the class-data archive
_LOG = logging.getLogger(__name__)
# Documents are in memory. A JVM that has too little of it ends, and is told by its log, instead of answering late.
_JVM = ["-Xms16m", "-Xmx2g", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]


@dataclass(frozen=True, kw_only=True)
class MongoDbLogin:
    """Where the server listens, and whom it lets in."""

    port: int
    username: str
    password: str = field(repr=False)


class MongoDbServer:
    """The :class:`~localcloud.dataplane.interface.StoresPlane` over a ``rag.stores.Main``; data in ``state/mongodb``.

    A server that has died is started again at once, or by the next call if it died right after its start.
    """

    def __init__(self, state: Path, jars: Path, host: ProcessHost, login: MongoDbLogin) -> None:
        """Nothing starts yet."""
        self._folder, self._jars, self._host, self._login = state / "mongodb", jars, host, login
        self._archive: Archive | None = None
        self._lock = threading.RLock()
        self._closed = False

    def mongodb_needed(self, host: str) -> None:
        """Start the server if it is at ``host`` and does not run; :class:`DataPlaneError` if it does not start."""
        if host not in {f"127.0.0.1:{self._login.port}", f"localhost:{self._login.port}"}:
            return
        with self._lock:
            if not self._closed and not self._host.is_alive(NAME):
                self._start()

    def close(self) -> None:
        """Stop the server and keep its data."""
        with self._lock:
            self._closed = True
            self._host.stop(NAME, STOP_SECONDS)
            if self._archive is not None:
                self._archive.keep()

    def _start(self) -> None:
        port = self._login.port
        if not is_free(port):
            raise DataPlaneError(f"Port {port} of the MongoDB server is taken: end the program that listens there.")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DataPlaneError(f"Documents cannot be kept in {self._folder}: {error.strerror}.") from error
        program, jars = java(), classpath(self._jars, JavaModule.STORES)
        self._archive = Archive.of(self._jars / JavaModule.STORES, program, jars, NAME)
        documents = str(self._folder / "documents.bson")
        argv = [program, *_JVM, *self._archive.options, "-cp", jars, "rag.stores.Main", documents, str(port)]
        login = {
            "LOCALCLOUD_MONGODB_USERNAME": self._login.username,
            "LOCALCLOUD_MONGODB_PASSWORD": self._login.password,
        }
        child = self._host.start(NAME, argv, env=login)
        self._wait_until_ready()
        threading.Thread(target=self._watch, args=(child,), name=f"watch-{NAME}", daemon=True).start()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self._host.is_alive(NAME):
                raise DataPlaneError(f"The MongoDB server ended at its start: {self._complaint()}")
            if is_answered(self._login.port):
                return
            time.sleep(0.02)
        self._host.stop(NAME)
        raise DataPlaneError(
            f"The MongoDB server did not answer within {START_SECONDS:.0f} s: see {self._host.log(NAME)}."
        )

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Start a server again that has died by itself: sinks and statements that use it do not call this plane."""
        began = time.monotonic()
        child.wait()
        if time.monotonic() - began < RESTART_AFTER_SECONDS:
            return
        with self._lock:
            if self._closed or self._host.is_alive(NAME):
                return
            _LOG.warning("The MongoDB server ended with status %s; it is started again.", child.returncode)
            try:
                self._start()
            except DataPlaneError as error:
                _LOG.error("%s", error)

    def _complaint(self) -> str:
        """Return the line of the log that says why, without the word before it."""
        errors = [line for line in self._host.log_tail(NAME, 200).splitlines() if line.startswith("Error: ")]
        return errors[0].removeprefix("Error: ") if errors else f"see {self._host.log(NAME)}."
