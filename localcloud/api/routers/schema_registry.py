"""Schema Registry: subjects, versions, ids (``/schema-registry/{lsrc}/...``)."""

import json
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from localcloud.api.access.authorization_data import may_read
from localcloud.api.access.bodies import Body, JsonRoute
from localcloud.api.access.callers import RegistryCaller, TheCloud, registry_key
from localcloud.api.http.replies import Json
from localcloud.control.access.authentication import Caller
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import ForbiddenError, InvalidError, UnprocessableError
from localcloud.control.kafka.schemas import INVALID_SCHEMA, Deleted, SchemaVersion

router = APIRouter(route_class=JsonRoute, prefix="/schema-registry/{registry_id}", dependencies=[Depends(registry_key)])

TYPES = ("JSON", "AVRO")
T = TypeVar("T")


class SchemaBody(Body):
    """A schema; Avro unless it says otherwise."""

    # "schema" is a method of every pydantic model, so the field cannot have the name that it has on the wire.
    text: str = Field("", alias="schema")
    type: str = Field("AVRO", alias="schemaType")
    references: list[dict[str, Any]] = Field(default_factory=list)


@router.get("/subjects")
def list_subjects(registry_id: str, request: Request, cloud: TheCloud, caller: RegistryCaller) -> Json:
    """Subjects that the caller may read; ``deleted=true`` adds deleted ones, ``deletedOnly=true`` has only them."""
    may = may_read(cloud, caller, registry_id)
    found = cloud.schemas.subjects(registry_id, request.query_params.get("subjectPrefix", ""), _deleted(request))
    return Json(_page(request, [one for one in found if may(one)]))


@router.post("/subjects/{subject}")
def look_up(registry_id: str, subject: str, body: SchemaBody, request: Request, cloud: TheCloud) -> Json:
    """The version of a subject that holds this schema, with ``deleted=true`` also a deleted one."""
    deleted = _flag(request, "deleted")
    return Json(_version(cloud.schemas.find(registry_id, subject, body.text, body.type, deleted=deleted)))


@router.delete("/subjects/{subject}")
def delete_subject(registry_id: str, subject: str, request: Request, cloud: TheCloud) -> Json:
    """Soft-delete a subject with all its versions; ``permanent=true`` hard-deletes a soft-deleted one."""
    return Json(cloud.schemas.delete_subject(registry_id, subject, permanent=_flag(request, "permanent")))


@router.get("/subjects/{subject}/versions")
def list_versions(registry_id: str, subject: str, request: Request, cloud: TheCloud) -> Json:
    """Version numbers of a subject; ``deleted=true`` adds deleted ones, ``deletedOnly=true`` has only them."""
    return Json(_page(request, cloud.schemas.versions(registry_id, subject, _deleted(request))))


@router.post("/subjects/{subject}/versions")
def register(registry_id: str, subject: str, body: SchemaBody, cloud: TheCloud) -> Json:
    """Register a schema."""
    if not body.text:
        raise UnprocessableError("Empty schema: send it as text, under schema.", error_code=INVALID_SCHEMA)
    made = cloud.schemas.register(registry_id, subject, body.text, body.type, body.references)
    # Clients cache this reply in place of the schema itself, so it has the type and the references, too.
    return Json({**_version(made), "schemaType": made.schema_type})


@router.get("/subjects/{subject}/versions/{version}")
def read_version(registry_id: str, subject: str, version: str, request: Request, cloud: TheCloud) -> Json:
    """One version: a number, or ``latest``; with ``deleted=true`` also a deleted one."""
    return Json(_version(cloud.schemas.version(registry_id, subject, version, deleted=_flag(request, "deleted"))))


@router.get("/subjects/{subject}/versions/{version}/schema")
def read_version_schema(registry_id: str, subject: str, version: str, request: Request, cloud: TheCloud) -> Json:
    """The schema of one version, alone."""
    return Json(_document(cloud.schemas.version(registry_id, subject, version, deleted=_flag(request, "deleted"))))


@router.delete("/subjects/{subject}/versions/{version}")
def delete_version(registry_id: str, subject: str, version: str, request: Request, cloud: TheCloud) -> Json:
    """Soft-delete one version; ``permanent=true`` hard-deletes a soft-deleted one."""
    permanent = _flag(request, "permanent")
    return Json(cloud.schemas.delete_version(registry_id, subject, version, permanent=permanent))


@router.post("/compatibility/subjects/{subject}/versions")
@router.post("/compatibility/subjects/{subject}/versions/{version}")
def check_compatibility(  # noqa: PLR0917 - path, query and body
    registry_id: str, subject: str, body: SchemaBody, request: Request, cloud: TheCloud, version: str | None = None
) -> Json:
    """Whether a schema is compatible with one version, or with those that the subject's level compares."""
    clashes = cloud.schemas.clashes(registry_id, subject, body.text, body.type, body.references, version=version)
    return Json({"is_compatible": not clashes, **({"messages": clashes} if _flag(request, "verbose") else {})})


