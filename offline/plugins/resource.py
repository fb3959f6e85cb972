"""The base class of resources: create, read, update and delete, with cleanup after errors.

A resource class declares its inputs (:attr:`Resource.fields`), and how to create, fetch, change and delete its object.
The order of these steps, and what happens to an object when one fails, is the same for all resources, and is here.
Inputs and outputs are dicts with the property names of the Pulumi SDK's schema.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.diffs import Change, Diff, Kind, compare
from offline.plugins.errors import CancelledError, IncompleteError, PluginError
from offline.plugins.schema import Failure, Field, check, falsy_defaults
from offline.plugins.wire import UNKNOWN, Values, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call

PHASE, DETAIL = "phase", "phaseDetail"
"""Outputs of a failed object alone: its phase and the cause by the server. The next diff replaces such an object."""


class Resource(ABC):
    """A type of resource."""

    token: ClassVar[str]
    """Pulumi's type, such as ``confluentcloud:index/environment:Environment``."""
    label: ClassVar[str]
    """The name of the type in messages."""
    fields: ClassVar[Mapping[str, Field]]
    computed: ClassVar[tuple[str, ...]] = ()
    """Outputs that are not inputs."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """Secret outputs, in addition to the secret inputs."""
    deletes_if_abandoned: ClassVar[bool] = True
    """Whether an object is deleted if the engine dies during its creation. Only if that is a complete rollback."""
    autonamed: ClassVar[str] = ""
    """The input whose default is the resource's name with random digits; empty for none."""

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return the object's name for messages, empty if it is unknown."""
        name = values.get("displayName")
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Yield a failure for each input that is invalid without asking the server."""
        yield from check(inputs, self.fields)

    def diff(self, old: Values, old_inputs: Values, new: Values) -> Diff:
        """Return the changes to an object; a failed object is always replaced."""
        found = compare(old, old_inputs, new, self.fields)
        if old.get(PHASE):
            found.changes.append(Change(PHASE, Kind.DELETE, replace=True))
            found.delete_first = True
        return found

    def preview_create(self, inputs: Values) -> Values:
        """Return the outputs that a preview shows for a new object."""
        filled_in = {key: UNKNOWN for key, spec in self.fields.items() if spec.server_default}
        return {**dict.fromkeys(self.computed, UNKNOWN), **filled_in, **falsy_defaults(self.fields), **inputs}

    def preview_update(self, old: Values, new: Values, diff: Diff) -> Values:
        """Return the outputs that a preview shows for an update; raises :class:`PluginError` if it would fail."""
        self.refuse_impossible(old, new, diff)
        return self._basis(old, new)

    def refuse_impossible(self, old: Values, new: Values, diff: Diff) -> None:  # noqa: B027 - most have nothing to do here
        """Raise :class:`PluginError` for a change that neither an update nor a replacement can make."""

    @abstractmethod
    def create_object(self, call: Call, inputs: Values) -> tuple[str, Values]:
        """Request a new object; return its id, and outputs that only this response has (such as a secret)."""

    def wait_until_ready(self, call: Call, resource_id: str, state: Values) -> None:  # noqa: B027 - most have nothing to do here
        """Wait until the object is ready; raises :class:`PluginError` if it has failed, or at the timeout."""

    def least_seconds(self, _: Values) -> float:
        """Return the minimum duration of a creation in seconds; see ``confluentcloud/waits.py``."""
        return 0.0

    @abstractmethod
    def fetch(self, call: Call, resource_id: str, state: Values) -> Values | None:
        """Return the object's present outputs, ``None`` if it does not exist. Outputs with a ``None`` are left out."""

    def change(self, call: Call, resource_id: str, old: Values, new: Values, diff: Diff) -> None:  # noqa: B027 - most have nothing to do here
        """Apply the changes of ``diff`` to the existing object."""

    @abstractmethod
    def delete(self, call: Call, resource_id: str, state: Values) -> None:
        """Delete the object and wait until it no longer exists; idempotent: a missing object is no error."""

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Return id and state for a read, from the id on the command line of ``pulumi import``."""
        return resource_id, {}

    def create(self, call: Call, inputs: Values) -> tuple[str, Values]:
        """Create an object and wait until it is ready; return its id and outputs.

        Raises :class:`IncompleteError` with its id if it was created but is not ready. If the engine has died, nobody
        would save the id: then the object is deleted again, unless :attr:`deletes_if_abandoned` is false.
        """
        resource_id, extra = self.create_object(call, inputs)
        state = {**inputs, **extra}
        try:
            self.wait_until_ready(call, resource_id, state)
            call.take_at_least(self.least_seconds(inputs))
            outputs = self._state(call, resource_id, state)
            if not call.cancellation.engine_gone:
                return resource_id, outputs
            raise CancelledError
        except PluginError as error:
            if call.cancellation.engine_gone and self.deletes_if_abandoned:
                self.delete(call, resource_id, state)
            raise IncompleteError(resource_id, {**state, **error.outputs}, str(error)) from error

    def read(self, call: Call, resource_id: str, state: Values) -> Values | None:
        """Return the object's present outputs, ``None`` if it no longer exists."""
        found = self.fetch(call, resource_id, state)
        return None if found is None else _merge({**falsy_defaults(self.fields), **state}, found)

    def update(self, call: Call, resource_id: str, old: Values, new: Values, diff: Diff) -> Values:
        """Update an object and wait until it is ready; return its outputs."""
        self.refuse_impossible(old, new, diff)
        self.change(call, resource_id, old, new, diff)
        state = self._basis(old, new)
        self.wait_until_ready(call, resource_id, state)
        return self._state(call, resource_id, state)

    def _basis(self, old: Values, new: Values) -> Values:
        kept = {key: value for key, value in old.items() if key not in self.fields or self.fields[key].server_default}
        return {**kept, **new}

    def _state(self, call: Call, resource_id: str, state: Values) -> Values:
        found = self.read(call, resource_id, state)
        if found is None:
            raise PluginError("the server does not find it, though it has just been made or changed")
        return found

    def current_inputs(self, old_inputs: Values, outputs: Values) -> Values:
        """Return the inputs that describe the object's present state: the program's ones; after an import, all."""
        if not old_inputs:
            return {key: outputs[key] for key in self.fields if outputs.get(key) not in (None, "", {}, [])}
        return {
            key: value if self._left_as_given(key, outputs) else outputs[key]
            for key, value in old_inputs.items()
            if self._left_as_given(key, outputs) or outputs.get(key) is not None
        }

    def _left_as_given(self, key: str, outputs: Values) -> bool:
        spec = self.fields.get(key)
        return spec is None or spec.write_only or is_unknown(outputs.get(key))


def _merge(state: Values, found: Values) -> Values:
    merged = {key: value for key, value in state.items() if key not in (PHASE, DETAIL)} | found
    return {key: value for key, value in merged.items() if value is not None}
