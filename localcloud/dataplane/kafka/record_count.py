"""Counts a partition's records by the headers of its record batches, which the broker keeps on this machine's disk.

Offsets do not tell: each transaction takes one more of them, for its end, and compaction leaves gaps. The broker has no
figure of its own. A consumer would have to read every byte; this reads 61 bytes a batch, and of those only what is new
since the last count.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_HEADER = struct.Struct(">qiibIhiqqqhii")
_ABORTED = struct.Struct(">hqqqq")
_BEFORE_LENGTH = 12  # bytes of a batch that its length does not count
_TRANSACTIONAL, _CONTROL = 0x10, 0x20


class _Batch(NamedTuple):
    """A batch's header, version 2: https://kafka.apache.org/documentation/#recordbatch."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    checksum: int
    attributes: int
    last_offset_delta: int
    base_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    records: int

    @property
    def last_offset(self) -> int:
        return self.base_offset + self.last_offset_delta


class _Aborted(NamedTuple):
    """An aborted transaction, as the file ``.txnindex`` of a segment has it."""

    version: int
    producer_id: int
    first_offset: int
    last_offset: int
    last_stable_offset: int


class _Counted(NamedTuple):
    """How much of a segment has been counted: bytes and records."""

    position: int = 0
    records: int = 0


_Segment = tuple[str, int, bytes]


class _Partition(NamedTuple):
    """The last count of a partition: from where to where, when a file had last come or gone, and how it was counted."""

    begin: int
    end: int
    changed: int
    records: int
    segments: Mapping[_Segment, _Counted]


class RecordCounter:
    """Counts what a consumer of committed records would read; remembers how far it has counted."""

    def __init__(self) -> None:
        self._counted: dict[Path, _Partition] = {}

    def count(self, partition: Path, begin: int, end: int) -> int:
        """Return how many records are in a partition's folder, from the offset ``begin`` up to ``end``.

        ``begin``: the first offset that is still there. ``end``: the last stable one, before which every transaction
        has ended. A segment that is deleted or compacted meanwhile counts as empty. No file is read unless something
        has changed since the last count: of a thousand topics most are at rest.
        """
        try:
            changed = partition.stat().st_mtime_ns if begin < end else 0
        except FileNotFoundError:
            changed = 0
        if not changed:
            return 0
        known = self._counted.get(partition)
        if known is None or known[:3] != (begin, end, changed):
            segments = self._segments(partition, begin, end, known.segments if known else {})
            records = sum(one.records for one in segments.values())
            known = self._counted[partition] = _Partition(begin, end, changed, records, segments)
        return known.records

    def retain(self, partitions: Collection[Path]) -> None:
        """Forget all other partitions: their topics have been deleted."""
        for gone in self._counted.keys() - set(partitions):
            self._counted.pop(gone, None)

    def _segments(
        self, partition: Path, begin: int, end: int, known: Mapping[_Segment, _Counted]
    ) -> dict[_Segment, _Counted]:
        try:
            identity = (partition / "partition.metadata").read_bytes()  # another topic of the same name has another id
            aborted = [one for path in partition.glob("*.txnindex") for one in _aborted(path)]
        except FileNotFoundError:
            return {}
        found = {}
        for path in partition.glob("*.log"):
            with suppress(FileNotFoundError), path.open("rb") as file:
                key = (path.name, path.stat().st_ino, identity)
                is_cut = begin > int(path.stem)  # records that were deleted may have been counted
                position, records = _Counted() if is_cut else known.get(key, _Counted())
                for batch in _batches(file, position, end):
                    position += batch.length + _BEFORE_LENGTH
                    records += _visible(batch, aborted, begin)
                found[key] = _Counted(position, records)
        return found


def _batches(file: BinaryIO, position: int, end: int) -> Iterator[_Batch]:
    """Yield the headers of the batches that end before the offset ``end``; what is behind may be half written."""
    file.seek(position)
    while len(header := file.read(_HEADER.size)) == _HEADER.size:
        batch = _Batch._make(_HEADER.unpack(header))
        if batch.last_offset >= end:
            return
        yield batch
        file.seek(batch.length + _BEFORE_LENGTH - _HEADER.size, 1)


def _visible(batch: _Batch, aborted: Collection[_Aborted], begin: int) -> int:
    if batch.attributes & _CONTROL or batch.last_offset < begin:
        return 0
    if batch.attributes & _TRANSACTIONAL and any(
        one.producer_id == batch.producer_id and one.first_offset <= batch.base_offset <= one.last_offset
        for one in aborted
    ):
        return 0
    return max(0, batch.records - max(0, begin - batch.base_offset))


def _aborted(path: Path) -> Iterator[_Aborted]:
    data = path.read_bytes()
    whole = len(data) - len(data) % _ABORTED.size
    return map(_Aborted._make, _ABORTED.iter_unpack(data[:whole]))
