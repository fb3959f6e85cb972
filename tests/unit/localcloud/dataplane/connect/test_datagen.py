"""What the Datagen connector generates, casts, registers and writes."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import struct
from decimal import Decimal
from typing import Any

import fastavro
import pytest

from localcloud.dataplane.connect.datagen.datagen import registered_schema, value_writer
from localcloud.dataplane.connect.datagen.datagen_config import check, read
from localcloud.dataplane.connect.datagen.quickstarts import names
from localcloud.dataplane.connect.datagen.random_generator import RandomGenerator, parse_annotated
from localcloud.dataplane.connect.datagen.schemas import from_avro
from localcloud.dataplane.connect.datagen.transforms import CastValue
from localcloud.dataplane.connect.datagen.wire_avro import avro_schema, avro_writer
from localcloud.dataplane.connect.datagen.wire_json import json_schema, json_writer
from localcloud.dataplane.interface import DataPlaneError, InvalidError
from tests.support.product import PRODUCT_FIELDS, PRODUCT_SCHEMA, connector_config


def generator(schema: Any, seed: int = 1, generation: int = 0) -> RandomGenerator:
    return RandomGenerator(parse_annotated(json.dumps(schema)), random.Random(seed), generation)


def take(schema: Any, count: int, generation: int = 0) -> list[Any]:
    made = generator(schema, generation=generation)
    return [made.generate() for _ in range(count)]


def typed(kind: str, **annotations: Any) -> dict[str, Any]:
    return {"type": kind, "arg.properties": annotations}


# The Avro Random Generator --------------------------------------------------------------------------------------------


def test_every_product_is_within_its_ranges_and_options_and_all_are_met() -> None:
    products = take(json.loads(PRODUCT_SCHEMA), 4000)
    for name, allowed in PRODUCT_FIELDS.items():
        values = {product[name] for product in products}
        if isinstance(allowed, range):
            assert values <= set(allowed), name
            assert len(values) == min(len(allowed), len(values))
        else:
            assert values == set(allowed), name
    assert {product["store_id"] for product in products} == set(range(1, 50))  # the maximum is exclusive
    prices = [product["price"] for product in products]
    assert all(Decimal(10) <= price < Decimal(95) and price.as_tuple().exponent == -2 for price in prices)
    assert len(set(prices)) > 3000


def test_the_same_seed_gives_the_same_records() -> None:
    schema = json.loads(PRODUCT_SCHEMA)
    assert [generator(schema, 7).generate() for _ in range(2)] == [generator(schema, 7).generate() for _ in range(2)]
    assert generator(schema, 7).generate() != generator(schema, 8).generate()


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (typed("int", iteration={"start": 3}), [3, 4, 5, 6, 7]),
        (typed("long", iteration={"start": 0, "restart": 3}), [0, 1, 2, 0, 1]),
        (typed("int", iteration={"start": 10, "restart": 4, "step": -2}), [10, 8, 6, 10, 8]),
        (typed("int", iteration={"start": 5, "restart": 3}), [5, 4, 5, 4, 5]),
        (typed("int", iteration={"start": 0, "restart": 10, "step": 4, "initial": 8}), [8, 2, 6, 0, 4]),
        (typed("double", iteration={"start": 0.1, "step": 0.1}), [0.1, 0.2, 0.3, 0.4, 0.5]),
        (typed("boolean", iteration={"start": True}), [True, False, True, False, True]),
        (
            typed("string", iteration={"start": 1}, prefix="id-", suffix="!"),
            ["id-1!", "id-2!", "id-3!", "id-4!", "id-5!"],
        ),
    ],
)
def test_iteration_and_where_it_goes_on_after_a_restart(schema: Any, expected: list[Any]) -> None:
    assert take(schema, 5) == expected
    assert take(schema, 2, generation=3) == expected[3:]


def test_kinds_without_annotations() -> None:
    schema = {
        "type": "record",
        "name": "all",
        "fields": [
            {"name": "i", "type": "int"},
            {"name": "l", "type": "long"},
            {"name": "f", "type": "float"},
            {"name": "d", "type": "double"},
            {"name": "b", "type": "boolean"},
            {"name": "s", "type": "string"},
            {"name": "y", "type": "bytes"},
            {"name": "n", "type": "null"},
            {"name": "x", "type": {"type": "fixed", "name": "four", "size": 4}},
            {"name": "x2", "type": "four"},
            {"name": "e", "type": {"type": "enum", "name": "e", "symbols": ["A", "B"]}},
            {"name": "a", "type": {"type": "array", "items": "int"}},
            {"name": "m", "type": {"type": "map", "values": "int"}},
            {"name": "u", "type": ["null", "int"]},
            {"name": "u1", "type": ["null", "int"], "arg.properties": {"position": 1}},
        ],
    }
    parsed = fastavro.parse_schema(json.loads(json.dumps(schema)))
    records = take(schema, 300)
    assert all(fastavro.validate(record, parsed) for record in records)
    assert all(8 <= len(record["s"]) < 16 and 8 <= len(record["y"]) < 16 for record in records)
    assert {len(record["a"]) for record in records} == set(range(8, 16))
    assert {record["u"] is None for record in records} == {True, False}
    assert all(record["u1"] is not None for record in records)
    assert min(record["i"] for record in records) < 0 < max(record["l"] for record in records)


def test_ranges_lengths_odds_and_keys() -> None:
    assert set(take(typed("int", range={"min": -2, "max": 2}), 500)) == {-2, -1, 0, 1}
    assert all(1.5 <= value < 1.6 for value in take(typed("double", range={"min": 1.5, "max": 1.6}), 500))
    assert {len(value) for value in take(typed("string", length={"min": 2, "max": 5}), 500)} == {2, 3, 4}
    assert {len(value) for value in take(typed("bytes", length=3), 50)} == {3}
    assert take(typed("boolean", odds=1.0), 50) == [True] * 50
    assert 50 < sum(take(typed("boolean", odds=0.1), 1000)) < 200
    keyed = {"type": "map", "values": "int", "arg.properties": {"length": 5, "keys": {"regex": "k[0-9]", "length": 2}}}
    assert all(re.fullmatch("k[0-9]", key) for value in take(keyed, 50) for key in value)
    optional = {"type": "map", "values": "int", "arg.properties": {"length": 9, "keys": {"options": ["a", "b"]}}}
    assert {key for value in take(optional, 50) for key in value} == {"a", "b"}


def test_regular_expressions() -> None:
    assert all(re.fullmatch("User_[1-9]", value) for value in take(typed("string", regex="User_[1-9]"), 50))
    values = take(typed("string", regex="[a-z]*", length={"min": 4, "max": 7}, prefix="<"), 200)
    assert all(re.fullmatch("<[a-z]{4,6}", value) for value in values)


def test_options_of_decimals_bytes_and_records() -> None:
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
    assert set(take({**decimal, "arg.properties": {"options": [1.5, 2]}}, 50)) == {Decimal("1.50"), Decimal("2.00")}
    assert set(take(typed("bytes", options=["NDI="]), 5)) == {b"NDI="}
    assert take({**decimal, "arg.properties": {"range": {"min": 0.01, "max": 0.02}}}, 3) == [Decimal("0.01")] * 3


def test_a_record_that_contains_itself_can_be_generated() -> None:
    node = {"type": "record", "name": "node", "fields": [{"name": "next", "type": ["null", "node"]}]}
    assert any(value["next"] for value in take(node, 50))


@pytest.mark.parametrize(
    ("annotations", "complaint"),
    [
        ({"range": {"min": 5, "max": 5}}, "range.min must be less than range.max, not 5 and 5"),
        ({"range": {"min": 1.5}}, "range.min must be an integer, not"),
        ({"range": {}}, "min, max or both"),
        ({"range": {"max": 2**40}}, "exceeds what the type can hold"),
        ({"options": []}, "at least one value"),
        ({"options": ["x"]}, "'x' in options is no int"),
        ({"options": {"file": "/etc/passwd", "encoding": "json"}}, "cannot read options from a file"),
        ({"options": [1], "range": {"min": 1}}, "both options and range"),
        ({"iteration": {"step": 1}}, "with a start"),
        ({"iteration": {"start": 1, "step": 0}}, "cannot be 0"),
        ({"iteration": {"start": 1, "restart": 1}}, "must differ"),
        ({"iteration": {"start": 1, "restart": 5, "step": -1}}, "must lead from"),
    ],
)
def test_a_wrong_annotation_names_the_field_and_the_remedy(annotations: dict[str, Any], complaint: str) -> None:
    schema = {"type": "record", "name": "r", "fields": [{"name": "size", "type": typed("int", **annotations)}]}
    with pytest.raises(InvalidError, match=f"field size: .*{re.escape(complaint)}"):
        generator(schema)


@pytest.mark.parametrize(
    ("kind", "annotations", "complaint"),
    [
        ("string", {"regex": "["}, "cannot be generated from"),
        ("string", {"length": {"min": 5, "max": 2}}, "length.min"),
        ("string", {"length": -1}, "length must be a number"),
        ("boolean", {"odds": 2}, "from 0.0 to 1.0"),
        ("map", {"keys": 1}, "keys must be a JSON object"),
    ],
)
def test_a_wrong_annotation_of_other_types(kind: str, annotations: dict[str, Any], complaint: str) -> None:
    schema = {**typed(kind, **annotations), "values": "int"}
    with pytest.raises(InvalidError, match=re.escape(complaint)):
        generator(schema)


def test_a_range_that_no_decimal_of_that_precision_meets() -> None:
    price = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
    with pytest.raises(InvalidError, match=re.escape("decimal(4,2)")):
        generator({**price, "arg.properties": {"range": {"max": 1000}}})
    with pytest.raises(InvalidError, match="holds no decimal"):
        generator({**price, "arg.properties": {"range": {"min": 1.001, "max": 1.002}}})


# Transforms, schemas and bytes ----------------------------------------------------------------------------------------


def test_the_schema_registered_for_products_is_the_real_converters() -> None:
    text, kind = registered_schema(read(connector_config())) or ("", "")
    schema = json.loads(text)
    assert kind == "JSON"
    assert (schema["type"], schema["title"]) == ("object", "store.products")
    properties = schema["properties"]
    assert list(properties) == [*PRODUCT_FIELDS, "price"]
    assert properties["store_id"] == {"type": "integer", "connect.type": "int32", "connect.index": 0}
    assert properties["articleType"] == {"type": "string", "connect.index": 3}
    assert properties["price"]["connect.type"] == "float64"
    assert properties["price"]["type"] == "number"


def test_a_product_as_json_sr() -> None:
    config = read(connector_config())
    product = generator(json.loads(PRODUCT_SCHEMA)).generate()
    for transform in config.transforms:
        product = transform.value(product)
    payload = value_writer(config, 100_001)(product)
    assert payload[:5] == struct.pack(">bI", 0, 100_001)
    assert json.loads(payload[5:]) == product
    assert isinstance(product["price"], float)
    assert product["price"] == round(product["price"], 2)


@pytest.mark.parametrize(
    ("kind", "name", "logical"),
    [
        ("long", "org.apache.kafka.connect.data.Timestamp", "timestamp-millis"),
        ("int", "org.apache.kafka.connect.data.Date", "date"),
        ("int", "org.apache.kafka.connect.data.Time", "time-millis"),
        ("int", "org.apache.kafka.connect.data.Timestamp", None),
        ("long", "shop.Price", None),
    ],
)
def test_connects_name_of_a_type_is_its_logical_type(kind: str, name: str, logical: str | None) -> None:
    field = {"name": "at", "type": {"type": kind, "connect.name": name}}
    (made,) = json.loads(avro_schema(from_avro({"type": "record", "name": "r", "fields": [field]})))["fields"]
    found = made["type"]
    assert (found.get("logicalType") if isinstance(found, dict) else None) == logical


AVRO = {
    "type": "record",
    "name": "all",
    "namespace": "n",
    "fields": [
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "counts", "type": {"type": "map", "values": "long"}},
        {"name": "note", "type": ["null", "string"]},
        {"name": "raw", "type": "bytes"},
        {"name": "ratio", "type": "float"},
        {"name": "color", "type": {"type": "enum", "name": "color", "symbols": ["RED", "BLUE"]}},
    ],
}
VALUE = {
    "price": Decimal("-1.28"),
    "at": 1_700_000_000_000,
    "tags": ["a"],
    "counts": {"k": 2},
    "note": None,
    "raw": b"\x00\xff",
    "ratio": struct.unpack(">f", struct.pack(">f", 42.42))[0],
    "color": "RED",
}


def test_json_schema_of_every_type() -> None:
    properties = json.loads(json_schema(from_avro(AVRO)))["properties"]
    assert properties["price"] == {
        "type": "number",
        "title": "org.apache.kafka.connect.data.Decimal",
        "connect.type": "bytes",
        "connect.version": 1,
        "connect.parameters": {"scale": "2", "connect.decimal.precision": "4"},
        "connect.index": 0,
    }
    assert properties["at"]["title"] == "org.apache.kafka.connect.data.Timestamp"
    assert properties["tags"] == {"type": "array", "items": {"type": "string"}, "connect.index": 2}
    assert properties["counts"] == {
        "type": "object",
        "connect.type": "map",
        "additionalProperties": {"type": "integer", "connect.type": "int64"},
        "connect.index": 3,
    }
    assert properties["note"] == {"oneOf": [{"type": "null"}, {"type": "string"}], "connect.index": 4}
    assert properties["raw"] == {"type": "string", "connect.type": "bytes", "connect.index": 5}


def test_json_of_every_type() -> None:
    schema = from_avro(AVRO)
    written = json.loads(json_writer(schema, "BASE64")(VALUE))
    assert written["price"] == base64.b64encode(b"\x80").decode()  # -128 fits one byte
    assert written["raw"] == base64.b64encode(b"\x00\xff").decode()
    assert written["ratio"] == 42.42
    assert {name: written[name] for name in ("at", "tags", "counts", "note", "color")} == {
        name: VALUE[name] for name in ("at", "tags", "counts", "note", "color")
    }
    assert json.loads(json_writer(schema, "NUMERIC")(VALUE))["price"] == -1.28


@pytest.mark.parametrize(
    ("price", "unscaled"), [("1.27", b"\x7f"), ("1.28", b"\x00\x80"), ("0.00", b"\x00"), ("-1.29", b"\xff\x7f")]
)
def test_decimals_are_the_shortest_twos_complement(price: str, unscaled: bytes) -> None:
    written = json.loads(json_writer(from_avro(AVRO), "BASE64")({**VALUE, "price": Decimal(price)}))
    assert base64.b64decode(written["price"]) == unscaled


def test_avro_is_read_back_with_the_registered_schema() -> None:
    schema = from_avro(AVRO)
    registered = json.loads(avro_schema(schema))
    assert registered["connect.name"] == "n.all"
    assert registered["fields"][0]["type"]["connect.name"] == "org.apache.kafka.connect.data.Decimal"
    assert registered["fields"][7]["type"]["symbols"] == ["RED", "BLUE"]
    found = fastavro.schemaless_reader(io.BytesIO(avro_writer(schema)(VALUE)), fastavro.parse_schema(registered))
    assert isinstance(found, dict)
    assert {**found, "at": int(found["at"].timestamp() * 1000)} == VALUE


def test_cast_as_kafka_casts() -> None:
    cast = CastValue("a:int8, b:string, c:boolean, d:float64, e:int32, f:float32, missing:string")
    record = {"a": 300, "b": Decimal("1.50"), "c": "TRUE", "d": "2.5", "e": -1.9, "f": 42.42, "z": 1}
    assert cast.value(record) == {"a": 44, "b": "1.50", "c": True, "d": 2.5, "e": -1, "f": 42.41999816894531, "z": 1}
    with pytest.raises(DataPlaneError, match="'x' of a cannot become int8"):
        cast.value({"a": "x"})
    assert cast.value({"a": None}) == {"a": None}


# Settings -------------------------------------------------------------------------------------------------------------


def test_the_tutorials_settings_are_right() -> None:
    assert check(connector_config()) == {}
    config = read(connector_config())
    assert (config.topic, config.max_interval, config.tasks, config.principal) == ("product-updates", 25.0, 1, "sa-123")


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("connector.class", "S3_SINK", "one of DatagenSource"),
        ("kafka.topic", None, "Missing required"),
        ("kafka.topic", "a/b", "letters, digits"),
        ("kafka.service.account.id", "", "Missing required"),
        ("kafka.auth.mode", "OAUTH", "KAFKA_API_KEY, SERVICE_ACCOUNT"),
        ("output.data.format", "PROTOBUF", "AVRO, JSON, JSON_SR"),
        ("tasks.max", "0", "from 1 to"),
        ("tasks.max", None, "Missing required"),
        ("max.interval", "-1", "from 0 to"),
        ("max.interval", "soon", "whole number"),
        ("schema.string", None, "Missing required"),
        ("schema.string", "{", "no valid JSON"),
        ("schema.string", '"int"', "of type record"),
        ("schema.string", '{"type":"record","name":"r","fields":[{"name":"a","type":"nope"}]}', "nope"),
        (
            "schema.string",
            '{"type":"record","name":"r","fields":[{"name":"a","type":["int","string"]}]}',
            "besides null",
        ),
        ("schema.keyfield", "nope", "no field nope"),
        ("errors.tolerance", "some", "none, all"),
        ("schema.context.name", "other", "only has schema.context.name = default"),
        ("value.converter.decimal.format", "HEX", "BASE64, NUMERIC"),
        ("transforms.castPrice.type", "org.apache.kafka.connect.transforms.MaskField$Value", "Cast"),
        ("transforms.castPrice.spec", "price:decimal", "no type to cast to"),
        ("transforms.castPrice.spec", "price", "price:float64"),
        ("transforms.castPrice.spec", None, "Missing required"),
        ("max.intervall", "5", "no setting max.intervall"),
    ],
)
def test_a_wrong_setting_gets_a_message_of_its_own(setting: str, value: str | None, complaint: str) -> None:
    config = connector_config()
    config.pop(setting, None)
    if value is not None:
        config[setting] = value
    errors = check(config)
    assert list(errors) == [setting]
    assert complaint in errors[setting][0]
    with pytest.raises(InvalidError, match=re.escape(complaint)):
        read(config)


def test_the_tutorials_own_connector_file_is_taken() -> None:
    """Settings that the cloud's console writes into every connector, with the only values that have an effect here."""
    written = {
        "value.converter.replace.null.with.default": "true",
        "value.converter.reference.subject.name.strategy": "DefaultReferenceSubjectNameStrategy",
        "value.converter.schemas.enable": "false",
        "value.converter.ignore.default.for.nullables": "false",
        "value.converter.value.subject.name.strategy": "TopicNameStrategy",
        "key.converter.key.subject.name.strategy": "TopicNameStrategy",
    }
    assert check({**connector_config(), **written}) == {}
    errors = check({**connector_config(), **written, "value.converter.schemas.enable": "true"})
    assert errors == {
        "value.converter.schemas.enable": ["The local cloud only has value.converter.schemas.enable = false, not true."]
    }


