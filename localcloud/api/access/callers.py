"""Authentication of a request by its ``Authorization`` header, and the dependencies that check its rights."""

import base64
import binascii
from typing import Annotated

import orjson
from fastapi import Depends, Request

from localcloud.api.access.authorization import Call, check_cloud
from localcloud.api.access.authorization_data import check_flink, check_kafka, check_registry
from localcloud.control.access import rights
from localcloud.control.access.authentication import Caller
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import ForbiddenError, NotFoundError, UnauthenticatedError


async def the_cloud(request: Request) -> Cloud:
    """Return the cloud that this app serves."""
    cloud: Cloud = request.app.state.cloud
    return cloud


TheCloud = Annotated[Cloud, Depends(the_cloud)]


def authenticate(request: Request) -> Caller:
    """Return the caller whose key the request has (HTTP Basic); reads no body."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "basic":
        raise UnauthenticatedError("Unauthorized: send an API key and its secret as HTTP Basic credentials.")
    try:
        user, colon, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if not colon:
        raise UnauthenticatedError("Unauthorized: the Authorization header does not hold a key and a secret.")
    cloud: Cloud = request.app.state.cloud
    return cloud.authenticator.caller(user, password)


async def caller(request: Request) -> Caller:
    """Return the caller that the route has authenticated before it read the body."""
    known: Caller = request.state.caller
    return known


TheCaller = Annotated[Caller, Depends(caller)]


async def the_call(request: Request, caller: TheCaller, cloud: TheCloud) -> Call:
    """Return the parts of the request that decide which right it needs."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        body = None
    return Call(
        cloud=cloud,
        caller=caller,
        path=request.path_params,
        query=request.query_params,
        body=body if isinstance(body, dict) else {},
    )


TheCall = Annotated[Call, Depends(the_call)]


def cloud_key(request: Request, caller: TheCaller, call: TheCall) -> Caller:
    """Require the right to this call of the control plane or Connect."""
    rights.allow_cloud(caller)
    if not request.url.path.startswith("/iam/v2/api-keys"):  # their handlers decide key by key
        check_cloud(request.method, _route(request), call)
    return caller


def kafka_key(request: Request, cluster_id: str, caller: TheCaller, call: TheCall) -> Caller:
    """Require a key to this Kafka cluster, and the right to this call of Kafka REST."""
    rights.allow_kafka(caller, cluster_id)
    check_kafka(request.method, _route(request), call)
    return caller


def registry_key(request: Request, registry_id: str, caller: TheCaller, call: TheCall) -> Caller:
    """Require a key to this Schema Registry, and the right to this call."""
    rights.allow_registry(caller, registry_id)
    check_registry(request.method, _route(request), call)
    return caller


def flink_caller(request: Request, organization_id: str, environment_id: str, call: TheCall) -> Caller:
    """Flink SQL in one environment of this organization."""
    here = call.cloud.organization_id
    if organization_id != here:
        raise NotFoundError(f"Organization {organization_id} does not exist: this one is {here}.")
    rights.allow_flink(call.caller, environment_id)
    check_flink(request.method, _route(request), call)
    return call.caller


def _route(request: Request) -> str:
    """Return the route as its router has it: ``/org/v2/environments/{environment_id}``."""
    return str(request.scope["route"].path)


FlinkCaller = Annotated[Caller, Depends(flink_caller)]
CloudCaller = Annotated[Caller, Depends(cloud_key)]
KafkaCaller = Annotated[Caller, Depends(kafka_key)]
RegistryCaller = Annotated[Caller, Depends(registry_key)]


def admin_key(caller: TheCaller) -> None:
    """Require the local cloud's administrator."""
    if not caller.is_admin:
        raise ForbiddenError("The status of the local cloud is for its administrator: use the key of credentials.json.")
