"""A store's server with a gRPC and a REST API on one port, as long as its process lives."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import uvicorn

from localcloud.dataplane.stores.front import Front

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_SOCKET = 100  # bytes of a path; the system's limit is 107
_GOODBYE_SECONDS = 2


class _Grpc(Protocol):
    """The part of ``grpc.Server`` that is used; grpc has no types here."""

    def stop(self, grace: float) -> Any: ...


@dataclass(frozen=True)
class Apis:
    """``rest``: the ASGI application. ``start_grpc``: starts the server at an address. ``close``: ends the engine."""

    rest: Any
    start_grpc: Callable[[str], _Grpc]
    close: Callable[[], None]


class _Rest(uvicorn.Server):
    """Without signal handlers: :func:`_serve` has them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


def run(folder: str, port: int, opened: Callable[[], Apis]) -> None:
    """Serve on ``port`` until SIGTERM, in ``folder``; what the system refuses ends the process with a sentence."""
    try:
        os.chdir(folder)
        asyncio.run(_serve(port, opened))
    except OSError as error:
        sys.exit(f"Error: {error.strerror or error}.")


async def _serve(port: int, opened: Callable[[], Apis]) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    apis = opened()
    grpc_socket, rest_socket = _sockets()
    _remove_left_sockets()
    grpc_server = apis.start_grpc(f"unix:{grpc_socket}")
    config = uvicorn.Config(
        apis.rest,
        uds=rest_socket,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
    )
    rest = _Rest(config)
    serving = asyncio.create_task(rest.serve())
    while not rest.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    _keep_others_out()
    front = Front(grpc_socket, rest_socket)
    await front.listen(port)
    await stopping.wait()
    front.close()
    rest.should_exit = True
    await serving
    grpc_server.stop(grace=_GOODBYE_SECONDS).wait()
    apis.close()


def _sockets() -> tuple[str, str]:
    """Return the paths of both sockets: relative ones, if the state's folder is too deep for a socket's path."""
    folder = f"{Path.cwd()}/"
    folder = folder if len(folder) < _LONGEST_SOCKET else ""
    return f"{folder}grpc.sock", f"{folder}rest.sock"


def _remove_left_sockets() -> None:
    for left in _sockets():
        Path(left).unlink(missing_ok=True)


def _keep_others_out() -> None:
    for made in _sockets():
        Path(made).chmod(0o600)
