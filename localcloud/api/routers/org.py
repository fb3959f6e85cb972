"""Organizations and environments (``/org/v2``)."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from localcloud.api.access.bodies import Body, JsonRoute, given
from localcloud.api.access.callers import CloudCaller, TheCloud, cloud_key
from localcloud.api.http.metadata import metadata
from localcloud.api.http.replies import Json, paged
from localcloud.control.access.rbac import Operation
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import NotFoundError
from localcloud.control.core.resources import Environment

router = APIRouter(route_class=JsonRoute, prefix="/org/v2", dependencies=[Depends(cloud_key)])


class StreamGovernance(Body):
    """``ESSENTIALS`` or ``ADVANCED``."""

    package: str


class EnvironmentBody(Body):
    """The body of POST and PATCH of an environment."""

    display_name: str | None = None
    stream_governance_config: StreamGovernance | None = None


def environment_json(cloud: Cloud, environment: Environment) -> dict[str, Any]:
    """Return an environment as the API shows it."""
    url = f"{cloud.base_url}/org/v2/environments/{environment.id}"
    return {
        "api_version": "org/v2",
        "kind": "Environment",
        "id": environment.id,
        "metadata": metadata(url, cloud.names.environment(environment.id), environment),
        "display_name": environment.name,
        "stream_governance_config": {"package": environment.package},
    }


@router.get("/organizations")
def list_organizations(cloud: TheCloud) -> Json:
    """The one organization."""
    return Json(
        {
            "api_version": "org/v2",
            "kind": "OrganizationList",
            "metadata": {"first": f"{cloud.base_url}/org/v2/organizations", "total_size": 1},
            "data": [_organization(cloud)],
        }
    )


@router.get("/organizations/{organization_id}")
def read_organization(organization_id: str, cloud: TheCloud) -> Json:
    """The organization, by its id."""
    if organization_id != cloud.organization_id:
        raise NotFoundError(f"Organization {organization_id} does not exist: this one is {cloud.organization_id}.")
    return Json(_organization(cloud))


@router.post("/environments")
def create_environment(body: EnvironmentBody, cloud: TheCloud) -> Json:
    """Create an environment."""
    governance = body.stream_governance_config
    environment = cloud.environments.create(body.display_name or "", governance.package if governance else None)
    return Json(environment_json(cloud, environment), 201)


@router.get("/environments")
def list_environments(request: Request, cloud: TheCloud, caller: CloudCaller) -> Json:
    """The environments that the caller may see."""
    seen = [
        one
        for one in cloud.environments.all()
        if cloud.rights.may(caller, Operation.VIEW, cloud.names.environment(one.id))
    ]
    page = paged(request, seen, lambda one: environment_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "org/v2", "kind": "EnvironmentList", **page})


@router.get("/environments/{environment_id}")
def read_environment(environment_id: str, cloud: TheCloud) -> Json:
    """One environment."""
    return Json(environment_json(cloud, cloud.environments.get(environment_id)))


@router.patch("/environments/{environment_id}")
def update_environment(environment_id: str, body: EnvironmentBody, cloud: TheCloud) -> Json:
    """Rename an environment, or upgrade its package of Stream Governance."""
    values = given(body, display_name="name", stream_governance_config="")
    if body.stream_governance_config:
        values["package"] = body.stream_governance_config.package
    return Json(environment_json(cloud, cloud.environments.update(environment_id, values)))


@router.delete("/environments/{environment_id}")
def delete_environment(environment_id: str, cloud: TheCloud) -> Response:
    """Delete an environment and everything in it."""
    cloud.teardown.delete_environment(environment_id)
    return Response(status_code=204)


def _organization(cloud: Cloud) -> dict[str, Any]:
    created = cloud.users.admin
    url = f"{cloud.base_url}/org/v2/organizations/{cloud.organization_id}"
    return {
        "api_version": "org/v2",
        "kind": "Organization",
        "id": cloud.organization_id,
        "metadata": metadata(url, cloud.names.organization, created),
        "display_name": "local",
        "jit_enabled": False,
    }
