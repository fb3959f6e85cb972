"""Records decoded and shown."""

from __future__ import annotations

import io
import json
import struct
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import fastavro
import orjson
from hypothesis import given
from hypothesis import strategies as st

from localcloud.control.console.records import Decoder, is_vector, shown
from localcloud.dataplane.interface import KafkaRecord

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local

ANIMAL = {"type": "record", "name": "Animal", "fields": [{"name": "name", "type": "string"}]}


def framed(schema_id: int, payload: bytes) -> bytes:
    return struct.pack(">bI", 0, schema_id) + payload


def avro(schema: Any, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), value)
    return out.getvalue()


def registry(local: Local) -> str:
    environment = local.environment()
    local.cluster(environment)
    return local.registry(environment)


def test_avro_and_json_are_read_by_their_schema(local: Local) -> None:
    name = registry(local)
    known = local.plane.registry
    one = known.register(name, "a-value", json.dumps(ANIMAL))
    other = known.register(name, "b-value", "{}", "JSON")
    decoder = Decoder(local.cloud.schemas, name)
    assert decoder.value(framed(one.id, avro(ANIMAL, {"name": "ox"}))) == {"name": "ox"}
    assert decoder.value(framed(other.id, b'{"n": 1}')) == {"n": 1}


def test_a_schema_may_refer_to_others(local: Local) -> None:
    name = registry(local)
    known = local.plane.registry
    known.register(name, "animal", json.dumps(ANIMAL))
    herd = {"type": "record", "name": "Herd", "fields": [{"name": "first", "type": "Animal"}]}
    reference = {"name": "Animal", "subject": "animal", "version": 1}
    registered = known.register(name, "herd-value", json.dumps(herd), references=[reference])
    whole = {**herd, "fields": [{"name": "first", "type": ANIMAL}]}
    data = framed(registered.id, avro(whole, {"first": {"name": "ox"}}))
    assert Decoder(local.cloud.schemas, name).value(data) == {"first": {"name": "ox"}}


def test_what_has_no_schema_is_shown_as_it_is(local: Local) -> None:
    decoder = Decoder(local.cloud.schemas, registry(local))
    assert decoder.value(b'{"a": [1]}') == {"a": [1]}
    assert decoder.value(b"<script>alert(1)</script>") == "<script>alert(1)</script>"
    assert decoder.value(b"\xff\x00") == {"base64": "/wA="}
    assert decoder.value(framed(4711, b"x")) == "\0\0\0\x12gx"
    assert (decoder.value(None), decoder.value(b"")) == (None, "")
    record = KafkaRecord(partition=1, offset=2, timestamp=3, key=b"k", value=None)
    assert decoder.record(record) == {"partition": 1, "offset": 2, "timestamp": 3, "key": "k", "value": None}


def test_a_payload_that_does_not_fit_its_schema_is_shown_as_it_is(local: Local) -> None:
    name = registry(local)
    one = local.plane.registry.register(name, "a-value", json.dumps(ANIMAL))
    assert Decoder(local.cloud.schemas, name).value(framed(one.id, b"\xff")) == {"base64": "AAABhqH/"}


def test_a_vector_is_shown_by_its_first_numbers() -> None:
    vector = [number / 3 for number in range(256)]
    assert shown({"v": vector}) == {"v": {"vector": [0.0, 0.3333, 0.6667, 1.0], "dimensions": 256}}
    assert not is_vector([1.0] * 15)
    assert not is_vector([True] * 20)


def test_what_json_lacks_is_shown_as_text() -> None:
    value = {"d": Decimal("1.50"), "t": datetime(2026, 1, 2, tzinfo=UTC), "n": float("nan"), "b": b"\0", "i": 2**60}
    assert shown(value) == {
        "d": "1.50",
        "t": "2026-01-02T00:00:00+00:00",
        "n": "nan",
        "b": {"base64": "AA=="},
        "i": str(2**60),
    }
    assert shown("x" * 3000).endswith("... (3000 characters)")


@given(st.binary())
def test_any_bytes_can_be_shown(data: bytes) -> None:
    orjson.dumps(shown(Decoder(None, None).value(data)))  # type: ignore[arg-type]  # without a registry
