"""The stores' servers of this machine: a process each, started when something first needs it."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol

from localcloud.dataplane.interface import DataPlaneError
from localcloud.ports import is_answered, is_free

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from localcloud.dataplane.process.processes import ProcessHost
    from localcloud.store_login import StoreLogin

START_SECONDS = 240.0  # with much data to read, or the first time of a large server, on a busy machine
RESTART_AFTER_SECONDS = 10.0
STOP_SECONDS = 30.0  # the first one of all also writes the class-data archive
_LOG = logging.getLogger(__name__)


class Store(Protocol):
    """A kind of store: how its server is started.

    A new one is a module, a row in opening.py and in store_login.py, and a name in ``Killed`` of faults/rules.py.
    """

    @property
    def name(self) -> str:
        """Of the process, the log and the data's folder; ``kind`` of the sink."""

    @property
    def title(self) -> str:
        """As its makers write it: ``MongoDB``."""

    @property
    def login(self) -> StoreLogin:
        """Where it listens, and whom it lets in."""

    def command(self, folder: Path) -> Sequence[str]:
        """Return the program and its arguments, no secret among them; ``folder`` is for its data.

        :class:`DataPlaneError` if it cannot run on this machine.
        """

    def environment(self) -> Mapping[str, str]:
        """Return the variables that only this process gets: the login."""

    def stopped(self) -> None:
        """Keep what makes its next start faster."""


class Servers:
    """The :class:`~localcloud.dataplane.interface.StoresPlane`; data in ``state/NAME``.

    A server that has died is started again at once, or by the next call if it died right after its start.
    """

    def __init__(self, state: Path, host: ProcessHost, stores: Sequence[Store]) -> None:
        """Nothing starts yet."""
        self._servers = {store.login.port: _Server(state, host, store) for store in stores}

    def needed(self, host: str) -> None:
        """Start the server that is at ``host`` and does not run; :class:`DataPlaneError` if it does not start."""
        name, _, port = host.rpartition(":")
        server = self._servers.get(int(port)) if port.isascii() and port.isdecimal() else None
        if server is not None and name in {"127.0.0.1", "localhost"}:
            server.start()

    def close(self) -> None:
        """Stop the servers and keep their data."""
        for server in self._servers.values():
            server.close()


class _Server:
    """One of them."""

    def __init__(self, state: Path, host: ProcessHost, store: Store) -> None:
        self._folder, self._host, self._store = state / store.name, host, store
        self._lock = threading.RLock()
        self._was_started = self._closed = False

    def start(self) -> None:
        with self._lock:
            if self._closed or (self._host.is_alive(self._store.name) and is_answered(self._store.login.port)):
                return
            self._host.stop(self._store.name, STOP_SECONDS)  # one that answers nobody is ending
            self._start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._host.stop(self._store.name, STOP_SECONDS)
            if self._was_started:
                self._store.stopped()

    def _start(self) -> None:
        name, port = self._store.name, self._store.login.port
        if not is_free(port):
            raise DataPlaneError(
                f"Port {port} of the {self._store.title} server is taken: end the program that listens there."
            )
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DataPlaneError(f"Data cannot be kept in {self._folder}: {error.strerror}.") from error
        child = self._host.start(name, self._store.command(self._folder), env=self._store.environment())
        self._was_started = True
        self._wait_until_ready()
        threading.Thread(target=self._watch, args=(child,), name=f"watch-{name}", daemon=True).start()

    def _wait_until_ready(self) -> None:
        name, title = self._store.name, self._store.title
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self._host.is_alive(name):
                raise DataPlaneError(f"The {title} server ended at its start: {self._complaint()}")
            if is_answered(self._store.login.port):
                return
            time.sleep(0.02)
        self._host.stop(name)
        raise DataPlaneError(
            f"The {title} server did not answer within {START_SECONDS:.0f} s: see {self._host.log(name)}."
        )

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Start a server again that has died by itself: sinks and statements that use it do not call this plane."""
        began = time.monotonic()
        child.wait()
        if time.monotonic() - began < RESTART_AFTER_SECONDS:
            return
        with self._lock:
            if self._closed or self._host.is_alive(self._store.name):
                return
            title, status = self._store.title, child.returncode
            _LOG.warning("The %s server ended with status %s; it is started again.", title, status)
            try:
                self._start()
            except DataPlaneError as error:
                _LOG.error("%s", error)

    def _complaint(self) -> str:
        """Return the line of the log that says why, without the word before it."""
        name = self._store.name
        errors = [line for line in self._host.log_tail(name, 200).splitlines() if line.startswith("Error: ")]
        return errors[0].removeprefix("Error: ") if errors else f"see {self._host.log(name)}."
