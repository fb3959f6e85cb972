"""A schema that is none is refused with the registry's code, and nothing is registered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("kind", "schema", "said"),
    [
        ("AVRO", {"type": "record", "name": "r"}, "the record 'r' needs 'fields'"),
        ("AVRO", {"type": "record", "name": "a-b", "fields": []}, "a name has letters, digits and _"),
        ("AVRO", "text", "the type 'text'"),
        ("JSON", {"properties": {"id": {"type": "int"}}}, "#/properties/id/type"),
        ("PROTOBUF", {}, "Schemas of type PROTOBUF are not supported here: use AVRO or JSON."),
    ],
)
@pytest.mark.parametrize("path", ["subjects/mistaken/versions", "compatibility/subjects/mistaken/versions"])
def test_what_is_no_schema_is_refused(cloud: LocalCloud, path: str, kind: str, schema: Any, said: str) -> None:
    body = {"schema": json.dumps(schema), "schemaType": kind}
    reply = cloud.send("POST", f"/schema-registry/{cloud.registry}/{path}", body)
    assert (reply.status_code, reply.json()["error_code"]) == (422, 42201)
    assert said in reply.json()["message"]
    assert "mistaken" not in cloud.call("GET", f"/schema-registry/{cloud.registry}/subjects")
