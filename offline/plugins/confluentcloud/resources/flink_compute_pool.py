"""FlinkComputePool (``/fcpm/v2/compute-pools``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource, changed, wait_until_provisioned
from offline.plugins.confluentcloud.resources.kafka_cluster import CLOUDS
from offline.plugins.confluentcloud.session import id_in
from offline.plugins.errors import PluginError
from offline.plugins.schema import Field, reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

PATH = "/fcpm/v2/compute-pools"
MAX_CFU = (5, 10, 20, 30, 40, 50)
_CREATE_SECONDS = 3600.0


class FlinkComputePool(CloudResource):
    """A compute pool."""

    token = "confluentcloud:index/flinkComputePool:FlinkComputePool"  # noqa: S105 - a type token
    label = "FlinkComputePool"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "cloud": Field(required=True, replace=True, choices=CLOUDS, same=lambda old, new: old.lower() == new.lower()),
        "region": Field(required=True, replace=True),
        "environment": reference(required=True, replace=True, pattern="^env-"),
        "maxCfu": Field("integer", server_default=True, choices=MAX_CFU),
        "defaultPool": Field("boolean", default=False),
    }
    computed = ("apiVersion", "kind", "resourceName")

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        spec: Values = {
            "display_name": inputs["displayName"],
            "cloud": inputs["cloud"],
            "region": inputs["region"],
            "environment": {"id": inputs["environment"]["id"]},
            "default_pool": inputs.get("defaultPool", False),
        }
        if "maxCfu" in inputs:
            spec["max_cfu"] = inputs["maxCfu"]
        return self.session.cloud.post(PATH, {"spec": spec})["id"], {}

    def wait_until_ready(self, call: Call, resource_id: str, state: Values) -> None:
        """Wait until the pool is provisioned."""
        environment, cloud = id_in(state, "environment"), self.session.cloud
        wait_until_provisioned(
            call,
            lambda: cloud.get(f"{PATH}/{resource_id}", environment=environment),
            f"the compute pool {resource_id}",
            _CREATE_SECONDS,
        )

    def fetch(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """Read the object with a GET."""
        found = self.session.cloud.find(f"{PATH}/{resource_id}", gone=GONE, environment=id_in(state, "environment"))
        return None if found is None else compute_pool(found)

    def change(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PATCH the properties that differ."""
        names = {"displayName": "display_name", "maxCfu": "max_cfu", "defaultPool": "default_pool"}
        if spec := changed(new, names, diff.touches):
            body = {"spec": {**spec, "environment": {"id": id_in(new, "environment")}}}
            self.session.cloud.patch(f"{PATH}/{resource_id}", body)

    def delete(self, _call: Call, resource_id: str, state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        self.session.cloud.delete(f"{PATH}/{resource_id}", environment=id_in(state, "environment"))

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse ENVIRONMENT/POOL."""
        environment, _, pool = resource_id.partition("/")
        if not pool:
            raise PluginError("import a compute pool by ENVIRONMENT/POOL, such as env-abc123/lfcp-abc123")
        return pool, {"environment": {"id": environment}}


def compute_pool(found: Mapping[str, Any]) -> Values:
    """Return the outputs of a compute pool."""
    spec = found.get("spec") or {}
    return {
        "apiVersion": found.get("api_version"),
        "kind": found.get("kind"),
        "displayName": spec.get("display_name"),
        "cloud": spec.get("cloud"),
        "region": spec.get("region"),
        "environment": {"id": (spec.get("environment") or {}).get("id", "")},
        "maxCfu": spec.get("max_cfu"),
        "defaultPool": bool(spec.get("default_pool")),
        "resourceName": (found.get("metadata") or {}).get("resource_name"),
    }
