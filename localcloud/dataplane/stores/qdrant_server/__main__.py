"""``python -m localcloud.dataplane.stores.qdrant_server FOLDER PORT``, the key in LOCALCLOUD_QDRANT_PASSWORD."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from localcloud.dataplane.stores.qdrant_server.engine import Engine
from localcloud.dataplane.stores.qdrant_server.front import Front
from localcloud.dataplane.stores.qdrant_server.grpc_api import make_server
from localcloud.dataplane.stores.qdrant_server.rest_api import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_SOCKET = 100  # bytes of a path; the system's limit is 107
_GOODBYE_SECONDS = 2


class _Rest(uvicorn.Server):
    """Without signal handlers: :func:`serve` has them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


async def serve(port: int, key: str) -> None:
    """Serve the collections of the current folder until SIGTERM, then close them."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    engine = Engine(Path("collections"))
    grpc_socket, rest_socket = _sockets()
    _remove_left_sockets()
    grpc_server = make_server(engine, key, f"unix:{grpc_socket}")
    config = uvicorn.Config(
        make_app(engine, key),
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
    engine.close()


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


if __name__ == "__main__":
    try:
        os.chdir(sys.argv[1])
        asyncio.run(serve(int(sys.argv[2]), os.environ.pop("LOCALCLOUD_QDRANT_PASSWORD")))
    except OSError as error:
        sys.exit(f"Error: {error.strerror or error}.")
