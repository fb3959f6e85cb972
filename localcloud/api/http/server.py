"""The HTTP server of every API."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from localcloud.api.http.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from starlette.types import ASGIApp

    from localcloud.control.cloud import Cloud

_GOODBYE_SECONDS = 3
KEEP_ALIVE_SECONDS = 120
"""Longer than clients keep an idle connection (httpx 5 s, Go 90 s): a request would meet the server's close."""


class Server(uvicorn.Server):
    """uvicorn's server. On a signal it first closes the data plane: ending jobs still call the Schema Registry here."""

    def __init__(self, app: ASGIApp, cloud: Cloud, *, backlog: int) -> None:
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=backlog,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GOODBYE_SECONDS,
        )
        super().__init__(config)
        self._cloud = cloud
        self._stopping = threading.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order on SIGTERM and SIGINT; the base class would raise the signal again at the end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        yield

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if not self._stopping.is_set():
            self._stopping.set()
            threading.Thread(target=self._close, name="stopping").start()

    def _close(self) -> None:
        try:
            self._cloud.close()
        finally:
            self.should_exit = True