@pytest.mark.parametrize("output", ["AVRO", "JSON", "JSON_SR"])
def test_numbers_within_options_have_their_own_types(output: str) -> None:
    inner = {"type": "record", "name": "L", "fields": [{"name": "p", "type": "double"}, {"name": "n", "type": "long"}]}
    line = {**inner, "arg.properties": {"options": [{"p": 1.5, "n": 2}]}}
    prices = {"type": "array", "items": "float", "arg.properties": {"options": [[0.5, 1.5]]}}
    rates = {"type": "map", "values": ["null", "double"], "arg.properties": {"options": [{"a": 2.5}]}}
    fields = [{"name": "o", "type": line}, {"name": "l", "type": prices}, {"name": "m", "type": rates}]
    schema = json.dumps({"type": "record", "name": "R", "fields": fields})
    changes = {"schema.string": schema, "output.data.format": output, "transforms": ""}
    given = connector_config(**changes)
    for setting in ("transforms.castPrice.type", "transforms.castPrice.spec"):
        given.pop(setting)
    config = read(given)
    record = RandomGenerator(config.source, random.Random(1)).generate()
    assert record == {"o": {"p": 1.5, "n": 2}, "l": [0.5, 1.5], "m": {"a": 2.5}}
    assert not isinstance(record["m"]["a"], Decimal)
    payload = value_writer(config, None if output == "JSON" else 7)(record)
    assert output == "AVRO" or json.loads(payload[0 if output == "JSON" else 5 :]) == record


