"""Who calls: the ``Authorization`` header in, a caller with the right to be here out."""

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Request

from localcloud.control import rights
from localcloud.control.authentication import Caller
from localcloud.control.cloud import Cloud
from localcloud.control.errors import ForbiddenError, NotFoundError, UnauthenticatedError


async def the_cloud(request: Request) -> Cloud:
    """Return the cloud that this app serves."""
    cloud: Cloud = request.app.state.cloud
    return cloud


TheCloud = Annotated[Cloud, Depends(the_cloud)]


def caller(request: Request, cloud: TheCloud) -> Caller:
    """Return who calls, by HTTP Basic."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "basic":
        raise UnauthenticatedError("Unauthorized: send an API key and its secret as HTTP Basic credentials.")
    try:
        user, colon, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if not colon:
        raise UnauthenticatedError("Unauthorized: the Authorization header does not hold a key and a secret.")
    return cloud.authenticator.caller(user, password)


TheCaller = Annotated[Caller, Depends(caller)]


def cloud_key(caller: TheCaller) -> Caller:
    """The control plane and Connect."""
    rights.allow_cloud(caller)
    return caller


def kafka_key(cluster_id: str, caller: TheCaller) -> None:
    """Kafka REST of one cluster."""
    rights.allow_kafka(caller, cluster_id)


def registry_key(registry_id: str, caller: TheCaller) -> None:
    """One Schema Registry."""
    rights.allow_registry(caller, registry_id)


def flink_caller(organization_id: str, environment_id: str, caller: TheCaller, cloud: TheCloud) -> Caller:
    """Flink SQL in one environment of this organization."""
    if organization_id != cloud.organization_id:
        raise NotFoundError(f"Organization {organization_id} does not exist: this one is {cloud.organization_id}.")
    rights.allow_flink(caller, environment_id)
    return caller


FlinkCaller = Annotated[Caller, Depends(flink_caller)]
CloudCaller = Annotated[Caller, Depends(cloud_key)]


def admin_key(caller: TheCaller) -> None:
    """What only the administrator may see."""
    if not caller.is_admin:
        raise ForbiddenError("The status of the local cloud is for its administrator: use the key of credentials.json.")
