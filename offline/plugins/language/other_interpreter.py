"""Runs a program with another interpreter, if Pulumi.yaml names another virtual environment than the host's.

The process is ``INTERPRETER -m offline.plugins.language.other_interpreter ENGINE``. It reads the ``RunRequest`` from
standard input, since the request contains secrets. Its exit status says whether the program has failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_FAILED = 1
_NO_SDK = 3


def run_with(interpreter: str, request: Any, engine: str, gone: threading.Event) -> Any:
    """Run the program of a ``RunRequest`` with another interpreter; return the ``RunResponse``.

    ``gone``: set when the engine has cancelled the request; the program is terminated then.
    """
    from pulumi.runtime.proto import language_pb2  # noqa: PLC0415 - `main` looks whether there is an SDK first

    path = [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, dict.fromkeys(path)))}
    process = subprocess.Popen(  # noqa: S603 - this module, in the environment that Pulumi.yaml names
        [interpreter, "-P", "-m", __name__, engine], stdin=subprocess.PIPE, env=environment
    )

    def end() -> None:
        gone.wait()
        process.terminate()  # nothing, if it has ended

    threading.Thread(target=end, daemon=True).start()
    process.communicate(request.SerializeToString())
    gone.set()
    if process.returncode == _NO_SDK:
        return language_pb2.RunResponse(
            error=f"Pulumi's SDK is not installed for {interpreter}, which Pulumi.yaml chooses: run `pulumi install`."
        )
    return language_pb2.RunResponse(bail=process.returncode != 0)


def main() -> int:
    """Run the program; the exit status is 0 if it succeeds."""
    try:
        from pulumi.runtime.proto import language_pb2  # noqa: PLC0415 - see _NO_SDK
    except ModuleNotFoundError:
        return _NO_SDK
    from offline.plugins.language import program  # noqa: PLC0415 - see above
    from offline.plugins.language.diagnostics import Diagnostics  # noqa: PLC0415 - see above
    from offline.plugins.parent import watch_parent  # noqa: PLC0415 - see above

    watch_parent(lambda: os._exit(_FAILED))
    request = language_pb2.RunRequest.FromString(sys.stdin.buffer.read())
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # a TextIOWrapper, when it is not a test's
    return _FAILED if program.run(request, Diagnostics(sys.argv[1])).bail else 0


if __name__ == "__main__":
    sys.exit(main())
