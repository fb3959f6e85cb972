"""What is the local cloud's own: ``/healthz`` and ``/local/v1/status``."""

from fastapi import APIRouter, Depends
from pydantic import Field

from localcloud.api.bodies import Body
from localcloud.api.callers import TheCloud, admin_key
from localcloud.api.replies import Json
from localcloud.control.status import status
from localcloud.version import SERVICE, VERSION

router = APIRouter()


class FaultsBody(Body):
    """What is to go wrong from now on; what is not named is as it should be."""

    rights_delay: float = Field(0.0, alias="rights-delay")


@router.get("/healthz")
async def health(cloud: TheCloud) -> Json:
    """Whether it is up and ready; for everyone."""
    return Json({"service": SERVICE, "version": VERSION, "ready": cloud.is_ready, "detail": cloud.detail})


@router.get("/local/v1/status", dependencies=[Depends(admin_key)])
def read_status(cloud: TheCloud) -> Json:
    """What runs where."""
    return Json({"service": SERVICE, "version": VERSION, **status(cloud)})


@router.get("/local/v1/faults", dependencies=[Depends(admin_key)])
def read_faults(cloud: TheCloud) -> Json:
    """What goes wrong on purpose."""
    return Json({"rights-delay": cloud.faults.rights_delay})


@router.put("/local/v1/faults", dependencies=[Depends(admin_key)])
def set_faults(body: FaultsBody, cloud: TheCloud) -> Json:
    """Let things go wrong on purpose, until the next start."""
    cloud.set_rights_delay(body.rights_delay)
    return Json({"rights-delay": cloud.faults.rights_delay})