def test_a_number_within_an_option_fits_its_type() -> None:
    line = {"type": "record", "name": "L", "fields": [{"name": "n", "type": "int"}]}
    field = {"name": "o", "type": {**line, "arg.properties": {"options": [{"n": 1.5}]}}}
    schema = json.dumps({"type": "record", "name": "R", "fields": [field]})
    assert "field o.n: " in check(connector_config(**{"schema.string": schema}))["schema.string"][0]


def test_comments_within_a_schema_are_no_part_of_it() -> None:
    commented = PRODUCT_SCHEMA.replace('"fields"', '// every field\n "doc": "http://a/*b*/", /* "more": */ "fields"', 1)
    config = read(connector_config(**{"schema.string": commented}))
    assert config.source["doc"] == "http://a/*b*/"
    assert list(config.schema.fields) == [*PRODUCT_FIELDS, "price"]


def quickstart_config(name: str, **changes: str) -> dict[str, str]:
    config = {**connector_config(), "quickstart": name, "output.data.format": "AVRO", **changes}
    for setting in ("schema.string", "transforms", "transforms.castPrice.type", "transforms.castPrice.spec"):
        config.pop(setting)
    return config


@pytest.mark.parametrize("output", ["AVRO", "JSON", "JSON_SR"])
@pytest.mark.parametrize("name", names())
def test_every_quickstart_is_generated_and_written(name: str, output: str) -> None:
    config = read(quickstart_config(name, **{"output.data.format": output}))
    write = value_writer(config, None if output == "JSON" else 7)
    made = RandomGenerator(config.source, random.Random(1))
    records = [made.generate() for _ in range(50)]
    payloads = [write(record) for record in records]
    assert config.key_field in config.schema.fields
    assert all(set(record) == set(config.schema.fields) for record in records)
    if output == "AVRO":
        registered = fastavro.parse_schema(json.loads(avro_schema(config.schema)))
        read_back = fastavro.schemaless_reader(io.BytesIO(payloads[0][5:]), registered)
        assert isinstance(read_back, dict)
        assert list(read_back) == list(config.schema.fields)
    else:
        assert list(json.loads(payloads[0][5 if output == "JSON_SR" else 0 :])) == list(config.schema.fields)


