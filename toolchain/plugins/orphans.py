"""Creating so that nothing is made twice and nothing is left behind, whoever is killed half-way."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.plugins.call import Call, Cancellation
from toolchain.plugins.errors import CancelledError, IncompleteError, PluginError
from toolchain.plugins.journal import Entry, Journal
from toolchain.plugins.schema import without_secrets

if TYPE_CHECKING:
    from toolchain.plugins.provider import Provider
    from toolchain.plugins.resource import Resource
    from toolchain.plugins.wire import Values

FOLDER = Path(__file__).resolve().parents[2] / ".local" / "journal"
_SWEEP_SECONDS = 60.0


class Orphans:
    """Keeps a provider's :class:`Journal`, and acts on what it says."""

    def __init__(self, provider: Provider, cancellation: Cancellation, folder: Path = FOLDER) -> None:
        self._provider = provider
        self._cancellation = cancellation
        self._folder = folder
        self._journal: Journal | None = None

    def belong_to(self, provider_urn: str) -> None:
        """Say whose journal it is; a provider without a server needs none."""
        if provider_urn and self._provider.place():
            self._journal = Journal(self._folder, provider_urn)

    def create(self, call: Call, urn: str, resource: Resource, inputs: Values) -> tuple[str, Values]:
        """Make an object for ``urn``; or take the one that was made for it and never got into the state."""
        if self._journal is None:
            return resource.create(call, inputs)
        self.sweep()
        place, journal = self._provider.place(), self._journal
        entries: list[Entry] = []

        def made(resource_id: str, state: Values) -> None:
            told = {key: value for key, value in state.items() if key not in resource.secrets}
            entries.append(Entry(place, urn, resource_id, without_secrets(told, resource.fields)))
            journal.made(entries[-1])

        call.made = made
        try:
            claimed = journal.claim(urn, place)
            taken = self._take(call, resource, claimed, inputs) if claimed else None
            result = taken or resource.create(call, inputs)
        except PluginError:
            self._settle_up(call, resource, entries)
            raise
        self._settle_up(call, resource, entries)
        return result

    def _settle_up(self, call: Call, resource: Resource, made: list[Entry]) -> None:
        """Strike out what the engine is about to hear of; delete it instead if the engine is gone."""
        if self._journal is None or not made:
            return
        if not self._cancellation.engine_gone:
            self._journal.told(made[-1].urn)
            return
        with contextlib.suppress(PluginError):  # the next process will find it in the journal
            resource.remove(call, made[-1].id, made[-1].state)
            self._journal.gone(made[-1])
        raise CancelledError

    def sweep(self) -> None:
        """Delete what an earlier process made and no state ever held."""
        if self._journal is None:
            return
        for entry in self._journal.open():
            resource = self._provider.resources.get(entry.urn.split("::")[2].rpartition("$")[2])
            if resource is None or entry.base != self._provider.place():
                continue
            with contextlib.suppress(PluginError):  # it stays in the journal, for the next time
                resource.remove(Call(self._cancellation, _SWEEP_SECONDS), entry.id, entry.state)
                self._journal.gone(entry)

    def known(self, urn: str, resource_id: str) -> None:
        """Take note that the engine's state has an object."""
        if self._journal is not None:
            self._journal.known(urn, resource_id)

    def engine_died(self) -> None:
        """Write down what may not have got into the state."""
        if self._journal is not None:
            self._journal.engine_died()

    def _take(self, call: Call, resource: Resource, entry: Entry, inputs: Values) -> tuple[str, Values] | None:
        """Return the object brought up to date; None if it is gone, or was deleted because it must be made anew."""
        state = {**entry.state, **inputs}
        found = resource.read(call, entry.id, state)
        if found is None:
            return None
        diff = resource.diff(found, {}, inputs)
        if diff.replaces or resource.secrets:
            resource.remove(call, entry.id, state)
            return None
        call.made(entry.id, state)
        try:
            return entry.id, resource.update(call, entry.id, found, inputs, diff)
        except PluginError as error:
            raise IncompleteError(entry.id, {**found, **error.outputs}, str(error)) from error
