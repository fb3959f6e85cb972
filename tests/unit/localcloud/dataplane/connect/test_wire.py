"""Confluent's wire format, read by Confluent's own client."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from confluent_kafka.schema_registry.serde import SchemaId
from hypothesis import example, given, settings
from hypothesis import strategies as st

from localcloud.dataplane.connect.datagen.wire import HEADER, framed

QUICK = settings(max_examples=200, deadline=None, database=None, derandomize=True)
IDS = st.integers(0, 2**32 - 1)


def read(message: bytes) -> tuple[int, bytes]:
    """Return what Confluent's client takes for the schema's id and for the payload."""
    found: Any = SchemaId("AVRO")
    rest = found.from_bytes(io.BytesIO(message))
    return found.id, rest.read()


@QUICK
@given(IDS, st.binary(max_size=200))
@example(0, b"")
@example(2**32 - 1, b"\0" * 5)
def test_what_is_framed_is_read_back(schema_id: int, payload: bytes) -> None:
    message = framed(schema_id, payload)
    assert len(message) == HEADER.size + len(payload) == 5 + len(payload)
    assert read(message) == (schema_id, payload)


@QUICK
@given(st.integers().filter(lambda number: not 0 <= number < 2**32))
def test_an_id_that_has_no_room_is_not_cut(schema_id: int) -> None:
    with pytest.raises(struct.error):
        framed(schema_id, b"")
