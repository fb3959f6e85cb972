"""ApiKey (``/iam/v2/api-keys``)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.confluentcloud.client import Api, ApiError
from offline.plugins.confluentcloud.resources.base import GONE, CloudResource, changed
from offline.plugins.confluentcloud.session import id_in
from offline.plugins.schema import Field, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

PATH = "/iam/v2/api-keys"
_READY_SECONDS = 1200.0
_TWICE = 2  # successes in a row: other brokers may not know the key yet
_PENDING = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_RESOURCE_VERSIONS = ("cmk/v2", "srcm/v2", "srcm/v3", "ksqldbcm/v2", "fcpm/v2", "tableflow/v1", "global/v2")
_SENT_VERSIONS = ("fcpm/v2", "tableflow/v1", "global/v2")


class ApiKey(CloudResource):
    """An API key. Its id is the key; the secret is in the response to its creation, and in no other."""

    token = "confluentcloud:index/apiKey:ApiKey"  # noqa: S105 - a type token
    label = "ApiKey"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(),
        "description": Field(),
        "disableWaitForReady": Field("boolean", default=False, write_only=True),
        "owner": Field(
            "block",
            required=True,
            replace=True,
            fields={
                "id": Field(
                    required=True, replace=True, pattern="^(u|sa)-", hint="an id such as sa-abc123 or u-abc123"
                ),
                "kind": Field(required=True, replace=True, choices=("ServiceAccount", "User")),
                "apiVersion": Field(required=True, replace=True, choices=("iam/v2",), write_only=True),
            },
        ),
        "managedResource": Field(
            "block",
            replace=True,
            fields={
                "id": Field(required=True, replace=True),
                "kind": Field(required=True, replace=True, choices=("Cluster", "Region", "Tableflow", "Global")),
                "apiVersion": Field(
                    required=True,
                    replace=True,
                    choices=_RESOURCE_VERSIONS,
                    same=lambda old, new: old.split("/")[0] == new.split("/")[0],
                ),
                "environment": reference(replace=True, server_default=True),
            },
        ),
    }
    secrets = ("secret",)
    computed = ("secret",)
    autonamed = "displayName"

    def diff(self, old: Values, old_inputs: Values, new: Values) -> Diff:
        """Delete before replacing, as the official provider does."""
        found = super().diff(old, old_inputs, new)
        found.delete_first = True
        return found

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        spec: Values = {
            "display_name": inputs.get("displayName", ""),
            "description": inputs.get("description", ""),
            "owner": {"id": inputs["owner"]["id"], "kind": inputs["owner"]["kind"]},
        }
        if wanted := inputs.get("managedResource"):
            spec["resource"] = {"id": wanted["id"], "kind": wanted["kind"]}
            if wanted["apiVersion"] in _SENT_VERSIONS:
                spec["resource"]["api_version"] = wanted["apiVersion"]
            if wanted["kind"] == "Region":
                spec["resource"]["environment"] = id_in(wanted, "environment")
        reply = self.session.cloud.post(PATH, {"spec": spec})
        return reply["id"], {"secret": reply["spec"]["secret"]}

    def wait_until_ready(self, call: Call, resource_id: str, state: Values) -> None:
        """Wait until a Kafka or cloud API key is accepted: keys propagate slowly. Other kinds have no probe."""
        if state.get("disableWaitForReady"):
            return
        wanted = state.get("managedResource")
        if not wanted:
            own = self.session.api(self.session.settings.endpoint, resource_id, state["secret"])
            self._wait(call, own, lambda: "/org/v2/environments", 1)
        elif wanted["apiVersion"].startswith("cmk/"):
            cluster, environment = wanted["id"], id_in(wanted, "environment")
            found = self.session.cloud.get(f"/cmk/v2/clusters/{cluster}", environment=environment)
            own = self.session.api(found["spec"]["http_endpoint"], resource_id, state["secret"])
            self._wait(call, own, lambda: f"/kafka/v3/clusters/{cluster}/topics", _TWICE)

    def _wait(self, call: Call, own: Api, path: Callable[[], str], times: int) -> None:
        let_in = 0

        def probe() -> bool | None:
            nonlocal let_in
            try:
                own.get(path())
            except ApiError as error:
                if error.status not in _PENDING:
                    raise
                let_in = 0
                return None
            let_in += 1
            return let_in >= times or None

        call.wait(probe, f"the API key {own.key} is not let in yet", _READY_SECONDS)

    def fetch(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """Read the object; the API never returns the secret again, so the state keeps it."""
        found = self.session.cloud.find(f"{PATH}/{resource_id}", gone=GONE)
        if found is None:
            return None
        spec = found.get("spec") or {}
        owner, resource = spec.get("owner") or {}, spec.get("resource") or {}
        return {
            "displayName": spec.get("display_name") or None,
            "description": spec.get("description") or None,
            "owner": {
                "id": owner.get("id", ""),
                "kind": owner.get("kind", ""),
                "apiVersion": owner.get("api_version") or "iam/v2",
            },
            "managedResource": _managed(resource, state.get("managedResource") or {}),
        }

    def change(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PATCH name and description; any other change replaces the key."""
        spec = changed(new, {"displayName": "display_name", "description": "description"}, diff.touches)
        if spec:
            self.session.cloud.patch(f"{PATH}/{resource_id}", {"spec": spec})

    def delete(self, _call: Call, resource_id: str, _state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        self.session.cloud.delete(f"{PATH}/{resource_id}", gone=(404, 410))

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse KEY or ENVIRONMENT/KEY."""
        environment, _, key = resource_id.rpartition("/")
        return key, {"managedResource": {"environment": {"id": environment}}} if environment else {}


def _managed(resource: Mapping[str, Any], before: Values) -> Values | None:
    """Return the block of a key's resource: none for a cloud key.

    Neither the environment nor, for a Flink key, which of the two spellings of the id was asked for comes back.
    """
    kind, version = str(resource.get("kind") or ""), str(resource.get("api_version") or "")
    if kind.lower() in ("", "cloud"):
        return None
    identity = str(resource.get("id") or "")
    if kind == "Region" and before.get("id") and identity.endswith("." + before["id"]):
        identity = before["id"]
    if kind == "SchemaRegistry":
        kind, version = "Cluster", version or "srcm/v2"
    block: Values = {"id": identity, "kind": kind, "apiVersion": version or before.get("apiVersion", "")}
    if before.get("environment"):
        block["environment"] = before["environment"]
    return block
