"""The right that each call of the control plane needs: one table, by route. A route that is not in it is refused.

A list may be read by everyone with a role in its place; its handler leaves out the items that the caller may not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.control.access.rbac import Operation
from localcloud.control.access.rights import FORBIDDEN
from localcloud.control.core.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localcloud.control.access.authentication import Caller
    from localcloud.control.cloud import Cloud
    from localcloud.control.core.resources import ApiKey

O = Operation  # noqa: E741 - the tables below are read by columns


@dataclass(frozen=True, kw_only=True)
class Call:
    """The parts of a request that decide which right it needs.

    ``path`` has the path's parameters; ``body`` is ``{}`` if the request's body is no JSON object.
    """

    cloud: Cloud
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    def at(self, *keys: str) -> str:
        """Return a text in the body, or ``""``."""
        found: Any = self.body
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, str) else ""

    @property
    def organization(self) -> str:
        """CRN of the organization."""
        return self.cloud.names.organization

    @property
    def environment(self) -> str:
        """CRN of the environment that path, query or body names."""
        named = self.path.get("environment_id") or self.query.get("environment") or self.at("spec", "environment", "id")
        return self.cloud.names.environment(named)

    @property
    def cluster(self) -> str:
        """CRN of the Kafka cluster that the path names; its handler checks that it is in that environment."""
        identifier = self.path.get("cluster_id", "new")
        return f"{self.environment}/cloud-cluster={identifier}/kafka={identifier}"

    @property
    def pool(self) -> str:
        """CRN of the compute pool that the path names, or of a new one."""
        pool = self.cloud.lookups.pool(self.path.get("pool_id", ""))
        return self.cloud.names.pool(pool) if pool else f"{self.environment}/flink-region=new/compute-pool=new"

    @property
    def account(self) -> str:
        """CRN of the service account that the path names, or of a new one."""
        return f"{self.organization}/service-account={self.path.get('account_id', 'new')}"

    @property
    def binding(self) -> str:
        """CRN pattern of the role binding that path or body names."""
        stored = self.cloud.lookups.role_binding(self.path.get("binding_id", ""))
        return stored.crn_pattern if stored else self.at("crn_pattern") or self.organization


Rule = tuple[Operation, "Callable[[Call], str]"]


def _organization(call: Call) -> str:
    return call.organization


def _environment(call: Call) -> str:
    return call.environment


def _connector(call: Call) -> str:
    return f"{call.cluster}/connector={call.path.get('name', 'new')}"


_CONNECT = "/connect/v1/environments/{environment_id}/clusters/{cluster_id}"
CLOUD: Mapping[tuple[str, str], Rule] = {
    ("GET", "/org/v2/organizations"): (O.VIEW, _organization),
    ("GET", "/org/v2/organizations/{organization_id}"): (O.VIEW, _organization),
    ("GET", "/org/v2/environments"): (O.VIEW, _organization),
    ("POST", "/org/v2/environments"): (O.MANAGE, _organization),
    ("GET", "/org/v2/environments/{environment_id}"): (O.VIEW, _environment),
    ("PATCH", "/org/v2/environments/{environment_id}"): (O.MANAGE, _environment),
    ("DELETE", "/org/v2/environments/{environment_id}"): (O.MANAGE, _environment),
    ("GET", "/iam/v2/service-accounts"): (O.VIEW, _organization),
    ("POST", "/iam/v2/service-accounts"): (O.MANAGE, lambda call: call.account),
    ("GET", "/iam/v2/service-accounts/{account_id}"): (O.VIEW, _organization),
    ("PATCH", "/iam/v2/service-accounts/{account_id}"): (O.MANAGE, lambda call: call.account),
    ("DELETE", "/iam/v2/service-accounts/{account_id}"): (O.MANAGE, lambda call: call.account),
    ("GET", "/iam/v2/users"): (O.VIEW, _organization),
    ("GET", "/iam/v2/users/{user_id}"): (O.VIEW, _organization),
    ("GET", "/iam/v2/role-bindings"): (O.VIEW, _organization),
    ("POST", "/iam/v2/role-bindings"): (O.GRANT, lambda call: call.binding),
    ("GET", "/iam/v2/role-bindings/{binding_id}"): (O.GRANT, lambda call: call.binding),
    ("DELETE", "/iam/v2/role-bindings/{binding_id}"): (O.GRANT, lambda call: call.binding),
    ("GET", "/cmk/v2/clusters"): (O.VIEW, _environment),
    ("POST", "/cmk/v2/clusters"): (O.MANAGE, lambda call: call.cluster),
    ("GET", "/cmk/v2/clusters/{cluster_id}"): (O.VIEW, lambda call: call.cluster),
    ("PATCH", "/cmk/v2/clusters/{cluster_id}"): (O.MANAGE, lambda call: call.cluster),
    ("DELETE", "/cmk/v2/clusters/{cluster_id}"): (O.MANAGE, lambda call: call.cluster),
    ("GET", "/srcm/v3/clusters"): (O.VIEW, _environment),
    ("GET", "/srcm/v3/clusters/{registry_id}"): (
        O.VIEW,
        lambda call: f"{call.environment}/schema-registry={call.path['registry_id']}",
    ),
    ("GET", "/fcpm/v2/compute-pools"): (O.VIEW, _environment),
    ("POST", "/fcpm/v2/compute-pools"): (O.MANAGE, lambda call: call.pool),
    ("GET", "/fcpm/v2/compute-pools/{pool_id}"): (O.VIEW, lambda call: call.pool),
    ("PATCH", "/fcpm/v2/compute-pools/{pool_id}"): (O.MANAGE, lambda call: call.pool),
    ("DELETE", "/fcpm/v2/compute-pools/{pool_id}"): (O.MANAGE, lambda call: call.pool),
    ("GET", "/fcpm/v2/regions"): (O.VIEW, _organization),
    ("POST", "/connect/v1/presigned-upload-url"): (O.MANAGE, _organization),
    ("GET", "/connect/v1/custom-connector-plugins"): (O.VIEW, _organization),
    ("POST", "/connect/v1/custom-connector-plugins"): (O.MANAGE, _organization),
    ("GET", "/connect/v1/custom-connector-plugins/{plugin_id}"): (O.VIEW, _organization),
    ("PATCH", "/connect/v1/custom-connector-plugins/{plugin_id}"): (O.MANAGE, _organization),
    ("DELETE", "/connect/v1/custom-connector-plugins/{plugin_id}"): (O.MANAGE, _organization),
    ("GET", f"{_CONNECT}/connector-plugins"): (O.VIEW, lambda call: call.cluster),
    ("PUT", f"{_CONNECT}/connector-plugins/{{plugin}}/config/validate"): (O.CONNECT, _connector),
    ("GET", f"{_CONNECT}/connectors"): (O.VIEW, lambda call: call.cluster),
    ("POST", f"{_CONNECT}/connectors"): (O.CONNECT, _connector),
    ("GET", f"{_CONNECT}/connectors/{{name}}"): (O.VIEW, _connector),
    ("GET", f"{_CONNECT}/connectors/{{name}}/config"): (O.VIEW, _connector),
    ("PUT", f"{_CONNECT}/connectors/{{name}}/config"): (O.CONNECT, _connector),
    ("GET", f"{_CONNECT}/connectors/{{name}}/status"): (O.VIEW, _connector),
    ("GET", f"{_CONNECT}/connectors/{{name}}/tasks"): (O.VIEW, _connector),
    ("PUT", f"{_CONNECT}/connectors/{{name}}/pause"): (O.CONNECT, _connector),
    ("PUT", f"{_CONNECT}/connectors/{{name}}/resume"): (O.CONNECT, _connector),
    ("POST", f"{_CONNECT}/connectors/{{name}}/restart"): (O.CONNECT, _connector),
    ("DELETE", f"{_CONNECT}/connectors/{{name}}"): (O.CONNECT, _connector),
}


def check_cloud(method: str, route: str, call: Call) -> None:
    """:class:`ForbiddenError` unless the caller may make this call of the control plane."""
    if call.caller.is_admin:
        return
    rule = CLOUD.get((method, route))
    if rule is None:
        raise ForbiddenError(FORBIDDEN)
    operation, resource = rule
    call.cloud.rights.require(call.caller, operation, resource(call))
    runs_as = _configuration(route, call).get("kafka.service.account.id")
    if operation is O.CONNECT and isinstance(runs_as, str):
        may_run_as(call.cloud, call.caller, runs_as)


def _configuration(route: str, call: Call) -> Mapping[str, Any]:
    """Return the connector's configuration in the body: under ``config`` for a new one, else the body itself."""
    found = call.body.get("config") if route.endswith("/connectors") else call.body
    return found if isinstance(found, dict) else {}


