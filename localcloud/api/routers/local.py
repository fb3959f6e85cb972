"""The local cloud's own endpoints: ``/healthz`` and what begins with ``/local/v1/``."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from localcloud.api.access.bodies import Body, JsonRoute
from localcloud.api.access.callers import TheCloud, admin_key
from localcloud.api.http.replies import Json
from localcloud.api.http.tls_certificate import TRUST_STORE_PASSWORD
from localcloud.control.console.first_records import first_records
from localcloud.control.core.errors import InvalidError, UnavailableError
from localcloud.control.faults.rules import LARGEST_SEED, FaultError, HttpFault, read
from localcloud.control.status import status
from localcloud.ports import NoFreePortError
from localcloud.version import SERVICE, VERSION

router = APIRouter(route_class=JsonRoute)
_LONGEST_COUNT = 60.0
_MOST_RECORDS = 100


class FaultsBody(Body):
    """The faults to inject from now on, in place of all others; each an object or the words of the command line."""

    faults: list[Any] = Field(default_factory=list)
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)


@router.get("/healthz")
async def health(cloud: TheCloud) -> Json:
    """Whether the local cloud is ready, starting, or has failed to start; needs no key."""
    state = {"ready": cloud.is_ready, "failed": bool(cloud.failure), "detail": cloud.detail}
    return Json({"service": SERVICE, "version": VERSION, **state})


@router.get("/local/v1/status", dependencies=[Depends(admin_key)])
def read_status(cloud: TheCloud, seconds: Annotated[float, Query(ge=0, le=_LONGEST_COUNT)] = 0) -> Json:
    """Processes, ports, memory and phases; with ``seconds`` also records written a second, counted for that long."""
    return Json({"service": SERVICE, "version": VERSION, **status(cloud, seconds)})


@router.get("/local/v1/clusters/{cluster_id}/topics/{topic}/records", dependencies=[Depends(admin_key)])
def read_first_records(
    cluster_id: str,
    topic: str,
    cloud: TheCloud,
    count: Annotated[int, Query(ge=1, le=_MOST_RECORDS)] = 3,
    seconds: Annotated[float, Query(ge=0, le=_LONGEST_COUNT)] = 0,
) -> Json:
    """``count`` records of a topic, decoded; waits for them for at most that many ``seconds``."""
    return Json({"records": first_records(cloud, cluster_id, topic, count, seconds)})


@router.put("/local/v1/stores/{kind}", dependencies=[Depends(admin_key)])
def start_store(kind: str, cloud: TheCloud) -> Json:
    """Start the server of a store, if it does not run; answers when it can be used."""
    cloud.start_store(kind)
    return Json({"kind": kind})


@router.get("/local/v1/faults", dependencies=[Depends(admin_key)])
def read_faults(cloud: TheCloud) -> Json:
    """The injected faults."""
    rules = [{"text": rule.text, **rule.model_dump(mode="json", exclude_none=True)} for rule in cloud.faults.rules]
    return Json({"faults": rules, "seed": cloud.faults.seed})


@router.put("/local/v1/faults", dependencies=[Depends(admin_key)])
def set_faults(body: FaultsBody, request: Request, cloud: TheCloud) -> Json:
    """Replace the injected faults; they last until the next start."""
    try:
        rules, seed = read(body.faults)
    except FaultError as error:
        raise InvalidError(str(error), pointer="/faults") from None
    for rule in rules:
        if isinstance(rule, HttpFault) and (objection := request.app.state.operations.objection(rule.on)):
            raise InvalidError(objection, pointer="/faults")
    cloud.set_faults(rules, seed if body.seed is None else body.seed)
    return read_faults(cloud)


@router.put("/local/v1/tls", dependencies=[Depends(admin_key)])
def serve_tls(request: Request) -> Json:
    """Serve the same API as `https://localhost`, too, from now on; returns where, and the files to trust it by."""
    tls = request.app.state.tls
    try:
        port = tls.open()
    except (OSError, NoFreePortError) as error:
        raise UnavailableError(f"https:// cannot be served: {error}.") from None
    return Json(
        {
            "endpoint": f"https://localhost:{port}",
            "certificate": str(tls.files.authority),
            "trust_store": str(tls.files.trust_store),
            "trust_store_password": TRUST_STORE_PASSWORD,
        }
    )
