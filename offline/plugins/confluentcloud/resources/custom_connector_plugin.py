"""CustomConnectorPlugin (``/connect/v1/custom-connector-plugins``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource, changed
from offline.plugins.errors import PluginError
from offline.plugins.schema import Failure, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

PATH = "/connect/v1/custom-connector-plugins"
_FORMATS = ("zip", "jar")
_NAMES = {
    "displayName": "display_name",
    "description": "description",
    "documentationLink": "documentation_link",
    "sensitiveConfigProperties": "sensitive_config_properties",
}
"""Input -> its name in the API, of what an update can change."""
_FIXED = {"connectorClass": "connector_class", "connectorType": "connector_type", "cloud": "cloud"}


class CustomConnectorPlugin(CloudResource):
    """A plugin. As with the official provider, another archive of the same file name is no change."""

    token = "confluentcloud:index/customConnectorPlugin:CustomConnectorPlugin"  # noqa: S105 - a type token
    label = "CustomConnectorPlugin"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "description": Field(),
        "documentationLink": Field(),
        "connectorClass": Field(required=True, replace=True),
        "connectorType": Field(required=True, replace=True, choices=("SOURCE", "SINK")),
        "sensitiveConfigProperties": Field("list", same=lambda one, other: sorted(one) == sorted(other)),
        "filename": Field(required=True, replace=True, write_only=True),
        "cloud": Field(replace=True, server_default=True, choices=("AWS", "AZURE", "GCP")),
    }

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require a name that says which kind of archive it is."""
        yield from super().check(inputs)
        filename = inputs.get("filename")
        if isinstance(filename, str) and filename and _format_of(filename) not in _FORMATS:
            yield Failure("filename", f"'filename' must be a .zip or .jar, not {filename!r}")

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Ask for an address, upload the archive there, and make a plugin of it."""
        archive = Path(inputs["filename"])
        if not archive.is_file():
            raise PluginError(f"the archive {archive} does not exist")
        cloud = {"cloud": inputs["cloud"]} if inputs.get("cloud") else {}
        place = self.session.cloud.post(
            "/connect/v1/presigned-upload-url", {"content_format": _format_of(archive.name), **cloud}
        )
        self.session.cloud.upload(place["upload_url"], place.get("upload_form_data") or {}, archive)
        values = _changeable(inputs, lambda _name: True)
        fixed = {api: inputs[name] for name, api in _FIXED.items() if inputs.get(name)}
        source = {"location": "PRESIGNED_URL_LOCATION", "upload_id": place["upload_id"]}
        made = self.session.cloud.post(PATH, {**values, **fixed, "upload_source": source})
        return made["id"], {}

    def fetch(self, _call: Call, resource_id: str, _state: Values) -> Values | None:
        """Read the object with a GET; its archive cannot be read."""
        found = self.session.cloud.find(f"{PATH}/{resource_id}", gone=GONE)
        if found is None:
            return None
        return {name: found.get(api) or None for name, api in {**_NAMES, **_FIXED}.items()}

    def change(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PATCH the properties that differ."""
        if body := _changeable(new, diff.touches):
            self.session.cloud.patch(f"{PATH}/{resource_id}", body)

    def delete(self, _call: Call, resource_id: str, _state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        self.session.cloud.delete(f"{PATH}/{resource_id}")

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Take the archive's name from the official provider's variable."""
        filename = os.environ.get("IMPORT_CUSTOM_CONNECTOR_PLUGIN_FILENAME", "")
        return resource_id, {"filename": filename} if filename else {}


def _changeable(values: Values, touches: Callable[..., bool]) -> dict[str, Any]:
    return changed({"sensitiveConfigProperties": [], **values}, _NAMES, touches)


def _format_of(filename: str) -> str:
    return Path(filename).suffix.lower().removeprefix(".")
