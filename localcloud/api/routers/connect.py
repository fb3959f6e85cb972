"""Managed connectors (``/connect/v1``)."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response

from localcloud.api.access.bodies import Body as Model
from localcloud.api.access.bodies import JsonRoute
from localcloud.api.access.callers import TheCloud, cloud_key
from localcloud.api.http.replies import Json
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import InvalidError, NotFoundError
from localcloud.control.core.resources import Connector, KafkaCluster

router = APIRouter(
    route_class=JsonRoute,
    prefix="/connect/v1/environments/{environment_id}/clusters/{cluster_id}",
    dependencies=[Depends(cloud_key)],
)
EXPANSIONS = ("info", "status", "id")


def the_cluster(environment_id: str, cluster_id: str, cloud: TheCloud) -> KafkaCluster:
    """Return the cluster that the path names."""
    return cloud.clusters.get(cluster_id, environment_id)


TheCluster = Annotated[KafkaCluster, Depends(the_cluster)]
Config = Annotated[dict[str, Any], Body()]


class CreateBody(Model):
    """A new connector."""

    name: str = ""
    config: dict[str, Any]


def info_json(cloud: Cloud, connector: Connector) -> dict[str, Any]:
    """Return a connector's ``info``: the configuration as given, secrets masked, nothing added."""
    tasks = range(len(cloud.connectors.status(connector).tasks))
    return {
        "name": connector.name,
        "type": _type(connector),
        "config": cloud.connectors.masked(connector.config),
        "tasks": [{"connector": connector.name, "task": task} for task in tasks],
    }


def status_json(cloud: Cloud, connector: Connector) -> dict[str, Any]:
    """Return a connector's ``status``."""
    status = cloud.connectors.status(connector)
    return {
        "name": connector.name,
        "connector": {"state": status.state.value, "worker_id": connector.id, "trace": status.trace},
        "tasks": [
            {"id": task, "state": state.value, "worker_id": connector.id, "msg": ""}
            for task, state in enumerate(status.tasks)
        ],
        "type": _type(connector),
        "errors_from_trace": [],
        "validation_errors": [],
        "override_message": "",
    }


@router.get("/connector-plugins")
def list_plugins(cluster: TheCluster, cloud: TheCloud) -> Json:  # noqa: ARG001 - the path's cluster must be there
    """The classes that a connector can have."""
    return Json([{"class": name, "type": kind} for name, kind in sorted(cloud.connectors.plugins().items())])


@router.put("/connector-plugins/{plugin}/config/validate")
def validate(plugin: str, config: Config, cluster: TheCluster, cloud: TheCloud) -> Json:
    """Validate a configuration: the errors of each setting."""
    settings = _as_text(config)
    wrong = cloud.connectors.validate(cluster, settings)
    return Json(
        {
            "name": plugin,
            "groups": [],
            "error_count": sum(len(errors) for errors in wrong.values()),
            "configs": [
                {
                    "definition": {"name": key, "type": "STRING", "required": key in wrong and key not in settings},
                    "value": {
                        "name": key,
                        "value": cloud.connectors.masked({**settings, key: settings.get(key, "")})[key],
                        "recommended_values": [],
                        "errors": wrong.get(key, []),
                        "visible": True,
                    },
                    "metadata": {},
                }
                for key in sorted({*settings, *wrong})
            ],
        }
    )


@router.post("/connectors")
def create(body: CreateBody, cluster: TheCluster, cloud: TheCloud) -> Json:
    """Create a connector and start it."""
    config = _as_text(body.config)
    connector = cloud.connectors.create(cluster, body.name or config.get("name", ""), config)
    return Json(info_json(cloud, connector), 201)


@router.get("/connectors")
def list_connectors(request: Request, cluster: TheCluster, cloud: TheCloud) -> Json:
    """Names of the connectors; with ``expand=info,status,id`` an object with these parts for each of them."""
    connectors = cloud.connectors.of_cluster(cluster.id)
    asked = [part for value in request.query_params.getlist("expand") for part in value.split(",") if part]
    if not asked:
        return Json([connector.name for connector in connectors])
    unknown = set(asked) - set(EXPANSIONS)
    if unknown:
        raise InvalidError(f"expand={','.join(sorted(unknown))} is unknown: use {', '.join(EXPANSIONS)}.")
    return Json({connector.name: _expanded(cloud, connector, asked) for connector in connectors})


