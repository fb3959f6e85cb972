"""Environment (``/org/v2/environments``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource
from offline.plugins.schema import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

PATH = "/org/v2/environments"
PACKAGES = ("ESSENTIALS", "ADVANCED")


class Environment(CloudResource):
    """An environment; every change is an update."""

    token = "confluentcloud:index/environment:Environment"  # noqa: S105 - a type token
    label = "Environment"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "streamGovernance": Field(
            "block", server_default=True, fields={"package": Field(required=True, choices=PACKAGES)}
        ),
    }
    computed = ("resourceName",)
    autonamed = "displayName"

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        body = {"display_name": inputs["displayName"]}
        reply = self.session.cloud.post(PATH, body | _governance(inputs))
        return reply["id"], {}

    def fetch(self, _call: Call, resource_id: str, _state: Values) -> Values | None:
        """Read the object with a GET."""
        found = self.session.cloud.find(f"{PATH}/{resource_id}", gone=GONE)
        if found is None:
            return None
        package = (found.get("stream_governance_config") or {}).get("package")
        return {
            "displayName": found.get("display_name"),
            "resourceName": (found.get("metadata") or {}).get("resource_name"),
            "streamGovernance": {"package": package} if package else None,
        }

    def change(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PATCH the properties that differ."""
        body = {"display_name": new["displayName"]} if diff.touches("displayName") else {}
        if diff.touches("streamGovernance"):
            body |= _governance(new)
        if body:
            self.session.cloud.patch(f"{PATH}/{resource_id}", body)

    def delete(self, _call: Call, resource_id: str, _state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        self.session.cloud.delete(f"{PATH}/{resource_id}")


def _governance(values: Values) -> Values:
    block = values.get("streamGovernance")
    return {"stream_governance_config": {"package": block["package"]}} if block else {}
