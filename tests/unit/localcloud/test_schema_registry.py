"""Schema Registry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local

AVRO = json.dumps({"type": "record", "name": "R", "fields": []})
OTHER = json.dumps({"type": "string"})
JSON_SCHEMA = json.dumps({"type": "object"})


@pytest.fixture
def registry(local: Local) -> str:
    """Return the path of a Schema Registry."""
    env = local.environment()
    local.cluster(env)
    return f"/schema-registry/{local.registry(env)}"


def test_schemas_are_registered_and_read_in_every_way(local: Local, registry: str) -> None:
    path = f"{registry}/subjects/orders-value"
    made = local.call("POST", f"{path}/versions", {"schema": AVRO})
    assert local.call("POST", f"{path}/versions", {"schema": AVRO, "schemaType": "AVRO"}) == made
    second = local.call("POST", f"{path}/versions", {"schema": OTHER})
    assert local.call("GET", f"{path}/versions") == [1, 2]
    first = {"subject": "orders-value", "version": 1, "id": made["id"], "schema": AVRO}
    assert local.call("GET", f"{path}/versions/1") == first
    assert local.call("GET", f"{path}/versions/latest")["id"] == second["id"]
    assert local.call("GET", f"{path}/versions/1/schema") == json.loads(AVRO)
    assert local.call("POST", path, {"schema": AVRO}) == first
    assert local.call("GET", f"{registry}/schemas/ids/{made['id']}") == {"schema": AVRO}
    assert local.call("GET", f"{registry}/schemas/ids/{made['id']}/schema") == json.loads(AVRO)
    assert local.call("GET", f"{registry}/schemas/ids/{made['id']}/subjects") == ["orders-value"]
    versions = local.call("GET", f"{registry}/schemas/ids/{made['id']}/versions")
    assert versions == [{"subject": "orders-value", "version": 1}]


def test_schemas_are_listed(local: Local, registry: str) -> None:
    for subject in ("orders-key", "orders-value", "users-value"):
        for schema in (JSON_SCHEMA, json.dumps({"type": "array"})):
            body = {"schema": schema, "schemaType": "JSON"}
            local.call("POST", f"{registry}/subjects/{subject}/versions", body)
    assert local.call("GET", f"{registry}/subjects") == ["orders-key", "orders-value", "users-value"]
    assert local.call("GET", f"{registry}/subjects?subjectPrefix=users") == ["users-value"]
    listed = local.call("GET", f"{registry}/schemas?subjectPrefix=orders-")
    assert len(listed) == 4
    assert {one["schemaType"] for one in listed} == {"JSON"}
    assert len(local.call("GET", f"{registry}/schemas?subjectPrefix=orders-&latestOnly=true")) == 2
    assert local.call("GET", f"{registry}/schemas/types") == ["JSON", "AVRO"]


def test_schemas_are_deleted(local: Local, registry: str) -> None:
    path = f"{registry}/subjects/s"
    for schema in (AVRO, OTHER):
        local.call("POST", f"{path}/versions", {"schema": schema})
    assert local.call("DELETE", f"{path}/versions/latest?permanent=false") == 2
    assert local.call("DELETE", path) == [1]
    assert local.call("GET", f"{registry}/subjects") == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/subjects/nowhere/versions", None, 404, 40401),
        ("GET", "/subjects/nowhere/versions/1", None, 404, 40401),
        ("GET", "/subjects/s/versions/9", None, 404, 40402),
        ("GET", "/subjects/s/versions/first", None, 422, 42202),
        ("GET", "/schemas/ids/999999", None, 404, 40403),
        ("POST", "/subjects/nowhere", {"schema": AVRO}, 404, 40401),
        ("POST", "/subjects/s", {"schema": OTHER}, 404, 40403),
        ("POST", "/subjects/s/versions", {"schema": "{"}, 422, 42201),
        ("POST", "/subjects/s/versions", {}, 422, 42201),
        ("DELETE", "/subjects/nowhere", None, 404, 40401),
        ("DELETE", "/subjects/s?permanent=true", None, 404, 40405),
        ("PUT", "/config", {"compatibility": "SOMETIMES"}, 422, 42203),
        ("PUT", "/mode", {"mode": "SOMETIMES"}, 422, 42204),
        ("GET", "/config/s", None, 404, 40408),
        ("GET", "/mode/s", None, 404, 40409),
        ("POST", "/compatibility/subjects/s/versions/9", {"schema": AVRO}, 404, 40402),
    ],
)
def test_refusals_have_the_registrys_codes(  # noqa: PLR0917 - one column each
    local: Local, registry: str, method: str, path: str, body: Any, status: int, code: int
) -> None:
    local.call("POST", f"{registry}/subjects/s/versions", {"schema": AVRO})
    refused = local.call(method, registry + path, body, status=status)
    assert refused["error_code"] == code
    assert refused["message"]


def test_an_unknown_registry(local: Local) -> None:
    assert local.call("GET", "/schema-registry/lsrc-nowhere/subjects", status=404)["error_code"] == 404


def test_no_topic_has_subjects_of_another_name(local: Local, registry: str) -> None:
    path = "/associations/resources/-/orders?resourceType=topic&associationType=value"
    assert local.call("GET", registry + path) == []


def test_compatibility_levels(local: Local, registry: str) -> None:
    assert local.call("GET", f"{registry}/config") == {"compatibilityLevel": "BACKWARD"}
    assert local.call("PUT", f"{registry}/config/s", {"compatibility": "FULL"}) == {"compatibility": "FULL"}
    assert local.call("GET", f"{registry}/config/s?defaultToGlobal=false") == {"compatibilityLevel": "FULL"}
    assert local.call("DELETE", f"{registry}/config/s") == {"compatibilityLevel": "FULL"}
    assert local.call("GET", f"{registry}/config/s?defaultToGlobal=true") == {"compatibilityLevel": "BACKWARD"}


def test_a_schema_that_clashes_is_told_and_refused(local: Local, registry: str) -> None:
    path, versions = f"{registry}/compatibility/subjects/s/versions", f"{registry}/subjects/s/versions"
    local.call("POST", versions, {"schema": AVRO})
    assert local.call("POST", f"{path}/latest", {"schema": OTHER}) == {"is_compatible": True}
    local.plane.registry.said = ["they differ"]
    told = {"is_compatible": False, "messages": ["they differ"]}
    assert local.call("POST", f"{path}?verbose=true", {"schema": OTHER}) == told
    refused = local.call("POST", versions, {"schema": OTHER}, status=409)
    assert refused["error_code"] == 409
    assert "they differ" in refused["message"]
    local.call("POST", versions, {"schema": AVRO})


def test_a_read_only_registry_takes_no_schema(local: Local, registry: str) -> None:
    assert local.call("GET", f"{registry}/mode") == {"mode": "READWRITE"}
    local.call("PUT", f"{registry}/mode", {"mode": "READONLY"})
    path = f"{registry}/subjects/s/versions"
    assert local.call("POST", path, {"schema": AVRO}, status=422)["error_code"] == 42205
    local.call("PUT", f"{registry}/mode/s", {"mode": "READWRITE"})
    local.call("POST", path, {"schema": AVRO})
    assert local.call("DELETE", f"{registry}/mode/s") == {"mode": "READWRITE"}
    assert local.call("GET", f"{registry}/mode/s?defaultToGlobal=true") == {"mode": "READONLY"}


def test_a_type_of_its_own_content_is_read_too(local: Local, registry: str) -> None:
    reply = local.client.post(
        f"{registry}/subjects/s/versions",
        content=json.dumps({"schema": AVRO}),
        headers={"Content-Type": "application/vnd.schemaregistry.v1+json"},
        auth=local.admin,
    )
    assert reply.status_code == 200
