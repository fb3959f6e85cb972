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


def test_what_is_deleted_is_listed_on_demand_until_it_is_deleted_for_good(local: Local, registry: str) -> None:
    path = f"{registry}/subjects/s"
    for subject, schema in (("s", AVRO), ("s", OTHER), ("gone", AVRO)):
        made = local.call("POST", f"{registry}/subjects/{subject}/versions", {"schema": schema})
    local.call("DELETE", f"{path}/versions/2")
    local.call("DELETE", f"{registry}/subjects/gone")
    listed = {
        f"{registry}/subjects": (["s"], ["gone", "s"], ["gone"]),
        f"{path}/versions": ([1], [1, 2], [2]),
        f"{registry}/subjects/gone/versions": (None, [1], [1]),
    }
    for place, (live, every, deleted) in listed.items():
        if live is not None:
            assert local.call("GET", place) == live
        assert local.call("GET", f"{place}?deleted=true") == every
        assert local.call("GET", f"{place}?deletedOnly=true") == deleted
        assert local.call("GET", f"{place}?deletedOnly=true&deleted=true") == deleted
    assert len(local.call("GET", f"{registry}/schemas")) == 1
    assert len(local.call("GET", f"{registry}/schemas?deleted=true")) == 3
    assert local.call("GET", f"{registry}/schemas/ids/{made['id']}/subjects") == ["s"]
    assert local.call("GET", f"{registry}/schemas/ids/{made['id']}/subjects?deleted=true") == ["gone", "s"]
    assert len(local.call("GET", f"{registry}/schemas/ids/{made['id']}/versions?deleted=true")) == 2
    assert local.call("GET", f"{path}/versions/2?deleted=true")["schema"] == OTHER
    assert local.call("GET", f"{path}/versions/2/schema?deleted=true") == json.loads(OTHER)
    assert local.call("POST", f"{path}?deleted=true", {"schema": OTHER})["version"] == 2
    assert local.call("DELETE", f"{path}/versions/2?permanent=true") == 2
    assert local.call("GET", f"{path}/versions?deleted=true") == [1]


def test_lists_are_paged(local: Local, registry: str) -> None:
    for subject in ("a", "b", "c"):
        local.call("POST", f"{registry}/subjects/{subject}/versions", {"schema": AVRO})
    assert local.call("GET", f"{registry}/subjects?offset=1") == ["b", "c"]
    assert local.call("GET", f"{registry}/subjects?offset=1&limit=1") == ["b"]
    assert local.call("GET", f"{registry}/subjects?limit=-1") == ["a", "b", "c"]
    assert [one["subject"] for one in local.call("GET", f"{registry}/schemas?limit=2")] == ["a", "b"]
    assert "limit" in local.call("GET", f"{registry}/subjects?limit=few", status=400)["message"]


def test_a_mode_goes_with_the_last_version(local: Local, registry: str) -> None:
    path = f"{registry}/subjects/s/versions"
    local.call("POST", path, {"schema": AVRO})
    local.call("PUT", f"{registry}/mode/s", {"mode": "READWRITE"})
    local.call("DELETE", f"{path}/1")
    assert local.call("GET", f"{registry}/mode/s") == {"mode": "READWRITE"}
    local.call("DELETE", f"{path}/1?permanent=true")
    assert local.call("GET", f"{registry}/mode/s", status=404)["error_code"] == 40409


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
        ("POST", "/subjects/s/versions", {"schema": 'syntax = "proto3";', "schemaType": "PROTOBUF"}, 422, 42201),
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


def test_why_nothing_is_deleted_has_its_code(local: Local, registry: str) -> None:
    for subject in ("s", "gone", "used"):
        local.call("POST", f"{registry}/subjects/{subject}/versions", {"schema": AVRO})
    references = [{"name": "used", "subject": "used", "version": 1}]
    local.call("POST", f"{registry}/subjects/user/versions", {"schema": AVRO, "references": references})
    local.call("DELETE", f"{registry}/subjects/gone")
    expected = {
        "gone": (404, 40404),
        "used": (422, 42206),
        "used/versions/1": (422, 42206),
        "gone/versions/1": (404, 40406),
        "gone/versions/latest": (404, 40402),
        "s/versions/1?permanent=true": (404, 40407),
        "s/versions/9?permanent=true": (404, 40402),
        "s/versions/first?permanent=true": (422, 42202),
        "nowhere/versions/1?permanent=true": (404, 40401),
    }
    for path, (status, code) in expected.items():
        assert local.call("DELETE", f"{registry}/subjects/{path}", status=status)["error_code"] == code, path
    for path in ("gone/versions", "gone/versions/1"):
        assert local.call("GET", f"{registry}/subjects/{path}", status=404)["error_code"] == 40401


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
    path = f"{registry}/subjects/s/versions"
    local.call("POST", path, {"schema": OTHER})
    assert local.call("GET", f"{registry}/mode") == {"mode": "READWRITE"}
    local.call("PUT", f"{registry}/mode", {"mode": "READONLY"})
    assert local.call("POST", path, {"schema": AVRO}, status=422)["error_code"] == 42205
    for place in (f"{path}/1", path.removesuffix("/versions")):
        assert local.call("DELETE", place, status=422)["error_code"] == 42205
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
