"""Life and death of a plugin process.

A plugin serves until the engine is gone. It is told so in one of three ways, and ends quietly in each, for a line on
its stderr would show up as a diagnostic of the stack: SIGTERM or SIGINT; or the end of the process that started it,
which is how it learns that the engine was killed.
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

WORKERS = 256  # threads are made when needed; a resource that waits for the cloud holds one
GRACE_SECONDS = 10.0  # for requests under way to undo themselves or hand back what they made
_MEGABYTE = 1 << 20
_OPTIONS = [("grpc.max_receive_message_length", 400 * _MEGABYTE), ("grpc.max_send_message_length", 400 * _MEGABYTE)]


def serve(register: Callable[[Any], None], *, on_end: Callable[[bool], None]) -> None:
    """Serve what ``register`` adds to a gRPC server, on a loopback port told on stdout, until the engine is gone.

    ``on_end`` is called first of all when the end comes, with whether the engine is gone without a word: it must make
    requests under way return soon.
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
    tell_port(port)
    on_end(ends.get())
    deadline = time.monotonic() + GRACE_SECONDS
    server.stop(GRACE_SECONDS).wait()
    # To the server a request is over when its connection is; its thread may still have to undo what it made.
    at_work = threading.Thread(target=workers.shutdown, daemon=True)
    at_work.start()
    at_work.join(max(0.0, deadline - time.monotonic()))
    os._exit(0)  # a thread that is left hangs on a dead socket


def tell_port(port: int) -> None:
    """Tell the engine on stdout which port it finds this process at; end if it is not there to read it.

    An engine that reads it was alive when :func:`watch_parent` was called before: so that watches the right process.
    """
    try:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
    except OSError:
        os._exit(0)
