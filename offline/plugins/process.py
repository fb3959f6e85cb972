"""Start and end of a plugin process.

A plugin serves until SIGTERM, SIGINT, or the end of the process that started it, by which it notices that the engine
was killed. It ends without output: a line on its stderr would be shown as a diagnostic of the stack.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc

from offline.plugins.parent import watch_parent

if TYPE_CHECKING:
    from collections.abc import Callable

WORKERS = 256  # threads are started on demand; a resource that waits for the cloud occupies one
GRACE_SECONDS = 10.0  # for running requests: rollback, or a response with what was created
_MEGABYTE = 1 << 20
# The limits of Pulumi's own plugins: a program's inputs can exceed gRPC's default of 4 MB.
_OPTIONS = [("grpc.max_receive_message_length", 400 * _MEGABYTE), ("grpc.max_send_message_length", 400 * _MEGABYTE)]


def serve(register: Callable[[Any], None], *, on_end: Callable[[bool], None]) -> None:
    """Serve the services that ``register`` adds to a gRPC server, until the engine ends; never returns.

    The loopback port is printed on stdout. ``on_end``: called first at the end, with whether the engine has died; it
    must make running requests return soon.
    """
    ends: queue.SimpleQueue[bool] = queue.SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.put(item=False))
    watch_parent(lambda: ends.put(item=True))
    workers = ThreadPoolExecutor(WORKERS)
    server = grpc.server(workers, options=_OPTIONS)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    announce_port(port)
    on_end(ends.get())
    deadline = time.monotonic() + GRACE_SECONDS
    server.stop(GRACE_SECONDS).wait()
    # `stop` does not wait for threads whose connection is closed, but such a thread may still roll back a creation.
    at_work = threading.Thread(target=workers.shutdown, daemon=True)
    at_work.start()
    at_work.join(max(0.0, deadline - time.monotonic()))
    os._exit(0)  # without waiting for threads that hang on a dead socket


def announce_port(port: int) -> None:
    """Print the port for the engine on stdout; end the process if nobody reads it.

    Call it after :func:`watch_parent`: if the engine reads the port, it was alive then, and the right process is
    watched.
    """
    try:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
    except OSError:
        os._exit(0)