@router.get("/schemas")
def list_schemas(registry_id: str, request: Request, cloud: TheCloud, caller: RegistryCaller) -> Json:
    """Every version of every subject with ``subjectPrefix``, or with ``latestOnly=true`` the last one of each."""
    prefix = request.query_params.get("subjectPrefix", "")
    latest_only, deleted = _flag(request, "latestOnly"), _flag(request, "deleted")
    found = cloud.schemas.all(registry_id, prefix, latest_only=latest_only, deleted=deleted)
    may = may_read(cloud, caller, registry_id)
    return Json(_page(request, [_version(version) for version in found if may(version.subject)]))


@router.get("/schemas/types")
def list_types(registry_id: str, cloud: TheCloud) -> Json:
    """The schema types that can be registered."""
    cloud.environments.registry(registry_id)
    return Json(TYPES)


@router.get("/schemas/ids/{schema_id}")
def read_schema(registry_id: str, schema_id: int, cloud: TheCloud, caller: RegistryCaller) -> Json:
    """A schema by its id."""
    _require_id(cloud, caller, registry_id, schema_id)
    found = _version(cloud.schemas.by_id(registry_id, schema_id))
    return Json({key: found[key] for key in ("schema", "schemaType", "references") if key in found})


@router.get("/schemas/ids/{schema_id}/schema")
def read_schema_text(registry_id: str, schema_id: int, cloud: TheCloud, caller: RegistryCaller) -> Json:
    """A schema by its id, alone."""
    _require_id(cloud, caller, registry_id, schema_id)
    return Json(_document(cloud.schemas.by_id(registry_id, schema_id)))


@router.get("/schemas/ids/{schema_id}/subjects")
def list_subjects_with(
    registry_id: str, schema_id: int, request: Request, cloud: TheCloud, caller: RegistryCaller
) -> Json:
    """The subjects that use a schema."""
    may = may_read(cloud, caller, registry_id)
    found = cloud.schemas.with_id(registry_id, schema_id, deleted=_flag(request, "deleted"))
    return Json(_page(request, sorted({one.subject for one in found if may(one.subject)})))


@router.get("/schemas/ids/{schema_id}/versions")
def list_versions_with(
    registry_id: str, schema_id: int, request: Request, cloud: TheCloud, caller: RegistryCaller
) -> Json:
    """The versions that are that schema."""
    may = may_read(cloud, caller, registry_id)
    found = cloud.schemas.with_id(registry_id, schema_id, deleted=_flag(request, "deleted"))
    return Json(_page(request, [{"subject": one.subject, "version": one.version} for one in found if may(one.subject)]))


@router.get("/associations/resources/{namespace}/{name}")
def list_associations(registry_id: str, namespace: str, name: str, cloud: TheCloud) -> Json:  # noqa: ARG001 - the path
    """Subjects explicitly associated with a topic: always none, so that clients derive them from the topic's name."""
    cloud.environments.registry(registry_id)
    return Json([])


def _require_id(cloud: Cloud, caller: Caller, registry_id: str, schema_id: int) -> None:
    """Require the right to read at least one of the subjects that use the schema."""
    if caller.is_internal:
        return
    may = may_read(cloud, caller, registry_id)
    used_by = sorted({version.subject for version in cloud.schemas.with_id(registry_id, schema_id)})
    if used_by and not any(may(subject) for subject in used_by):
        raise ForbiddenError(f"User is denied operation Read on Subject: {used_by[0]}", error_code=40301)


def _flag(request: Request, name: str) -> bool:
    return request.query_params.get(name, "").lower() == "true"


def _deleted(request: Request) -> Deleted:
    if _flag(request, "deletedOnly"):
        return Deleted.ONLY
    return Deleted.TOO if _flag(request, "deleted") else Deleted.NOT


def _page(request: Request, found: list[T]) -> list[T]:
    """Return the part of a list that ``offset`` and ``limit`` select; a negative limit is none, as in the API."""
    offset, limit = (_whole_number(request, name, default) for name, default in (("offset", 0), ("limit", -1)))
    return found[max(offset, 0) :][: limit if limit >= 0 else None]


def _whole_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise InvalidError(f"The query parameter {name} must be a whole number, not {text!r}.") from None


def _document(version: SchemaVersion) -> Any:
    return json.loads(version.schema)


def _version(version: SchemaVersion) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "subject": version.subject,
        "version": version.version,
        "id": version.id,
        "schema": version.schema,
    }
    if version.schema_type != "AVRO":  # to clients, a missing type means Avro
        shown["schemaType"] = version.schema_type
    if version.references:
        shown["references"] = [dict(reference) for reference in version.references]
    return shown