def may_run_as(cloud: Cloud, caller: Caller, principal: str) -> None:
    """:class:`ForbiddenError` unless the caller is that principal, or an Assigner of it."""
    if principal not in ("", caller.principal_id):
        cloud.rights.require(caller, O.ASSIGN, cloud.names.owner(principal))


def key_place(cloud: Cloud, key: ApiKey) -> str:
    """Return the CRN that decides who may administer a key: its resource, or its owner for a cloud or global key."""
    if key.resource_id.startswith("lkc-"):
        return f"{cloud.names.environment(key.environment_id)}/cloud-cluster={key.resource_id}/kafka={key.resource_id}"
    if key.resource_id.startswith("lsrc-"):
        return f"{cloud.names.environment(key.environment_id)}/schema-registry={key.resource_id}"
    if key.environment_id:
        return cloud.names.flink_region(key.environment_id, key.resource_id)
    return cloud.names.owner(key.owner_id)


def may_have_key(cloud: Cloud, caller: Caller, key: ApiKey) -> bool:
    """Whether the caller may create, see, change and delete that key: its own, or one for what it administers."""
    if key.owner_id == caller.principal_id:
        return cloud.rights.may(caller, O.VIEW, cloud.names.organization)
    return cloud.rights.may(caller, O.MANAGE_KEYS, key_place(cloud, key))