@pytest.mark.parametrize(
    ("name", "key", "fields"),
    [
        ("ORDERS", "orderid", {"ordertime": "int64", "orderid": "int32", "itemid": "string", "orderunits": "float64"}),
        ("users", "userid", {"registertime": "int64", "userid": "string", "regionid": "string", "gender": "string"}),
        ("PAGEVIEWS", "viewtime", {"viewtime": "int64", "userid": "string", "pageid": "string"}),
        ("STOCK_TRADES", "symbol", {"side": "string", "quantity": "int32", "symbol": "string", "price": "int32"}),
        ("SHOES", "id", {"id": "string", "brand": "string", "name": "string", "sale_price": "int32"}),
    ],
)
def test_a_quickstart_has_the_fields_that_statements_read(name: str, key: str, fields: dict[str, str]) -> None:
    config = read(quickstart_config(name))
    assert config.key_field == key
    assert {field: config.schema.fields[field].type for field in fields} == fields


def test_a_quickstart_is_one_of_those_there_are_and_the_only_schema() -> None:
    assert check(quickstart_config("ORDER"))["quickstart"][0].startswith(
        "Invalid value ORDER for configuration quickstart: it must be one of CAMPAIGN_FINANCE, CLICKSTREAM,"
    )
    both = {**connector_config(), "quickstart": "ORDERS"}
    assert check(both) == {
        "quickstart": ["The settings quickstart and schema.string exclude one another: give one of them."]
    }
    other_key = read(quickstart_config("ORDERS", **{"schema.keyfield": "itemid"}))
    assert other_key.key_field == "itemid"


def test_every_wrong_setting_is_reported_at_once_and_no_secret_is() -> None:
    config = {**connector_config(), "kafka.auth.mode": "KAFKA_API_KEY", "kafka.api.secret": "hush", "tasks.max": "x"}
    errors = check(config)
    assert set(errors) == {"kafka.api.key", "tasks.max"}
    assert "hush" not in str(errors)
    good = {**config, "kafka.api.key": "K", "tasks.max": "1"}
    assert "hush" not in repr(read(good))
