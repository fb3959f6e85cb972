"""Custom connector plugins (``/connect/v1``)."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from localcloud.api.access.bodies import Body, JsonRoute, given
from localcloud.api.access.callers import TheCloud, cloud_key
from localcloud.api.http.metadata import metadata
from localcloud.api.http.replies import Json, paged
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import InvalidError
from localcloud.control.core.resources import CustomPlugin

router = APIRouter(route_class=JsonRoute, prefix="/connect/v1", dependencies=[Depends(cloud_key)])
_LOCATION = "PRESIGNED_URL_LOCATION"


class UploadUrlBody(Body):
    """What is to be uploaded."""

    content_format: str
    cloud: str = ""


class UploadSource(Body):
    """Where the archive is: always an upload of :func:`request_upload_url`."""

    location: str = _LOCATION
    upload_id: str = ""


class PluginBody(Body):
    """A new plugin."""

    display_name: str = Field(min_length=1, max_length=64)
    description: str = Field("", max_length=1024)
    documentation_link: str = Field("", max_length=1024)
    connector_class: str = Field(max_length=256)
    connector_type: str
    cloud: str = ""
    sensitive_config_properties: list[str] = Field(default_factory=list)
    upload_source: UploadSource


class PluginChange(Body):
    """What can be changed of a plugin."""

    display_name: str | None = Field(None, min_length=1, max_length=64)
    description: str | None = Field(None, max_length=1024)
    documentation_link: str | None = Field(None, max_length=1024)
    sensitive_config_properties: list[str] | None = None


def plugin_json(cloud: Cloud, plugin: CustomPlugin) -> dict[str, Any]:
    """Return a plugin as the API shows it."""
    url = f"{cloud.base_url}/connect/v1/custom-connector-plugins/{plugin.id}"
    return {
        "api_version": "connect/v1",
        "kind": "CustomConnectorPlugin",
        "id": plugin.id,
        "metadata": metadata(url, f"{cloud.names.organization}/custom-connector-plugin={plugin.id}", plugin),
        "display_name": plugin.name,
        "description": plugin.description,
        "documentation_link": plugin.documentation_link,
        "connector_class": plugin.connector_class,
        "connector_type": plugin.connector_type,
        "cloud": plugin.cloud,
        "sensitive_config_properties": plugin.sensitive_config_properties,
        "content_format": plugin.content_format.upper(),
    }


@router.post("/presigned-upload-url")
def request_upload_url(body: UploadUrlBody, cloud: TheCloud) -> Json:
    """An address that an archive can be uploaded to, within an hour and without a key."""
    upload = cloud.custom_plugins.begin_upload(body.content_format, body.cloud)
    return Json(
        {
            "api_version": "connect/v1",
            "kind": "PresignedUrl",
            "content_format": body.content_format,
            "cloud": body.cloud or "AWS",
            "upload_id": upload.id,
            "upload_url": f"{cloud.base_url}/local/v1/uploads/{upload.id}?signature={upload.signature}",
            "upload_form_data": {"key": upload.id},
        }
    )


@router.post("/custom-connector-plugins")
def create(body: PluginBody, cloud: TheCloud) -> Json:
    """Make a plugin of an uploaded archive."""
    if body.upload_source.location != _LOCATION:
        raise InvalidError(f"upload_source.location must be {_LOCATION}.", pointer="/upload_source/location")
    values = given(body, display_name="name", upload_source="")
    made = cloud.custom_plugins.create(upload_id=body.upload_source.upload_id, **values)
    return Json(plugin_json(cloud, made), 201)


@router.get("/custom-connector-plugins")
def list_all(request: Request, cloud: TheCloud) -> Json:
    """The plugins of the organization."""
    plugins = cloud.custom_plugins.all()
    return Json(paged(request, plugins, lambda one: plugin_json(cloud, one), base_url=cloud.base_url))


@router.get("/custom-connector-plugins/{plugin_id}")
def read(plugin_id: str, cloud: TheCloud) -> Json:
    """One plugin."""
    return Json(plugin_json(cloud, cloud.custom_plugins.get(plugin_id)))


@router.patch("/custom-connector-plugins/{plugin_id}")
def update(plugin_id: str, body: PluginChange, cloud: TheCloud) -> Json:
    """Change a plugin's name, description, link or list of sensitive settings."""
    return Json(plugin_json(cloud, cloud.custom_plugins.update(plugin_id, **given(body, display_name="name"))))


@router.delete("/custom-connector-plugins/{plugin_id}")
def delete(plugin_id: str, cloud: TheCloud) -> Response:
    """Delete a plugin that no connector uses, with its files."""
    cloud.custom_plugins.delete(plugin_id)
    return Response(status_code=204)
