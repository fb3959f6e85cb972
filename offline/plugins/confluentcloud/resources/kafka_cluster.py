"""KafkaCluster (``/cmk/v2/clusters``)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.confluentcloud.client import ApiError
from offline.plugins.confluentcloud.resources.base import GONE, CloudResource, wait_until_provisioned
from offline.plugins.confluentcloud.resources.environment import PATH as ENVIRONMENTS
from offline.plugins.confluentcloud.session import id_in
from offline.plugins.errors import PluginError
from offline.plugins.schema import Failure, Field, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

PATH = "/cmk/v2/clusters"
REGISTRIES = "/srcm/v3/clusters"
CLOUDS = ("AWS", "AZURE", "GCP")
_AVAILABILITIES = ("SINGLE_ZONE", "MULTI_ZONE", "LOW", "HIGH")
_EQUAL = ({"SINGLE_ZONE", "LOW"}, {"MULTI_ZONE", "HIGH"})
_CREATE_SECONDS, _REGISTRY_SECONDS, _DELETE_SECONDS = 3600.0, 600.0, 3600.0

_ECKU = Field("integer", server_default=True)
TYPES = {"basic": "Basic", "standard": "Standard", "dedicated": "Dedicated"}
"""Input block of each cluster type -> ``config.kind`` of the API."""


class KafkaCluster(CloudResource):
    """A Kafka cluster; deleted before its replacement is created, since both would have the same name."""

    token = "confluentcloud:index/kafkaCluster:KafkaCluster"  # noqa: S105 - a type token
    label = "KafkaCluster"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "availability": Field(
            required=True,
            replace=True,
            choices=_AVAILABILITIES,
            same=lambda old, new: any({old, new} <= names for names in _EQUAL),
        ),
        "cloud": Field(required=True, replace=True, choices=CLOUDS),
        "region": Field(required=True, replace=True),
        "environment": reference(required=True, replace=True, pattern="^env-"),
        "basic": Field("block", fields={"maxEcku": _ECKU}),
        "standard": Field("block", fields={"maxEcku": _ECKU}),
        "dedicated": Field(
            "block",
            fields={
                "cku": Field("integer", required=True),
                "encryptionKey": Field(),
                "zones": Field("list", server_default=True),
            },
        ),
        "enterprises": Field("list", replace=True),
        "freights": Field("list", replace=True),
        "network": reference(replace=True, server_default=True),
        "byokKey": reference(replace=True, server_default=True),
        "deletionProtection": Field("boolean"),
    }
    computed = ("apiVersion", "kind", "bootstrapEndpoint", "restEndpoint", "rbacCrn", "endpoints")
    autonamed = "displayName"

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require exactly one cluster type that the bundled provider supports."""
        yield from super().check(inputs)
        given = [name for name in TYPES if inputs.get(name) is not None]
        other = [name for name in ("enterprises", "freights") if inputs.get(name)]
        if other:
            yield Failure(other[0], f"the bundled provider knows no {other[0]}: take basic, standard or dedicated")
        elif not given:
            yield Failure(
                "standard", "there is no cluster type: give one of basic={}, standard={} or dedicated={'cku': 1}"
            )
        elif len(given) > 1:
            yield Failure(given[1], f"there are two cluster types, {' and '.join(given)}: give one")

    def diff(self, old: Values, old_inputs: Values, new: Values) -> Diff:
        """Always delete before replacing: the replacement has the same name."""
        found = super().diff(old, old_inputs, new)
        found.delete_first = True
        return found

    def refuse_impossible(self, old: Values, new: Values, _diff: Diff) -> None:
        """Refuse every change of type, except from Basic to Standard, which the API can make."""
        before, after = _type(old), _type(new)
        if before and before != after and (before, after) != ("basic", "standard"):
            raise PluginError(
                f"a cluster can go from basic to standard, not from {before} to {after}: "
                f"replace it with replace_on_changes=['{before}', '{after}']"
            )

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        spec: Values = {
            "display_name": inputs["displayName"],
            "availability": inputs["availability"],
            "cloud": inputs["cloud"],
            "region": inputs["region"],
            "config": _config(inputs),
            "environment": {"id": inputs["environment"]["id"]},
        }
        for block, name in (("network", "network"), ("byokKey", "byok")):
            if identity := id_in(inputs, block):
                spec[name] = {"id": identity}
        return self.session.cloud.post(PATH, {"spec": spec})["id"], {}

    def wait_until_ready(self, call: Call, resource_id: str, state: Values) -> None:
        """Wait for the cluster, then for the Schema Registry, which an environment gets with its first cluster."""
        environment, cloud = id_in(state, "environment"), self.session.cloud
        wait_until_provisioned(
            call,
            lambda: cloud.get(f"{PATH}/{resource_id}", environment=environment),
            f"the cluster {resource_id}",
            _CREATE_SECONDS,
        )
        if not cloud.get(f"{ENVIRONMENTS}/{environment}").get("stream_governance_config"):
            return

        def registry() -> Mapping[str, Any]:
            found = cloud.get(REGISTRIES, environment=environment, page_size=99).get("data") or []
            return found[0] if found else {"status": {"phase": "PROVISIONING"}}

        wait_until_provisioned(call, registry, f"the Schema Registry of {environment}", _REGISTRY_SECONDS)

    def fetch(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """Read the object with a GET."""
        found = self.session.cloud.find(f"{PATH}/{resource_id}", gone=GONE, environment=id_in(state, "environment"))
        return None if found is None else kafka_cluster(found)

    def change(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PATCH each property that differs by itself: the API refuses several in one request."""
        specs: list[Values] = []
        if diff.touches("displayName"):
            specs.append({"display_name": new["displayName"]})
        if diff.touches(*TYPES):
            specs.append({"config": _config(new)})
        if diff.touches("deletionProtection"):
            specs.append({"deletion_protection": new.get("deletionProtection", False)})
        for spec in specs:
            body = {"spec": {**spec, "environment": {"id": id_in(new, "environment")}}}
            self.session.cloud.patch(f"{PATH}/{resource_id}", body)

    def delete(self, call: Call, resource_id: str, state: Values) -> None:
        """Delete the object, and wait until the API no longer returns it."""
        environment, cloud = id_in(state, "environment"), self.session.cloud
        try:
            cloud.delete(f"{PATH}/{resource_id}", environment=environment)
        except ApiError as error:
            if error.status == HTTPStatus.CONFLICT and "protect" in error.detail:
                raise PluginError(f"{error}; set deletion_protection=False and run up first") from error
            raise

        def probe() -> bool | None:
            return cloud.find(f"{PATH}/{resource_id}", gone=GONE, environment=environment) is None or None

        call.wait(probe, f"the cluster {resource_id} is still there", _DELETE_SECONDS)

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse ENVIRONMENT/CLUSTER."""
        environment, _, cluster = resource_id.partition("/")
        if not cluster:
            raise PluginError("import a cluster by ENVIRONMENT/CLUSTER, such as env-abc123/lkc-abc123")
        return cluster, {"environment": {"id": environment}}


def _config(inputs: Values) -> Values:
    block = _type(inputs)
    names = {"maxEcku": "max_ecku", "cku": "cku", "encryptionKey": "encryption_key", "zones": "zones"}
    return {"kind": TYPES[block]} | {api: inputs[block][name] for name, api in names.items() if inputs[block].get(name)}


def _type(values: Values) -> str:
    return next((name for name in TYPES if values.get(name) is not None), "")


def kafka_cluster(found: Mapping[str, Any]) -> Values:
    """Return the outputs of a cluster."""
    spec = found.get("spec") or {}
    config = spec.get("config") or {}
    blocks: Values = dict.fromkeys(TYPES)
    for block, kind in TYPES.items():
        if config.get("kind") == kind:
            blocks[block] = {"maxEcku": config["max_ecku"]} if config.get("max_ecku") else {}
    if blocks["dedicated"] is not None:
        cku = (found.get("status") or {}).get("cku") or config.get("cku")
        blocks["dedicated"] = {"cku": cku, "zones": config.get("zones") or []}
    return {
        **blocks,
        "apiVersion": found.get("api_version"),
        "kind": found.get("kind"),
        "displayName": spec.get("display_name"),
        "availability": spec.get("availability"),
        "cloud": spec.get("cloud"),
        "region": spec.get("region"),
        "environment": {"id": (spec.get("environment") or {}).get("id", "")},
        "network": {"id": (spec.get("network") or {}).get("id", "")},
        "byokKey": {"id": (spec.get("byok") or {}).get("id", "")},
        "deletionProtection": bool(spec.get("deletion_protection")),
        "bootstrapEndpoint": spec.get("kafka_bootstrap_endpoint"),
        "restEndpoint": spec.get("http_endpoint"),
        "rbacCrn": _rbac_crn(found),
        "endpoints": [_endpoint(name, value) for name, value in (spec.get("endpoints") or {}).items()],
    }


def _rbac_crn(found: Mapping[str, Any]) -> str:
    crn = str((found.get("metadata") or {}).get("resource_name") or "")
    scope, mark, _ = crn.partition("/kafka=")
    if not mark:
        raise PluginError(f"the cluster's resource_name {crn!r} has no /kafka= part to make rbacCrn of")
    return scope


def _endpoint(access_point: str, value: Mapping[str, Any]) -> Values:
    return {
        "accessPointId": access_point,
        "bootstrapEndpoint": value.get("kafka_bootstrap_endpoint", ""),
        "restEndpoint": value.get("http_endpoint", ""),
        "connectionType": value.get("connection_type", ""),
    }
