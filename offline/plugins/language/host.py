"""The engine's calls (``pulumirpc.LanguageRuntime``)."""

# ruff: noqa: N802 - the protocol names these methods

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from offline.plugins.language.other_interpreter import run_with
from offline.plugins.language.policy_pack import ANALYZER, run_policy_pack
from offline.plugins.language.virtualenv import VirtualenvError, install, interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator


_PACKAGES = """
import importlib.metadata, json
found = importlib.metadata.distributions()
print(json.dumps({d.metadata["Name"]: d.version for d in found if d.metadata["Name"]}))
"""


def _interpreter(info: Any, context: Any) -> str:
    try:
        return interpreter(info)
    except VirtualenvError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        raise  # `abort` has raised


def _ask(python: str, code: str) -> str:
    """Return what an interpreter prints for ``code``."""
    done = subprocess.run(  # noqa: S603 - the project's interpreter
        [python, "-P", "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


class Job:
    """A program for the main thread to run; ``response`` is set when ``done`` is."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.response: Any = None
        self.done = threading.Event()


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Serves the engine's requests; ``Run`` puts a program into the queue of the main thread.

    Requests run in threads of a pool, but Python programs may need the main thread (for signals, asyncio).
    """

    def __init__(self, jobs: Any, engine: str) -> None:
        self._jobs = jobs
        self._engine = engine

    def Handshake(self, _request: Any, _context: Any) -> Any:
        """Return no capabilities."""
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        """Return the version: the SDK's."""
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def About(self, request: Any, context: Any) -> Any:
        """Return the interpreter that the project names, and its version."""
        python = _interpreter(request.info, context)
        version = _ask(python, "import sys; print(sys.version.split()[0])")
        return language_pb2.AboutResponse(executable=python, version=version)

    def GetRequiredPlugins(self, _request: Any, _context: Any) -> Any:
        """Return none: the engine loads what the program registers."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, _request: Any, _context: Any) -> Any:
        """Return none: the engine loads what the program registers."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        """Return the packages of the environment that the project names."""
        found = json.loads(_ask(_interpreter(request.info, context), _PACKAGES))
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=found[name]) for name in sorted(found)]
        )

    def RuntimeOptionsPrompts(self, _request: Any, _context: Any) -> Any:
        """Ask nothing."""
        return language_pb2.RuntimeOptionsResponse()

    def Template(self, _request: Any, _context: Any) -> Any:
        """Do nothing for a new project."""
        return language_pb2.TemplateResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        """Make the virtual environment that the project names, and install its requirements.txt there."""
        try:
            for line in install(request.info):
                yield language_pb2.InstallDependenciesResponse(stdout=line.encode())
        except VirtualenvError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))

    def Run(self, request: Any, context: Any) -> Any:
        """Run the program and wait for its end."""
        try:
            python = interpreter(request.info)
        except VirtualenvError as error:
            return language_pb2.RunResponse(error=str(error))
        if python != sys.executable:
            gone = threading.Event()
            context.add_callback(gone.set)
            return run_with(python, request, self._engine, gone)
        job = Job(request)
        self._jobs.put(job)
        while not job.done.wait(1):
            if not context.is_active():
                return language_pb2.RunResponse(bail=True)
        return job.response

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Run a policy pack until the engine cancels the request."""
        if request.kind != ANALYZER:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"the bundled language host runs programs and policy packs, not {request.kind} plugins; "
                "the official one, which comes with Pulumi's own installer, runs them too",
            )
        yield from run_policy_pack(request, context, _interpreter(request.info, context))

    def Cancel(self, _request: Any, _context: Any) -> Any:
        """Do nothing: the program ends by itself when the engine's connections close."""
        return empty_pb2.Empty()
