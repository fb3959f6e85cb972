"""What a resource can do.

A resource class says what its inputs are (:attr:`Resource.fields`) and how to make, read, change and delete the object
behind them; the order of these steps, and what becomes of an object when one of them fails, is the same for all and
written down once, here. Inputs and outputs are plain dicts with the property names of the Pulumi SDK's schema.
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
"""Outputs that only a failed object has: what its server said, so that the next diff replaces it."""


class Resource(ABC):
    """A kind of object."""

    token: ClassVar[str]
    """Pulumi's type, such as ``confluentcloud:index/environment:Environment``."""
    noun: ClassVar[str]
    """What a person calls it."""
    fields: ClassVar[Mapping[str, Field]]
    computed: ClassVar[tuple[str, ...]] = ()
    """Outputs that are no inputs."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """Outputs that are secret beside the secret inputs."""
    undone: ClassVar[bool] = True
    """Whether deleting the object undoes its creation: then that is done when the engine is gone in between."""
    autonamed: ClassVar[str] = ""
    """The input that gets the resource's name and some random digits when the program leaves it out."""

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return what to call this object in a message."""
        name = values.get("displayName")
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Yield what is wrong with the inputs, as far as it can be told without the server."""
        yield from check(inputs, self.fields)

    def diff(self, old: Values, old_inputs: Values, new: Values) -> Diff:
        """Return what differs; an object that failed is replaced, whatever else differs."""
        found = compare(old, old_inputs, new, self.fields)
        if old.get(PHASE):
            found.changes.append(Change(PHASE, Kind.DELETE, replace=True))
            found.delete_first = True
        return found

    def planned(self, inputs: Values) -> Values:
        """Return the outputs of an object that is yet to be made."""
        filled_in = {key: UNKNOWN for key, spec in self.fields.items() if spec.keeps}
        return {**dict.fromkeys(self.computed, UNKNOWN), **filled_in, **falsy_defaults(self.fields), **inputs}

    def planned_update(self, old: Values, new: Values, diff: Diff) -> Values:
        """Return the outputs after an update, or raise :class:`PluginError` where the update must fail."""
        self.refuse(old, new, diff)
        return self._basis(old, new)

    def refuse(self, old: Values, new: Values, diff: Diff) -> None:  # noqa: B027 - most have nothing to do here
        """Raise :class:`PluginError` for a change that can neither be made in place nor by a new object."""

    @abstractmethod
    def make(self, call: Call, inputs: Values) -> tuple[str, Values]:
        """Ask for a new object; return its id and what only this reply says of it."""

    def settle(self, call: Call, resource_id: str, state: Values) -> None:  # noqa: B027 - most have nothing to do here
        """Wait until the object can be used; raise :class:`PluginError` if it never will."""

    def least_seconds(self, _: Values) -> float:
        """Return how long a creation with these inputs takes even if the object is ready at once."""
        return 0.0

    @abstractmethod
    def look(self, call: Call, resource_id: str, state: Values) -> Values | None:
        """Return what the server says of the object now, or None if there is none. A None value is no output."""

    def alter(self, call: Call, resource_id: str, old: Values, new: Values, diff: Diff) -> None:  # noqa: B027 - most have nothing to do here
        """Make the changes of ``diff`` to the object in place."""

    @abstractmethod
    def remove(self, call: Call, resource_id: str, state: Values) -> None:
        """Delete the object and wait until it is gone; one that is gone already is deleted."""

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Return the id and the state that a read needs for what ``pulumi import`` was given."""
        return resource_id, {}

    def create(self, call: Call, inputs: Values) -> tuple[str, Values]:
        """Make an object and wait for it.

        Raises :class:`IncompleteError` with its id when it was made but is not well. When the engine is gone by then,
        nobody would ever hear of it: it is deleted again, if that undoes it (:attr:`undone`).
        """
        resource_id, extra = self.make(call, inputs)
        state = {**inputs, **extra}
        try:
            self.settle(call, resource_id, state)
            call.last_at_least(self.least_seconds(inputs))
            outputs = self._state(call, resource_id, state)
            if not call.cancellation.engine_gone:
                return resource_id, outputs
            raise CancelledError
        except PluginError as error:
            if call.cancellation.engine_gone and self.undone:
                self.remove(call, resource_id, state)
            raise IncompleteError(resource_id, {**state, **error.outputs}, str(error)) from error

    def read(self, call: Call, resource_id: str, state: Values) -> Values | None:
        """Return the object's outputs as they are now, or None if it is gone."""
        found = self.look(call, resource_id, state)
        return None if found is None else _merge({**falsy_defaults(self.fields), **state}, found)

    def update(self, call: Call, resource_id: str, old: Values, new: Values, diff: Diff) -> Values:
        """Change an object in place and wait for it."""
        self.refuse(old, new, diff)
        self.alter(call, resource_id, old, new, diff)
        state = self._basis(old, new)
        self.settle(call, resource_id, state)
        return self._state(call, resource_id, state)

    def _basis(self, old: Values, new: Values) -> Values:
        kept = {key: value for key, value in old.items() if key not in self.fields or self.fields[key].keeps}
        return {**kept, **new}

    def _state(self, call: Call, resource_id: str, state: Values) -> Values:
        found = self.read(call, resource_id, state)
        if found is None:
            raise PluginError("the server does not find it, though it has just been made or changed")
        return found

    def inputs_now(self, old_inputs: Values, outputs: Values) -> Values:
        """Return the inputs that would make the object as it is: those the program gave, or all when it gave none."""
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