@router.get("/connectors/{name}")
def read(name: str, cluster: TheCluster, cloud: TheCloud) -> Json:
    """One connector."""
    return Json(info_json(cloud, cloud.connectors.get(cluster, name)))


@router.get("/connectors/{name}/config")
def read_config(name: str, cluster: TheCluster, cloud: TheCloud) -> Json:
    """The configuration of a connector, secrets masked."""
    return Json(cloud.connectors.masked(cloud.connectors.get(cluster, name).config))


@router.put("/connectors/{name}/config")
def configure(name: str, config: Config, cluster: TheCluster, cloud: TheCloud) -> Json:
    """Change a connector's configuration; creates the connector if there is none of that name."""
    settings = _as_text(config)
    try:
        connector = cloud.connectors.get(cluster, name)
    except NotFoundError:
        return Json(info_json(cloud, cloud.connectors.create(cluster, name, settings)), 201)
    return Json(info_json(cloud, cloud.connectors.configure(connector, cluster, settings)))


@router.get("/connectors/{name}/status")
def read_status(name: str, cluster: TheCluster, cloud: TheCloud) -> Json:
    """The states of a connector and its tasks."""
    return Json(status_json(cloud, cloud.connectors.get(cluster, name)))


@router.get("/connectors/{name}/tasks")
def read_tasks(name: str, cluster: TheCluster, cloud: TheCloud) -> Json:
    """The tasks of a connector."""
    connector = cloud.connectors.get(cluster, name)
    config = cloud.connectors.masked(connector.config)
    tasks = range(len(cloud.connectors.status(connector).tasks))
    return Json([{"id": {"connector": name, "task": task}, "config": config} for task in tasks])


@router.put("/connectors/{name}/pause")
def pause(name: str, cluster: TheCluster, cloud: TheCloud) -> Response:
    """Pause a connector; its tasks keep their progress."""
    cloud.connectors.pause(cloud.connectors.get(cluster, name))
    return Response(status_code=202)


@router.put("/connectors/{name}/resume")
def resume(name: str, cluster: TheCluster, cloud: TheCloud) -> Response:
    """Resume a paused connector."""
    cloud.connectors.resume(cloud.connectors.get(cluster, name))
    return Response(status_code=202)


@router.post("/connectors/{name}/restart")
def restart(name: str, cluster: TheCluster, cloud: TheCloud) -> Response:
    """Restart a connector and its tasks."""
    cloud.connectors.restart(cloud.connectors.get(cluster, name))
    return Response(status_code=202)


@router.delete("/connectors/{name}")
def delete(name: str, cluster: TheCluster, cloud: TheCloud) -> Json:
    """Stop a connector and forget its progress."""
    cloud.connectors.delete(cloud.connectors.get(cluster, name))
    return Json({"error": None})


def _expanded(cloud: Cloud, connector: Connector, asked: list[str]) -> dict[str, Any]:
    parts: dict[str, Any] = {"extensions": {}}
    if "info" in asked:
        parts["info"] = info_json(cloud, connector)
    if "status" in asked:
        parts["status"] = status_json(cloud, connector)
    if "id" in asked:
        parts["id"] = {"id": connector.id, "id_type": "ID"}
    return parts


def _type(connector: Connector) -> str:
    return "sink" if "sink" in connector.config.get("connector.class", "").lower() else "source"


def _as_text(config: dict[str, Any]) -> dict[str, str]:
    """Return the configuration with every value as text, as Connect keeps it."""
    nested = [key for key, value in config.items() if isinstance(value, dict | list)]
    if nested:
        raise InvalidError(f"Setting {nested[0]} must be text.")
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in config.items()
        if value is not None
    }
