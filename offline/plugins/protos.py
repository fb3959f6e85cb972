"""Pulumi's gRPC messages without the rest of its SDK.

``import pulumi.runtime.proto`` first runs ``pulumi/__init__.py``, which loads the whole SDK: about 0.25 s of CPU per
plugin and command, and a provider uses nothing of it. So both parent packages are registered as empty modules with
their real search paths, before the messages are imported from them. Import this module only in a process that never
needs the SDK itself, so not in the language host, which runs programs.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def _enter_empty(name: str, folder: Path) -> None:
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


if "pulumi" not in sys.modules:
    _found = importlib.util.find_spec("pulumi")
    if _found is None or not _found.submodule_search_locations:
        sys.exit(f"the Pulumi SDK is not installed for {sys.executable}; ./pulumiw makes an environment that has it")
    _sdk = Path(next(iter(_found.submodule_search_locations)))
    _enter_empty("pulumi", _sdk)
    _enter_empty("pulumi.runtime", _sdk / "runtime")

from pulumi.runtime.proto import (  # noqa: E402 - only now are the parents in place
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

__all__ = ["engine_pb2", "engine_pb2_grpc", "plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]
