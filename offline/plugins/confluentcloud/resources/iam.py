"""ServiceAccount, RoleBinding (``/iam/v2``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource, changed
from offline.plugins.schema import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

ACCOUNTS = "/iam/v2/service-accounts"
BINDINGS = "/iam/v2/role-bindings"


class ServiceAccount(CloudResource):
    """A service account; every change is an update."""

    token = "confluentcloud:index/serviceAccount:ServiceAccount"  # noqa: S105 - a type token
    label = "ServiceAccount"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "description": Field(server_default=True),
        "assignedResourceOwner": Field(write_only=True),
    }
    computed = ("apiVersion", "kind")
    autonamed = "displayName"

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        body = {"display_name": inputs["displayName"], "description": inputs.get("description", "")}
        owner = inputs.get("assignedResourceOwner")
        reply = self.session.cloud.post(ACCOUNTS, body, assigned_resource_owner=owner)
        return reply["id"], {}

    def fetch(self, _call: Call, resource_id: str, _state: Values) -> Values | None:
        """Read the object with a GET."""
        found = self.session.cloud.find(f"{ACCOUNTS}/{resource_id}", gone=GONE)
        return None if found is None else service_account(found)

    def change(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PATCH the properties that differ."""
        body = changed(new, {"displayName": "display_name", "description": "description"}, diff.touches)
        if body:
            self.session.cloud.patch(f"{ACCOUNTS}/{resource_id}", body)

    def delete(self, _call: Call, resource_id: str, _state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        self.session.cloud.delete(f"{ACCOUNTS}/{resource_id}")


def service_account(found: Mapping[str, Any]) -> Values:
    """Return the outputs of a service account."""
    return {
        "displayName": found.get("display_name"),
        "description": found.get("description") or "",
        "apiVersion": found.get("api_version"),
        "kind": found.get("kind"),
    }


class RoleBinding(CloudResource):
    """A role binding; any change replaces it."""

    token = "confluentcloud:index/roleBinding:RoleBinding"  # noqa: S105 - a type token
    label = "RoleBinding"
    fields: ClassVar[Mapping[str, Field]] = {
        "principal": Field(required=True, replace=True, pattern="^User:.+", hint="a principal such as User:sa-abc123"),
        "roleName": Field(required=True, replace=True),
        "crnPattern": Field(
            required=True, replace=True, pattern="^crn://.+", hint="a CRN such as crn://confluent.cloud/..."
        ),
        "disableWaitForReady": Field("boolean", default=False, write_only=True),
    }

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return role and principal."""
        role, principal = values.get("roleName"), values.get("principal")
        return f"{role} of {principal}" if isinstance(role, str) and isinstance(principal, str) else ""

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        body = {"principal": inputs["principal"], "role_name": inputs["roleName"], "crn_pattern": inputs["crnPattern"]}
        return self.session.cloud.post(BINDINGS, body)["id"], {}

    def fetch(self, _call: Call, resource_id: str, _state: Values) -> Values | None:
        """Read the object with a GET."""
        found = self.session.cloud.find(f"{BINDINGS}/{resource_id}", gone=GONE)
        if found is None:
            return None
        return {
            "principal": found.get("principal"),
            "roleName": found.get("role_name"),
            "crnPattern": found.get("crn_pattern"),
        }

    def delete(self, _call: Call, resource_id: str, _state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        self.session.cloud.delete(f"{BINDINGS}/{resource_id}")
