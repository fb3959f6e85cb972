"""The services' handle on the data plane, which opens in the background: callers wait until it is open."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from localcloud.control.core.errors import FailedError, UnavailableError
from localcloud.dataplane.interface import DataPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.dataplane.interface import (
        ConnectPlane,
        DataPlane,
        EmbeddingPlane,
        FlinkPlane,
        KafkaPlane,
        PluginsPlane,
        ProcessInfo,
        RegistryPlane,
        StoresPlane,
    )

OPEN_SECONDS = 60.0


class Plane:
    """Every property waits up to 60 s until the data plane is open.

    :class:`FailedError` with the reason if the data plane failed to open, :class:`UnavailableError` if it is closing or
    still starting after 60 s.
    """

    def __init__(self) -> None:
        self._opened: Future[DataPlane] = Future()
        self._closing = threading.Event()

    def open(self, opener: Callable[[], DataPlane]) -> None:
        """Open the data plane in the calling thread, and wake every waiting caller."""
        try:
            self._opened.set_result(opener())
        except DataPlaneError as error:
            self._opened.set_exception(FailedError(str(error)))
        except BaseException as error:
            self._opened.set_exception(FailedError(f"The data plane could not be opened: {error}."))
            raise

    @property
    def kafka(self) -> KafkaPlane:
        """Brokers."""
        return self._get().kafka

    @property
    def registry(self) -> RegistryPlane:
        """Schemas."""
        return self._get().registry

    @property
    def flink(self) -> FlinkPlane:
        """Statements."""
        return self._get().flink

    @property
    def connect(self) -> ConnectPlane:
        """Connectors."""
        return self._get().connect

    @property
    def plugins(self) -> PluginsPlane:
        """Files of custom connector plugins."""
        return self._get().plugins

    @property
    def stores(self) -> StoresPlane:
        """Servers for vectors."""
        return self._get().stores

    @property
    def embeddings(self) -> EmbeddingPlane:
        """Embedding models."""
        return self._get().embeddings

    def processes(self) -> list[ProcessInfo]:
        """Every process of the data plane; an empty list while it is opening."""
        return list(self._opened.result().processes()) if self.is_open else []

    @property
    def is_open(self) -> bool:
        """Whether the data plane is open, so that its properties do not wait."""
        return self._opened.done() and not self._opened.exception() and not self._closing.is_set()

    @property
    def failure(self) -> str:
        """Why the data plane failed to open; empty if it is open or still opening."""
        return str(self._opened.exception() or "") if self._opened.done() else ""

    @property
    def is_closing(self) -> bool:
        """Whether the local cloud is stopping."""
        return self._closing.is_set()

    def close(self) -> None:
        """Stop the data plane. Later callers get :class:`UnavailableError`: the local cloud is stopping."""
        self._closing.set()
        try:
            self._opened.result(OPEN_SECONDS).close()
        except (FailedError, TimeoutError):
            return  # nothing was opened

    def _get(self) -> DataPlane:
        if self._closing.is_set():
            raise UnavailableError("The local cloud is stopping.")
        try:
            return self._opened.result(OPEN_SECONDS)
        except TimeoutError:
            raise UnavailableError("The local cloud is still starting: try again in a moment.") from None
