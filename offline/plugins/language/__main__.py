"""``python -m offline.plugins.language [--root FOLDER] ENGINE-ADDRESS``."""

from __future__ import annotations

import os
import queue
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import pulumi  # noqa: F401 - before grpc is used: the SDK instruments it
from pulumi.runtime.proto import language_pb2_grpc

from offline.plugins.language import program
from offline.plugins.language.diagnostics import Diagnostics
from offline.plugins.language.host import Host, Job
from offline.plugins.parent import watch_parent
from offline.plugins.process import announce_port

_REQUESTS = 16


def main() -> None:
    """Serve the engine, and run on this thread what it asks for."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    watch_parent(lambda: os._exit(0))
    address = sys.argv[-1] if len(sys.argv) > 1 else ""  # the engine's is the host's last argument
    engine = Diagnostics(address) if address else None
    jobs: queue.Queue[Job] = queue.Queue()
    server = grpc.server(ThreadPoolExecutor(_REQUESTS))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(jobs, address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    announce_port(port)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # a TextIOWrapper, when it is not a test's
    while True:
        job = jobs.get()
        try:
            job.response = program.run(job.request, engine)
        finally:
            job.done.set()


main()
