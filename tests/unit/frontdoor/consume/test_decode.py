"""Records as they are in a topic, decoded by the schemas that they name."""

from __future__ import annotations

import io
import json
import struct
from typing import TYPE_CHECKING, Any

import fastavro
import pytest

from tests.support.stub_api import StubApi
from toolchain.frontdoor.consume.decode import decoded
from toolchain.frontdoor.consume.failure import ConsumeError
from toolchain.frontdoor.consume.registry import Registry
from toolchain.frontdoor.sql.render import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

BRAND = {"type": "record", "name": "Brand", "namespace": "shop", "fields": [{"name": "name", "type": "string"}]}
PRODUCT = {
    "type": "record",
    "name": "Product",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "brand", "type": "shop.Brand"},
        {"name": "photo", "type": "bytes"},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
    ],
}
KEY = ("SK", "SS")


@pytest.fixture
def registry() -> Iterator[StubApi]:
    replies = {
        "GET /schemas/ids/1": {
            "schema": json.dumps(PRODUCT),
            "references": [{"name": "shop.Brand", "subject": "a/brand", "version": 2}],
        },
        "GET /subjects/a%2Fbrand/versions/2": {"schema": json.dumps(BRAND), "version": 2},
        "GET /schemas/ids/2": {"schema": "{}", "schemaType": "JSON"},
        "GET /schemas/ids/3": {"schema": "syntax", "schemaType": "PROTOBUF"},
        "GET /schemas/ids/4": (401, {"message": "no"}),
        "GET /schemas/ids/5": (403, {"message": "User is denied operation Read on Subject: s"}),
    }
    with StubApi(replies) as stub:
        yield stub


def framed(identifier: int, payload: bytes) -> bytes:
    return struct.pack(">bI", 0, identifier) + payload


def product() -> bytes:
    stream = io.BytesIO()
    parsed = fastavro.parse_schema(PRODUCT, named_schemas=known())
    fastavro.schemaless_writer(stream, parsed, {"id": 7, "brand": {"name": "Ace"}, "photo": b"\x7f", "day": 1})
    return stream.getvalue()


def known() -> dict[str, Any]:
    names: dict[str, Any] = {}
    fastavro.parse_schema(BRAND, named_schemas=names)
    return names


def read(stub: StubApi, data: bytes | None) -> Any:
    return decoded(data, Registry(stub.url, KEY).schema)


def test_avro_with_a_referenced_schema(registry: StubApi) -> None:
    expected = {"id": 7, "brand": {"name": "Ace"}, "photo": "fw==", "day": "1970-01-02"}
    assert read(registry, framed(1, product())) == expected


def test_json_with_a_schema(registry: StubApi) -> None:
    assert read(registry, framed(2, b'{"price": 1.5}')) == {"price": 1.5}


def test_a_schema_is_asked_for_once(registry: StubApi) -> None:
    of = Registry(registry.url, KEY).schema
    for _ in range(3):
        decoded(framed(2, b"{}"), of)
    assert registry.asked == ["GET /schemas/ids/2"]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (None, None),
        (b"", ""),
        ("grün".encode(), "grün"),
        (b'{"plain": 1}', '{"plain": 1}'),
        (b"\xff\xfe", "//4="),
        (b"\x00\x00\x00\x00\x00\x00\x00\x05", "\x00\x00\x00\x00\x00\x00\x00\x05"),  # a number that looks like an id
        (framed(3, b"\xff"), "AAAAAAP/"),
        (framed(2, b"not JSON"), "\x00\x00\x00\x00\x02not JSON"),
        (framed(1, b"\x0e"), "\x00\x00\x00\x00\x01\x0e"),
    ],
)
def test_what_has_no_schema_is_text_or_base64(registry: StubApi, data: bytes | None, shown: str | None) -> None:
    assert read(registry, data) == shown


@pytest.mark.parametrize(("identifier", "sentence"), [(4, "SCHEMA_REGISTRY_API_KEY"), (5, "denied operation Read")])
def test_a_refusal_is_one_sentence(registry: StubApi, identifier: int, sentence: str) -> None:
    with pytest.raises(ConsumeError, match=sentence):
        read(registry, framed(identifier, b"x"))


def test_a_missing_key_is_told_when_a_schema_is_needed(registry: StubApi) -> None:
    of = Registry(registry.url, ("", "")).schema
    assert decoded(b"plain", of) == "plain"
    with pytest.raises(ConsumeError, match="set SCHEMA_REGISTRY_API_KEY and SCHEMA_REGISTRY_API_SECRET"):
        decoded(framed(2, b"{}"), of)
    assert registry.asked == []


def test_a_registry_that_is_down_is_one_sentence() -> None:
    with pytest.raises(ConsumeError, match=r"at http://127.0.0.1:1/? does not answer"):
        decoded(framed(2, b"{}"), Registry("http://127.0.0.1:1", KEY).schema)


def test_vectors_are_shortened_for_people_wherever_they_are() -> None:
    vector = [0.5] * 256
    assert shortened({"a": [vector], "b": 1}) == {"a": ["[0.5000, 0.5000, 0.5000, 0.5000, ... 256 dimensions]"], "b": 1}
