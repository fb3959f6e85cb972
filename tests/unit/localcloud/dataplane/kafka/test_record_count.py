"""Record batches as Kafka writes them, counted by their headers. What a broker writes: test_kafka_plane."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.kafka.record_count import RecordCounter

if TYPE_CHECKING:
    from pathlib import Path

TRANSACTIONAL, CONTROL = 0x10, 0x20


def batch(base: int, records: int, attributes: int = 0, producer: int = -1, offsets: int | None = None) -> bytes:
    """Return a batch of version 2; ``offsets``: how many it takes, more than its records after a compaction."""
    payload = b"x" * 100
    length = 61 - 12 + len(payload)
    delta = (offsets or records) - 1
    return (
        struct.pack(">qiibIhiqqqhii", base, length, 0, 2, 0, attributes, delta, 0, 0, producer, 0, 0, records) + payload
    )


@pytest.fixture
def partition(tmp_path: Path) -> Path:
    folder = tmp_path / "orders-0"
    folder.mkdir()
    (folder / "partition.metadata").write_text("version: 0\ntopic_id: a")
    return folder


def segment(partition: Path, first: int, *batches: bytes) -> Path:
    path = partition / f"{first:020}.log"
    path.write_bytes(b"".join(batches))
    return path


def test_ends_of_transactions_are_no_records(partition: Path) -> None:
    segment(partition, 0, batch(0, 3, TRANSACTIONAL, 7), batch(3, 1, TRANSACTIONAL | CONTROL, 7), batch(4, 2))
    assert RecordCounter().count(partition, 0, 6) == 5


def test_aborted_records_are_left_out_also_those_of_an_earlier_segment(partition: Path) -> None:
    segment(partition, 0, batch(0, 3, TRANSACTIONAL, 7), batch(3, 2, TRANSACTIONAL, 8), batch(5, 4))
    segment(partition, 9, batch(9, 1, TRANSACTIONAL | CONTROL, 7), batch(10, 1, TRANSACTIONAL | CONTROL, 8))
    (partition / f"{9:020}.txnindex").write_bytes(struct.pack(">hqqqq", 0, 7, 0, 9, 9) + b"half")
    assert RecordCounter().count(partition, 0, 11) == 6


def test_what_is_behind_the_end_is_not_counted_yet(partition: Path) -> None:
    path = segment(partition, 0, batch(0, 3), batch(3, 2, TRANSACTIONAL, 7), b"half a header")
    counter = RecordCounter()
    assert counter.count(partition, 0, 3) == 3
    path.write_bytes(batch(0, 3) + batch(3, 2, TRANSACTIONAL, 7) + batch(5, 1, TRANSACTIONAL | CONTROL, 7))
    assert counter.count(partition, 0, 6) == 5
    assert counter.count(partition, 0, 6) == 5


def test_compacted_batches_have_the_records_that_are_left(partition: Path) -> None:
    segment(partition, 0, batch(0, 2, offsets=10), batch(10, 5))
    assert RecordCounter().count(partition, 0, 15) == 7


@pytest.mark.parametrize(("begin", "count"), [(0, 7), (1, 6), (3, 4), (5, 2), (7, 0)])
def test_deleted_records_are_not_counted(partition: Path, begin: int, count: int) -> None:
    segment(partition, 0, batch(0, 3), batch(3, 4))
    counter = RecordCounter()
    assert counter.count(partition, 0, 7) == 7
    assert counter.count(partition, begin, 7) == count


def test_a_topic_that_is_made_again_is_counted_again(partition: Path) -> None:
    path = segment(partition, 0, batch(0, 3), batch(3, 3))
    counter = RecordCounter()
    assert counter.count(partition, 0, 6) == 6
    (partition / "partition.metadata").write_text("version: 0\ntopic_id: b")
    path.write_bytes(batch(0, 1) + batch(1, 1) + batch(2, 5))
    assert counter.count(partition, 0, 7) == 7


def test_a_partition_that_is_being_deleted_is_empty(tmp_path: Path) -> None:
    assert RecordCounter().count(tmp_path / "gone-0", 0, 5) == 0


def test_nothing_is_read_where_nothing_has_changed(partition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = segment(partition, 0, batch(0, 3), batch(3, 4))
    counter = RecordCounter()
    assert counter.count(partition, 0, 7) == 7
    read: list[Path] = []
    monkeypatch.setattr(type(path), "open", lambda self, _: read.append(self))
    monkeypatch.setattr(type(path), "read_bytes", read.append)
    assert counter.count(partition, 0, 7) == 7
    assert counter.count(partition, 7, 7) == 0
    assert read == []


def test_a_segment_that_is_compacted_is_counted_again(partition: Path, tmp_path: Path) -> None:
    path = segment(partition, 0, batch(0, 3), batch(3, 4))
    counter = RecordCounter()
    assert counter.count(partition, 0, 7) == 7
    cleaned = tmp_path / "cleaned"
    cleaned.write_bytes(batch(0, 2, offsets=7))
    cleaned.rename(path)
    assert counter.count(partition, 0, 7) == 2


def test_a_topic_that_is_deleted_is_forgotten(partition: Path) -> None:
    segment(partition, 0, batch(0, 3))
    counter = RecordCounter()
    assert counter.count(partition, 0, 3) == 3
    counter.retain([partition])
    assert counter._counted.keys() == {partition}
    counter.retain([])
    assert not counter._counted
