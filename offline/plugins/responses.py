"""Builds a provider's responses to the engine: outputs, diffs, and errors that name their resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import grpc

from offline.plugins.errors import IncompleteError, PluginError
from offline.plugins.protos import provider_pb2, status_pb2
from offline.plugins.schema import with_secrets
from offline.plugins.wire import UNKNOWN, Secret, Values, is_unknown, write_struct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from google.protobuf import struct_pb2

    from offline.plugins.diffs import Diff
    from offline.plugins.resource import Resource
    from offline.plugins.schema import Failure


def outputs_of(resource: Resource, outputs: Values) -> struct_pb2.Struct:
    """Return a resource's outputs with its secrets marked."""
    marked = with_secrets(outputs, resource.fields)
    for key in resource.secrets:
        if marked.get(key) is not None and marked[key] is not UNKNOWN:
            marked[key] = Secret(marked[key])
    return write_struct(marked)


def failures_of(found: Iterable[Failure]) -> list[Any]:
    """Return the failures of a check as messages of the engine."""
    return [provider_pb2.CheckFailure(property=failure.path, reason=failure.reason) for failure in found]


def diff_of(diff: Diff) -> Any:
    """Return a diff as a message of the engine, with each changed property."""
    kinds = provider_pb2.PropertyDiff
    detailed = {
        change.path: kinds(kind=getattr(kinds, change.kind.name + ("_REPLACE" if change.replace else "")))
        for change in diff.changes
    }
    some = provider_pb2.DiffResponse.DIFF_SOME if diff.changes else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        diffs=sorted({change.top for change in diff.changes}),
        replaces=sorted({change.top for change in diff.changes if change.replace}),
        detailedDiff=detailed,
        hasDetailedDiff=bool(detailed),
        deleteBeforeReplace=diff.delete_first and diff.replaces,
    )


def described(resource: Resource, values: Values) -> str:
    """Return a label for messages: the object's kind, and its name if it is known."""
    name = resource.name_of(values)
    return f'{resource.label} "{name}"' if name and not is_unknown(name) else resource.label


class ErrorReporting:
    """A context manager: turns a :class:`PluginError` into a gRPC error of one line, which starts with ``doing``."""

    def __init__(self, context: Any, doing: str, resource: Resource, inputs: Values) -> None:
        self._context, self._doing = context, doing
        self._resource, self._inputs = resource, inputs

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Abort the call on a :class:`PluginError`; other exceptions pass through."""
        if isinstance(error, IncompleteError):
            self._context.abort_with_status(self._incomplete(error))
        if isinstance(error, PluginError):
            self._context.abort(grpc.StatusCode.UNKNOWN, f"{self._doing}: {error}")

    def _incomplete(self, error: IncompleteError) -> _Status:
        reason = f"{self._doing}: {error}"
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
        status.details.add().Pack(
            provider_pb2.ErrorResourceInitFailed(
                id=error.resource_id,
                properties=outputs_of(self._resource, error.outputs),
                reasons=[reason],
                inputs=write_struct(with_secrets(self._inputs, self._resource.fields)),
            )
        )
        return _Status(reason, (("grpc-status-details-bin", status.SerializeToString()),))


class _Status(NamedTuple):
    """A ``grpc.Status`` with details."""

    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]
    code: Any = grpc.StatusCode.UNKNOWN
