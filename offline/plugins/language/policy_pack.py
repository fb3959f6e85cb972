"""Runs a policy pack in Python, as a process of its own that the engine calls as an analyzer.

The engine requests the pack from the language host (``RunPlugin``), reads the pack's port from its standard output, and
then calls it directly (``pulumirpc.Analyzer``). The process is ``python -m offline.plugins.language.policy_pack ENGINE
FOLDER``: the SDK's own runner (``python -m pulumi.policy``), extended by the stack that is checked.
"""

from __future__ import annotations

import json
import os
import queue
import runpy
import subprocess
import threading
from typing import IO, TYPE_CHECKING, Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, language_pb2

from offline.plugins.parent import watch_parent

if TYPE_CHECKING:
    from collections.abc import Iterator

ANALYZER = "analyzer"


def run_policy_pack(request: Any, context: Any, interpreter: str) -> Iterator[Any]:
    """Start the pack of a ``RunPluginRequest``; yield ``RunPluginResponse``: its output, then its exit status.

    ``interpreter``: Python of the virtual environment that PulumiPolicy.yaml names.
    """
    folder = request.info.program_directory
    environment = dict(pair.split("=", 1) for pair in request.env)
    if "PYTHONPATH" in os.environ:  # where this module is: the engine's own environment does not say
        environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
    process = subprocess.Popen(  # noqa: S603 - the pack's interpreter, this module
        [interpreter, "-u", "-m", __name__, *request.args, folder],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if not context.add_callback(process.terminate):  # the engine has gone in the meantime
        process.terminate()
    said: queue.SimpleQueue[Any] = queue.SimpleQueue()
    streams = {"stdout": process.stdout, "stderr": process.stderr}
    for name, stream in streams.items():
        threading.Thread(target=_forward, args=(name, stream, said), daemon=True).start()
    still_open = len(streams)
    while still_open:
        line = said.get()
        if line is None:
            still_open -= 1
        else:
            yield line
    yield language_pb2.RunPluginResponse(exitcode=process.wait())


def _forward(name: str, stream: IO[bytes], said: queue.SimpleQueue[Any]) -> None:
    with stream:
        for line in stream:
            said.put(language_pb2.RunPluginResponse(**{name: line}))  # type: ignore[arg-type] # either takes bytes
    said.put(None)


class _InStack:
    """A pack's servicer in which ``pulumi.get_stack()`` and ``pulumi.Config`` work.

    The SDK reads both from environment variables before each call. The official host sets these for the process; here
    they are set inside the process, when the engine sends them, because no other process can read them then.
    """

    def __init__(self, pack: Any) -> None:
        self._pack = pack

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pack, name)

    def Handshake(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol names it
        """Say hello."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol names it
        """Set the stack's variables, then configure the pack."""
        os.environ |= {
            "PULUMI_PROJECT": request.project,
            "PULUMI_STACK": request.stack,
            "PULUMI_ORGANIZATION": request.organization or "organization",
            "PULUMI_DRY_RUN": "true" if request.dry_run else "false",
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
        }
        return self._pack.ConfigureStack(request, context)

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol names it
        """Do nothing: a policy takes milliseconds."""
        return empty_pb2.Empty()


def main() -> None:
    """Run the pack that the last argument names."""
    watch_parent(lambda: os._exit(0))
    add: Any = analyzer_pb2_grpc.add_AnalyzerServicer_to_server

    def add_in_stack(servicer: Any, server: Any) -> None:
        add(_InStack(servicer), server)

    analyzer_pb2_grpc.add_AnalyzerServicer_to_server = add_in_stack
    runpy.run_module("pulumi.policy", run_name="__main__")


if __name__ == "__main__":
    main()
