"""Compatibility of a new schema with those that its subject has."""

from __future__ import annotations

import json
import logging
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.name import Names
from avro.schema import make_avsc_object

from localcloud.dataplane.registry.json_schema_compatibility import clashes as json_clashes
from localcloud.dataplane.registry.work_budget import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avro.compatibility import SchemaCompatibilityResult
    from avro.schema import RecordSchema, Schema

MOST_STEPS = 10_000_000
MOST_CLASHES = 100
_PAIR = 300  # steps to compare two types: about the time that as many comparisons of field names take
_SET = re.compile(r"\{'[^}]*'\}")
_NAME = re.compile(r"'([^']*)'")
_LOG = logging.getLogger(__name__)
_TOO_MUCH = (
    "The schema cannot be compared with those before it: together they have too many fields, branches or versions. Use"
    " smaller schemas, fewer alternatives (anyOf, oneOf, unions), or a level that is not TRANSITIVE."
)


class _Checker(ReaderWriterCompatibilityChecker):  # type: ignore[misc]  # avro has no types
    """Avro's own rules, within a limit of work."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    def get_compatibility(self, *args: Any, **values: Any) -> SchemaCompatibilityResult:
        self._work.take(_PAIR)
        return super().get_compatibility(*args, **values)

    def check_reader_writer_record_fields(
        self, reader: RecordSchema, writer: RecordSchema, location: list[str]
    ) -> SchemaCompatibilityResult:
        names = sum(1 + len(field.props.get("aliases") or ()) for field in reader.fields)
        self._work.take(names * len(writer.fields))  # avro searches each name among all of them
        return super().check_reader_writer_record_fields(reader, writer, location)


class Judged:
    """A parsed schema, with those that it refers to, ready to be compared."""

    def __init__(self, text: str, schema_type: str, referenced: Sequence[str] = ()) -> None:
        self._text, self._type, self._referenced = text, schema_type, referenced
        self._length = len(text) + sum(map(len, referenced))

    def cannot_read(self, written: Judged, work: Work | None = None) -> list[str]:
        """Return why records written with another schema cannot all be read with this one; empty if they can."""
        work = work or Work(MOST_STEPS, _TOO_MUCH)
        work.take(self._length + written._length)
        if self._type != written._type:
            return [f"a schema of type {self._type} cannot read records of type {written._type}"]
        try:
            return self._compared(written, work)
        except (AvroException, AttributeError, KeyError, TypeError, ValueError):
            # The library is stricter than Avro's own parser: what it rejects is reported, not raised.
            _LOG.debug("Schemas that cannot be compared", exc_info=True)
            return ["the schemas cannot be compared: write their types as Avro's specification has them"]

    def _compared(self, written: Judged, work: Work) -> list[str]:
        if self._type == "JSON":
            return list(json_clashes(json.loads(self._text), json.loads(written._text), work))
        # A checker caches results by the schemas' names, which two versions share: a new one for each pair.
        found = _Checker(work).get_compatibility(reader=self._avro(), writer=written._avro())
        if found.compatibility is SchemaCompatibilityType.compatible:
            return []
        where, why = ", ".join(sorted(found.locations)) or "/", ", ".join(sorted(map(_without_sets, found.messages)))
        return [f"{incompatibility.value} at {where}: {why}" for incompatibility in found.incompatibilities]

    def _avro(self) -> Schema:
        names = Names(validate_names=False)
        for text in self._referenced:
            make_avsc_object(json.loads(text), names, validate_names=False)
        return make_avsc_object(json.loads(self._text), names, validate_names=False)


def _without_sets(message: str) -> str:
    """Return a message of the library with each of its sets as a sorted list of names."""
    return _SET.sub(lambda found: ", ".join(sorted(_NAME.findall(found[0]))), message)


def clashes(level: str, new: Judged, old: Sequence[Judged]) -> list[str]:
    """Return why ``new`` breaks the compatibility ``level`` with the versions ``old``, oldest first; empty if not."""
    compared = old if level.endswith("_TRANSITIVE") else old[-1:]
    work = Work(MOST_STEPS, _TOO_MUCH)
    found = (clash for one in reversed(compared) for clash in _between(level, new, one, work))
    return list(islice(found, MOST_CLASHES))


def _between(level: str, new: Judged, old: Judged, work: Work) -> Iterator[str]:
    if level.startswith(("BACKWARD", "FULL")):
        yield from new.cannot_read(old, work)
    if level.startswith(("FORWARD", "FULL")):
        yield from old.cannot_read(new, work)
