"""Kafka REST: records of a topic (``/kafka/v3/.../records``)."""

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime, Field, ValidationError

from localcloud.api.access.bodies import DEEPEST, Body, JsonRoute, told
from localcloud.api.access.callers import TheCloud, kafka_key
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import ControlError, InvalidError
from localcloud.control.kafka.topics import KafkaRecord, NewRecord
from localcloud.json_size import is_deeper

router = APIRouter(
    route_class=JsonRoute,
    prefix="/kafka/v3/clusters/{cluster_id}/topics/{name}/records",
    dependencies=[Depends(kafka_key)],
)

BAD_REQUEST = 400
_BLANKS = re.compile(r"[ \t\r\n]*")
WRITTEN = 200


class HeaderBody(Body):
    """A header of a record; its value is in base64."""

    name: str
    value: str | None = None


class DataBody(Body):
    """A key, or a value."""

    type: str | None = None
    data: Any = None


class RecordBody(Body):
    """A record to be written."""

    partition_id: int | None = Field(default=None, ge=0, lt=1 << 31)
    headers: list[HeaderBody] = Field(default_factory=list)
    key: DataBody | None = None
    value: DataBody | None = None
    timestamp: AwareDatetime | None = None


@router.post("")
async def produce_records(cluster_id: str, name: str, request: Request, cloud: TheCloud) -> Response:
    """Write records, one JSON document each; each is answered with a report that has an ``error_code`` of its own."""
    reports = await run_in_threadpool(_write_all, cloud, cluster_id, name, await request.body())
    text = "\n".join(json.dumps(report, separators=(",", ":")) for report in reports)
    return Response(text, media_type="application/json")


def _write_all(cloud: Cloud, cluster_id: str, name: str, body: bytes) -> list[dict[str, Any]]:
    records = [_checked(document) for document in _documents(body)]
    cloud.topics.get(cluster_id, name)
    return [_report(cloud, cluster_id, name, record) for record in records]


def _documents(body: bytes) -> list[Any]:
    """Return the JSON documents that stand one behind the other; :class:`InvalidError` if one cannot be read."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _unreadable("it is not in UTF-8") from None
    decoder, found, at = json.JSONDecoder(parse_constant=_no_number), [], _begin(text, 0)
    while at < len(text):
        try:
            document, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _unreadable(f"{error.msg} at character {error.pos}") from None
        except RecursionError:
            raise _unreadable("it is nested too deeply") from None
        found.append(document)
        at = _begin(text, end)
    if not found:
        raise _unreadable("it is empty")
    return found


def _begin(text: str, at: int) -> int:
    return at if (blanks := _BLANKS.match(text, at)) is None else blanks.end()


def _no_number(word: str) -> NoReturn:
    raise _unreadable(f"{word} is no JSON")


def _unreadable(why: str) -> InvalidError:
    return InvalidError(f"The body is no record as JSON: {why}.", error_code=BAD_REQUEST)


def _checked(document: Any) -> RecordBody:
    if is_deeper(document, DEEPEST):
        raise _unreadable("it is nested too deeply")
    try:
        return RecordBody.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _unreadable(f"{place or 'the document'}: {told(first)}") from None


def _report(cloud: Cloud, cluster_id: str, name: str, body: RecordBody) -> dict[str, Any]:
    """Write a record, return its report: what has gone wrong with this one alone is in it."""
    try:
        record = NewRecord(
            key=_bytes("key", body.key),
            value=_bytes("value", body.value),
            headers=[(header.name, _base64(f"header {header.name}", header.value)) for header in body.headers],
            partition=body.partition_id,
            timestamp=None if body.timestamp is None else int(body.timestamp.timestamp() * 1000),
        )
        written = cloud.topics.write(cluster_id, name, record)
    except ControlError as error:
        return {"error_code": BAD_REQUEST if isinstance(error, InvalidError) else 500, "message": str(error)}
    return {
        "error_code": WRITTEN,
        "cluster_id": cluster_id,
        "topic_name": name,
        "partition_id": written.partition,
        "offset": written.offset,
        "timestamp": _moment(written),
        **_sizes(body, written),
    }


def _bytes(part: str, given: DataBody | None) -> bytes | None:
    """Return a key or a value as Kafka has it: ``None`` for null, of any type."""
    if given is None or given.data is None:
        return None
    kind, data = (given.type or "").upper(), given.data
    if kind == "BINARY":
        return _base64(part, data)
    if kind == "STRING":
        return (data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)).encode()
    if kind == "JSON":
        try:
            return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (ValueError, UnicodeEncodeError):
            raise InvalidError(f"Bad Request: the {part} has a number or a character that is no JSON.") from None
    raise InvalidError(
        f"Bad Request: the {part} needs a type: BINARY, JSON or STRING. Schemas are not supported by this call:"
        " write with a serializer of the Schema Registry instead."
    )


def _base64(part: str, data: Any) -> bytes | None:
    if data is None:
        return None
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise InvalidError(f"Bad Request: the data of the {part} is not a base64 string.") from None


def _sizes(body: RecordBody, written: KafkaRecord) -> dict[str, Any]:
    parts = (("key", body.key, written.key), ("value", body.value, written.value))
    return {
        part: {"type": (given.type or "").upper(), "size": len(data)}
        for part, given, data in parts
        if given is not None and data is not None
    }


def _moment(record: KafkaRecord) -> str:
    moment = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
