"""The provider's functions: they look up objects that the program did not create, by id or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from offline.plugins.confluentcloud.resources.environment import PATH as ENVIRONMENTS
from offline.plugins.confluentcloud.resources.flink_compute_pool import PATH as POOLS
from offline.plugins.confluentcloud.resources.flink_compute_pool import compute_pool
from offline.plugins.confluentcloud.resources.iam import ACCOUNTS, service_account
from offline.plugins.confluentcloud.resources.kafka_cluster import PATH as CLUSTERS
from offline.plugins.confluentcloud.resources.kafka_cluster import REGISTRIES, kafka_cluster
from offline.plugins.confluentcloud.session import id_in
from offline.plugins.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.confluentcloud.client import Api
    from offline.plugins.confluentcloud.session import Session
    from offline.plugins.wire import Values

_PAGE = 99  # the page size that the official provider requests


def get_organization(session: Session, _call: Call, _args: Values) -> Values:
    """Return the organization, parsed from the CRN of its first environment: no API shows it to every role."""
    found = session.cloud.get(ENVIRONMENTS).get("data") or []
    if not found:
        raise PluginError("the organization has no environment to read its name from")
    crn = str((found[0].get("metadata") or {}).get("resource_name") or "")
    organization, mark, _ = crn.partition("/environment=")
    if not mark or "/organization=" not in organization:
        raise PluginError(f"the environment's resource_name {crn!r} names no organization")
    return {"id": organization.split("/organization=")[1], "resourceName": organization}


def get_environment(session: Session, _call: Call, args: Values) -> Values:
    """Return an environment by ``id`` or ``displayName``."""
    found = _one(session.cloud, ENVIRONMENTS, args, lambda item: item.get("display_name"))
    package = (found.get("stream_governance_config") or {}).get("package", "")
    return {
        "id": found["id"],
        "displayName": found.get("display_name"),
        "resourceName": (found.get("metadata") or {}).get("resource_name"),
        "streamGovernance": {"package": package},
    }


def get_flink_region(session: Session, _call: Call, args: Values) -> Values:
    """Return the Flink region of a cloud provider's region."""
    cloud, region = args.get("cloud", ""), args.get("region", "")
    query = {"cloud": cloud, "page_size": _PAGE, "region_name": region}
    found = session.cloud.get("/fcpm/v2/regions", **query).get("data") or []
    if len(found) != 1:
        raise PluginError(
            f"there {'is no' if not found else 'is more than one'} Flink region {region!r} of cloud {cloud!r}"
        )
    return {
        "id": found[0]["id"],
        "apiVersion": found[0].get("api_version", ""),
        "kind": found[0].get("kind", ""),
        "cloud": found[0].get("cloud") or cloud,
        "region": found[0].get("region_name") or region,
        "restEndpoint": found[0].get("http_endpoint", ""),
        "privateRestEndpoint": found[0].get("private_http_endpoint") or "",
    }


def get_schema_registry_cluster(session: Session, _call: Call, args: Values) -> Values:
    """Return the environment's Schema Registry, which it gets with its first Kafka cluster."""
    environment = _environment(args)
    identity, name = args.get("id"), args.get("displayName")
    if not identity:
        listed = list(_pages(session.cloud, REGISTRIES, environment=environment, page_size=_PAGE))
        named = [item for item in listed if name is None or (item.get("spec") or {}).get("display_name") == name]
        if len(named) != 1:
            raise PluginError(
                f"there {'is no' if not named else 'is more than one'} Schema Registry in {environment}: "
                "it comes with the environment's first Kafka cluster, so depend on that (depends_on)"
            )
        identity = named[0]["id"]
    found = session.cloud.get(f"{REGISTRIES}/{identity}", environment=environment)
    spec = found.get("spec") or {}
    return {
        "id": found["id"],
        "apiVersion": found.get("api_version", ""),
        "kind": found.get("kind", ""),
        "displayName": spec.get("display_name", ""),
        "package": spec.get("package", ""),
        "cloud": spec.get("cloud", ""),
        "region": spec.get("region", ""),
        "environment": {"id": (spec.get("environment") or {}).get("id") or environment},
        "resourceName": (found.get("metadata") or {}).get("resource_name", ""),
        "restEndpoint": spec.get("http_endpoint", ""),
        "catalogEndpoint": spec.get("catalog_http_endpoint") or spec.get("http_endpoint", ""),
        "privateRegionalRestEndpoints": spec.get("private_networking_config") or {},
    }


def get_kafka_cluster(session: Session, _call: Call, args: Values) -> Values:
    """Return a cluster of an environment by ``id`` or ``displayName``."""
    query = {"environment": _environment(args)}
    found = _one(session.cloud, CLUSTERS, args, lambda item: (item.get("spec") or {}).get("display_name"), **query)
    outputs = kafka_cluster(found)
    basic, standard = outputs.pop("basic"), outputs.pop("standard")
    return {
        **outputs,
        "id": found["id"],
        "basics": [] if basic is None else [{"maxEcku": 0, **basic}],
        "standards": [] if standard is None else [{"maxEcku": 0, **standard}],
        "networks": [outputs.pop("network")],
        "byokKeys": [outputs.pop("byokKey")],
        "enterprises": [],
        "freights": [],
    }


def get_flink_compute_pool(session: Session, _call: Call, args: Values) -> Values:
    """Return a compute pool of an environment by ``id`` or ``displayName``."""
    query = {"environment": _environment(args)}
    found = _one(session.cloud, POOLS, args, lambda item: (item.get("spec") or {}).get("display_name"), **query)
    return {"id": found["id"], **compute_pool(found)}


def get_service_account(session: Session, _call: Call, args: Values) -> Values:
    """Return a service account by ``id`` or ``displayName``."""
    found = _one(session.cloud, ACCOUNTS, args, lambda item: item.get("display_name"))
    return {"id": found["id"], **service_account(found)}


FUNCTIONS: Mapping[str, Callable[[Session, Call, Values], Values]] = {
    "getOrganization": get_organization,
    "getEnvironment": get_environment,
    "getFlinkRegion": get_flink_region,
    "getSchemaRegistryCluster": get_schema_registry_cluster,
    "getKafkaCluster": get_kafka_cluster,
    "getFlinkComputePool": get_flink_compute_pool,
    "getServiceAccount": get_service_account,
}


def _environment(args: Values) -> str:
    if not (identity := id_in(args, "environment")):
        raise PluginError("environment is missing: give it as {'id': 'env-abc123'}")
    return identity


def _one(
    cloud: Api, path: str, args: Values, name_of: Callable[[Mapping[str, Any]], Any], **query: str
) -> Mapping[str, Any]:
    identity, name = args.get("id"), args.get("displayName")
    if bool(identity) == bool(name):
        raise PluginError("give either id or displayName")
    if identity:
        found: Mapping[str, Any] = cloud.get(f"{path}/{identity}", **query)
        return found
    named = [item for item in _pages(cloud, path, page_size=_PAGE, **query) if name_of(item) == name]
    if len(named) != 1:
        raise PluginError(f"there is {'none' if not named else 'more than one'} named {name!r}")
    return named[0]


def _pages(cloud: Api, path: str, **query: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the items of a list, page after page."""
    while True:
        page = cloud.get(path, **query)
        yield from page.get("data") or []
        following = (page.get("metadata") or {}).get("next")
        token = parse_qs(urlsplit(str(following or "")).query).get("page_token")
        if not token:
            return
        query["page_token"] = token[0]
