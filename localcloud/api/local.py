"""What is the local cloud's own: ``/healthz`` and ``/local/v1/status``."""

from fastapi import APIRouter, Depends

from localcloud.api.callers import TheCloud, admin_key
from localcloud.api.replies import Json
from localcloud.control.status import status
from localcloud.version import SERVICE, VERSION

router = APIRouter()


@router.get("/healthz")
async def health(cloud: TheCloud) -> Json:
    """Whether it is up and ready; for everyone."""
    return Json({"service": SERVICE, "version": VERSION, "ready": cloud.is_ready, "detail": cloud.detail})


@router.get("/local/v1/status", dependencies=[Depends(admin_key)])
def read_status(cloud: TheCloud) -> Json:
    """What runs where."""
    return Json({"service": SERVICE, "version": VERSION, **status(cloud)})
