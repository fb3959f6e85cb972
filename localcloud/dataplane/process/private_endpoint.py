"""A child process that serves this one alone: it chooses a port, writes it to a file, and asks callers for a token."""

from __future__ import annotations

import secrets
import threading
import time
from typing import TYPE_CHECKING

import httpx

from localcloud.dataplane.interface import DataPlaneError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence
    from pathlib import Path

    from localcloud.dataplane.process.processes import ProcessHost

START_SECONDS = 90.0


class PrivateEndpoint:
    """Starts and ends such a process, the child ``name``. Its own files are in ``folder``.

    ``title`` begins the sentences about it.
    """

    def __init__(self, name: str, title: str, folder: Path, host: ProcessHost) -> None:
        """Nothing starts yet."""
        self._name, self._title, self._folder, self._host = name, title, folder, host
        self.port_file = folder / "port"
        self._stopped = threading.Event()

    def start(
        self, argv: Sequence[str], token_variable: str, call_seconds: float
    ) -> tuple[subprocess.Popen[bytes], httpx.Client]:
        """Start ``argv`` and wait until it has written its port; :class:`DataPlaneError` if it does not.

        The token is in the child's environment, under ``token_variable``. The client sends it with every request and
        waits ``call_seconds`` for a reply.
        """
        token = secrets.token_urlsafe(24)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The file of the last run names a port that is closed, or another program's by now.
            self.port_file.unlink(missing_ok=True)
        except OSError as error:
            raise DataPlaneError(f"{self._title} cannot be kept in {self._folder}: {error.strerror}.") from error
        process = self._host.start(self._name, argv, env={token_variable: token})
        self._wait_for_port(process)
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{int(self.port_file.read_text())}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=call_seconds,
            trust_env=False,  # ignore HTTP_PROXY: it is on this machine
        )
        return process, client

    def stop(self, seconds: float) -> None:
        """End it for good, by force after ``seconds``."""
        self._stopped.set()
        self._host.stop(self._name, seconds)

    def _wait_for_port(self, process: subprocess.Popen[bytes]) -> None:
        deadline, log = time.monotonic() + START_SECONDS, self._host.log(self._name)
        while not self.port_file.exists():
            if self._stopped.wait(0.05):
                self._host.stop(self._name)
                raise DataPlaneError(f"{self._title} was stopped while it started.")
            if process.poll() is not None:
                raise DataPlaneError(f"{self._title} ended at its start: see {log}.")
            if time.monotonic() > deadline:
                self._host.stop(self._name)
                raise DataPlaneError(f"{self._title} did not start in {START_SECONDS:.0f} s: see {log}.")
