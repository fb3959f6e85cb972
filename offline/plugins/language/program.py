"""Runs a program, as ``pulumi-language-python-exec`` of the official host does."""

from __future__ import annotations

import asyncio
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import grpc
import pulumi
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2

if TYPE_CHECKING:
    from types import TracebackType

    from offline.plugins.language.diagnostics import Diagnostics

_CUT_OFF = "the client connection is closing"  # the error of an invoke when the engine ends; the engine reports why
_OPERATIONS_A_SLOT = 4  # each running registration, invoke or hook occupies a thread


def run(request: Any, engine: Diagnostics | None) -> Any:
    """Run the program of a ``RunRequest`` in this thread; return the ``RunResponse``.

    A failure is logged as one diagnostic; the response has only ``bail``, or the engine would report it again.
    """
    folder, entry = _program(request)
    reset_options(
        project=request.project,
        stack=request.stack,
        organization=request.organization or "organization",
        root_directory=request.info.root_directory or None,
        engine_address=cast("str", engine),  # the SDK takes either
        monitor_address=request.monitor_address,
        parallel=request.parallel,
        preview=request.dryRun,
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    os.chdir(request.pwd or folder)
    sys.path.insert(0, str(folder))
    sys.argv = [str(entry)]
    failure = _failure(request.parallel, entry, folder)
    sys.stdout.flush()
    sys.stderr.flush()
    if failure:
        pulumi.log.error(failure)
    return language_pb2.RunResponse(bail=failure is not None)


def _failure(parallel: int, entry: Path, folder: Path) -> str | None:
    """Run the program; return ``None`` on success, else the diagnostic, empty if the engine reports the cause."""
    try:
        _in_loop(parallel, entry)
    except pulumi.RunError as error:
        return str(error)
    except grpc.RpcError as error:
        stopping = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
        return "" if stopping else str(error.details())
    except SystemExit as error:
        if error.code in (None, 0):
            return None
        return error.code if isinstance(error.code, str) else f"the program exited with {error.code}"
    except BaseException as error:  # noqa: BLE001 - whatever a program raises is its one diagnostic
        cut_off = _CUT_OFF in str(error)
        return "" if cut_off else f"Program failed with an unhandled exception:\n{_readable(error, folder)}"
    return None


def _program(request: Any) -> tuple[Path, Path]:
    folder = Path(request.info.program_directory or request.pwd or ".").resolve()
    entry = folder / (request.info.entry_point or request.program or ".")
    if entry.is_dir():
        return entry.resolve(), entry.resolve() / "__main__.py"
    return entry.parent, entry


def _in_loop(parallel: int, entry: Path) -> None:
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # no warnings about a failed program's unfinished tasks
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(max(parallel, 1) * _OPERATIONS_A_SLOT))
    asyncio.set_event_loop(loop)

    def main() -> None:
        runpy.run_path(str(entry), run_name="__main__")

    try:
        loop.run_until_complete(run_in_stack(main))
    finally:
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(
            loop.shutdown_default_executor()
        )  # waits for cleanups that a hook has started in a thread
        loop.close()


def _readable(error: BaseException, folder: Path) -> str:
    """Format a traceback from the program's own first frame on; the frames before it are this host's."""
    trace = error.__traceback__
    own = trace
    while own is not None and not _is_in(own, folder):
        own = own.tb_next
    if own is None and isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(error)).rstrip()
    return "".join(traceback.format_exception(type(error), error, own or trace)).rstrip()


def _is_in(trace: TracebackType, folder: Path) -> bool:
    file = Path(trace.tb_frame.f_code.co_filename)
    return folder in file.parents and Path(__file__).parent not in file.parents
