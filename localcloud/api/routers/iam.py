"""Users, service accounts, role bindings (``/iam/v2``)."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from localcloud.api.access.bodies import Body, JsonRoute, given
from localcloud.api.access.callers import CloudCaller, TheCloud, cloud_key
from localcloud.api.http.metadata import metadata
from localcloud.api.http.replies import Json, paged
from localcloud.control.access.rbac import Operation
from localcloud.control.cloud import Cloud
from localcloud.control.core.resources import RoleBinding, ServiceAccount, User
from localcloud.ids import rfc3339

router = APIRouter(route_class=JsonRoute, prefix="/iam/v2", dependencies=[Depends(cloud_key)])


class ServiceAccountBody(Body):
    """The body of POST and PATCH of a service account."""

    display_name: str | None = None
    description: str | None = None


class RoleBindingBody(Body):
    """A new role binding: principal, role, CRN pattern."""

    principal: str
    role_name: str
    crn_pattern: str


def account_json(cloud: Cloud, account: ServiceAccount) -> dict[str, Any]:
    """Return a service account as the API shows it."""
    url = f"{cloud.base_url}/iam/v2/service-accounts/{account.id}"
    return {
        "api_version": "iam/v2",
        "kind": "ServiceAccount",
        "id": account.id,
        "metadata": metadata(url, cloud.names.owner(account.id), account),
        "display_name": account.name,
        "description": account.description,
    }


def user_json(cloud: Cloud, user: User) -> dict[str, Any]:
    """Return a user as the API shows it."""
    return {
        "api_version": "iam/v2",
        "kind": "User",
        "id": user.id,
        "metadata": metadata(f"{cloud.base_url}/iam/v2/users/{user.id}", cloud.names.owner(user.id), user),
        "email": user.email,
        "full_name": user.name,
        "auth_type": "AUTH_TYPE_LOCAL",
    }


def binding_json(cloud: Cloud, binding: RoleBinding) -> dict[str, Any]:
    """Return a role binding as the API shows it."""
    return {
        "api_version": "iam/v2",
        "kind": "RoleBinding",
        "id": binding.id,
        "metadata": {
            "self": f"{cloud.base_url}/iam/v2/role-bindings/{binding.id}",
            "resource_name": cloud.names.role_binding(binding),
            "created_at": rfc3339(binding.created_at),
        },
        "principal": binding.principal,
        "role_name": binding.role_name,
        "crn_pattern": binding.crn_pattern,
    }


@router.post("/service-accounts")
def create_account(body: ServiceAccountBody, cloud: TheCloud) -> Json:
    """Create a service account."""
    return Json(account_json(cloud, cloud.accounts.create(body.display_name or "", body.description or "")), 201)


@router.get("/service-accounts")
def list_accounts(request: Request, cloud: TheCloud) -> Json:
    """All service accounts, or those with a ``display_name``."""
    wanted = request.query_params.getlist("display_name")
    accounts = [one for one in cloud.accounts.all() if not wanted or one.name in wanted]
    page = paged(request, accounts, lambda one: account_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "iam/v2", "kind": "ServiceAccountList", **page})


@router.get("/service-accounts/{account_id}")
def read_account(account_id: str, cloud: TheCloud) -> Json:
    """One service account."""
    return Json(account_json(cloud, cloud.accounts.get(account_id)))


@router.patch("/service-accounts/{account_id}")
def update_account(account_id: str, body: ServiceAccountBody, cloud: TheCloud) -> Json:
    """Rename or describe a service account."""
    return Json(account_json(cloud, cloud.accounts.update(account_id, given(body, display_name="name"))))


@router.delete("/service-accounts/{account_id}")
def delete_account(account_id: str, cloud: TheCloud) -> Response:
    """Delete a service account with its keys and role bindings."""
    cloud.accounts.delete(account_id)
    return Response(status_code=204)


@router.get("/users")
def list_users(request: Request, cloud: TheCloud) -> Json:
    """The users."""
    page = paged(request, cloud.users.all(), lambda one: user_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "iam/v2", "kind": "UserList", **page})


@router.get("/users/{user_id}")
def read_user(user_id: str, cloud: TheCloud) -> Json:
    """One user."""
    return Json(user_json(cloud, cloud.users.get(user_id)))


@router.post("/role-bindings")
def create_binding(body: RoleBindingBody, cloud: TheCloud) -> Json:
    """Create a role binding: give a principal a role."""
    binding = cloud.role_bindings.create(body.principal, body.role_name, body.crn_pattern)
    return Json(binding_json(cloud, binding), 201)


@router.get("/role-bindings")
def list_bindings(request: Request, cloud: TheCloud, caller: CloudCaller) -> Json:
    """Role bindings: the caller's own, and those that it may grant.

    Filtered by ``principal``, ``role_name`` and ``crn_pattern`` (which may end in ``*``).
    """
    query = request.query_params
    pattern = query.get("crn_pattern", "")
    bindings = [
        binding
        for binding in cloud.role_bindings.all()
        if query.get("principal", binding.principal) == binding.principal
        and query.get("role_name", binding.role_name) == binding.role_name
        and _matches(binding.crn_pattern, pattern)
        and (
            binding.principal == f"User:{caller.principal_id}"
            or cloud.rights.may(caller, Operation.GRANT, binding.crn_pattern)
        )
    ]
    page = paged(request, bindings, lambda one: binding_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "iam/v2", "kind": "RoleBindingList", **page})


@router.get("/role-bindings/{binding_id}")
def read_binding(binding_id: str, cloud: TheCloud) -> Json:
    """One role binding."""
    return Json(binding_json(cloud, cloud.role_bindings.get(binding_id)))


@router.delete("/role-bindings/{binding_id}")
def delete_binding(binding_id: str, cloud: TheCloud) -> Json:
    """Delete a role binding."""
    return Json(binding_json(cloud, cloud.role_bindings.delete(binding_id)))


def _matches(crn: str, pattern: str) -> bool:
    # A pattern itself may end in "*" (subject=orders-*), so equality goes first.
    return pattern in ("", crn) or (pattern.endswith("*") and crn.startswith(pattern[:-1]))
