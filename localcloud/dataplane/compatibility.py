"""Whether a subject may have a schema beside those that it has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.name import Names
from avro.schema import make_avsc_object

from localcloud.dataplane.json_schema_compatibility import clashes as json_clashes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avro.schema import Schema


class Judged:
    """A schema with those that it refers to, as the languages' own rules compare it."""

    def __init__(self, text: str, schema_type: str, referenced: Sequence[str] = ()) -> None:
        self._text, self._type, self._referenced = text, schema_type, referenced

    def cannot_read(self, written: Judged) -> list[str]:
        """Say what of the records written with another schema cannot be read with this one."""
        if self._type != written._type:
            return [f"a schema of type {self._type} cannot read records of type {written._type}"]
        try:
            return self._compared(written)
        except (AvroException, AttributeError, KeyError, TypeError, ValueError) as error:
            # What fastavro or a JSON parser let in may still be no schema to whoever looks closer.
            return [f"the schemas cannot be compared: {error}"]

    def _compared(self, written: Judged) -> list[str]:
        if self._type == "JSON":
            return list(json_clashes(json.loads(self._text), json.loads(written._text)))
        # A checker remembers what it has compared by the schemas' names: one for each pair.
        found = ReaderWriterCompatibilityChecker().get_compatibility(reader=self._avro(), writer=written._avro())
        if found.compatibility is SchemaCompatibilityType.compatible:
            return []
        where, why = ", ".join(sorted(found.locations)) or "/", ", ".join(sorted(found.messages))
        return [f"{incompatibility.value} at {where}: {why}" for incompatibility in found.incompatibilities]

    def _avro(self) -> Schema:
        names = Names(validate_names=False)
        for text in self._referenced:
            make_avsc_object(json.loads(text), names, validate_names=False)
        return make_avsc_object(json.loads(self._text), names, validate_names=False)


def clashes(level: str, new: Judged, old: Sequence[Judged]) -> list[str]:
    """Say what ``level`` (a compatibility level of the registry's) has against ``new`` after ``old``, oldest first."""
    compared = old if level.endswith("_TRANSITIVE") else old[-1:]
    return [clash for one in reversed(compared) for clash in _between(level, new, one)]


def _between(level: str, new: Judged, old: Judged) -> Iterator[str]:
    if level.startswith(("BACKWARD", "FULL")):
        yield from new.cannot_read(old)
    if level.startswith(("FORWARD", "FULL")):
        yield from old.cannot_read(new)
