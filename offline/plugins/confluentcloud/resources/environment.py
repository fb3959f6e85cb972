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
    """An environment; all changes are made in place."""

    token = "confluentcloud:index/environment:Environment"  # noqa: S105 - a type token
    noun = "Environment"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "streamGovernance": Field("block", keeps=True, fields={"package": Field(required=True, choices=PACKAGES)}),
    }
    computed = ("resourceName",)
    autonamed = "displayName"

    def make(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """POST it."""
        body = {"display_name": inputs["displayName"]}
        reply = self.session.cloud.post(PATH, body | _governance(inputs))
        return reply["id"], {}

    def look(self, _call: Call, resource_id: str, _state: Values) -> Values | None:
        """GET it."""
        found = self.session.cloud.find(f"{PATH}/{resource_id}", gone=GONE)
        if found is None:
            return None
        package = (found.get("stream_governance_config") or {}).get("package")
        return {
            "displayName": found.get("display_name"),
            "resourceName": (found.get("metadata") or {}).get("resource_name"),
            "streamGovernance": {"package": package} if package else None,
        }

    def alter(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PATCH what differs."""
        body = {"display_name": new["displayName"]} if diff.touches("displayName") else {}
        if diff.touches("streamGovernance"):
            body |= _governance(new)
        if body:
            self.session.cloud.patch(f"{PATH}/{resource_id}", body)

    def remove(self, _call: Call, resource_id: str, _state: Values) -> None:
        """DELETE it."""
        self.session.cloud.delete(f"{PATH}/{resource_id}")


def _governance(values: Values) -> Values:
    block = values.get("streamGovernance")
    return {"stream_governance_config": {"package": block["package"]}} if block else {}
