"""Schema Registry: compatibility levels and modes (``/config``, ``/mode``)."""

from fastapi import APIRouter, Depends, Request

from localcloud.api.access.bodies import Body, JsonRoute
from localcloud.api.access.callers import TheCloud, registry_key
from localcloud.api.http.replies import Json

router = APIRouter(route_class=JsonRoute, prefix="/schema-registry/{registry_id}", dependencies=[Depends(registry_key)])


class LevelBody(Body):
    """A compatibility level."""

    compatibility: str


class ModeBody(Body):
    """A mode."""

    mode: str


@router.get("/config")
@router.get("/config/{subject}")
def read_level(registry_id: str, request: Request, cloud: TheCloud, subject: str = "") -> Json:
    """The level of a subject, or the global one; ``defaultToGlobal=true`` falls back to the global one."""
    level = cloud.schemas.compatibility(registry_id, subject, fall_back=_falls_back(request))
    return Json({"compatibilityLevel": level})


@router.put("/config")
@router.put("/config/{subject}")
def set_level(registry_id: str, body: LevelBody, cloud: TheCloud, subject: str = "") -> Json:
    """Set the level of a subject, or the global one."""
    cloud.schemas.set_compatibility(registry_id, subject, body.compatibility)
    return Json({"compatibility": body.compatibility})


@router.delete("/config")
@router.delete("/config/{subject}")
def reset_level(registry_id: str, cloud: TheCloud, subject: str = "") -> Json:
    """Clear the level of a subject, or the global one."""
    level = cloud.schemas.compatibility(registry_id, subject, fall_back=not subject)
    cloud.schemas.set_compatibility(registry_id, subject, None)
    return Json({"compatibilityLevel": level})


@router.get("/mode")
@router.get("/mode/{subject}")
def read_mode(registry_id: str, request: Request, cloud: TheCloud, subject: str = "") -> Json:
    """The mode of a subject, or the global one; ``defaultToGlobal=true`` falls back to the global one."""
    return Json({"mode": cloud.schemas.mode(registry_id, subject, fall_back=_falls_back(request))})


@router.put("/mode")
@router.put("/mode/{subject}")
def set_mode(registry_id: str, body: ModeBody, cloud: TheCloud, subject: str = "") -> Json:
    """Set the mode of a subject, or the global one."""
    cloud.schemas.set_mode(registry_id, subject, body.mode)
    return Json({"mode": body.mode})


@router.delete("/mode/{subject}")
def reset_mode(registry_id: str, subject: str, cloud: TheCloud) -> Json:
    """Clear the mode of a subject."""
    mode = cloud.schemas.mode(registry_id, subject, fall_back=False)
    cloud.schemas.set_mode(registry_id, subject, None)
    return Json({"mode": mode})


def _falls_back(request: Request) -> bool:
    return request.query_params.get("defaultToGlobal", "").lower() == "true"
