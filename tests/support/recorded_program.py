"""Pulumi's mocks, and what a program registered with them: inputs, edges, options, secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import mocks, rpc, set_mocks, settings

if TYPE_CHECKING:
    from collections.abc import Callable

ORGANIZATION = "crn://confluent.cloud/organization=org-1"
ENVIRONMENT = f"{ORGANIZATION}/environment=env-1"
CLUSTER = f"{ENVIRONMENT}/cloud-cluster=lkc-1"
REGISTRY = f"{ENVIRONMENT}/schema-registry=lsrc-1"

_OUTPUTS: dict[str, tuple[str, dict[str, Any]]] = {
    "random:index/randomId:RandomId": ("c0ffee", {"hex": "c0ffee"}),
    "confluentcloud:index/environment:Environment": ("env-1", {"resourceName": ENVIRONMENT}),
    "confluentcloud:index/kafkaCluster:KafkaCluster": (
        "lkc-1",
        {"rbacCrn": CLUSTER, "restEndpoint": "https://kafka", "bootstrapEndpoint": "SASL_SSL://kafka:9092"},
    ),
    "confluentcloud:index/serviceAccount:ServiceAccount": (
        "sa-{name}",
        {"apiVersion": "iam/v2", "kind": "ServiceAccount"},
    ),
    "confluentcloud:index/roleBinding:RoleBinding": ("rb-{name}", {}),
    "confluentcloud:index/flinkComputePool:FlinkComputePool": ("lfcp-1", {}),
    "confluentcloud:index/apiKey:ApiKey": ("FLINKKEY", {"secret": "flink-secret"}),
    "confluentcloud:index/connector:Connector": ("lcc-1", {}),
    "confluentcloud:index/customConnectorPlugin:CustomConnectorPlugin": ("ccp-{name}", {}),
    "confluentcloud:index/flinkConnection:FlinkConnection": ("connection-id", {}),
    "confluentcloud:index/flinkStatement:FlinkStatement": ("statement-{name}", {}),
    "pulumi:providers:confluentcloud": ("provider-id", {}),
}
CALLS: dict[str, dict[str, Any]] = {
    "pulumi:pulumi:readStackResourceOutputs": {"name": "organization/confluent-rag/test", "outputs": {}},
    "confluentcloud:index/getEnvironment:getEnvironment": {
        "id": "env-1",
        "displayName": "house",
        "resourceName": ENVIRONMENT,
    },
    "confluentcloud:index/getOrganization:getOrganization": {"id": "org-1", "resourceName": ORGANIZATION},
    "confluentcloud:index/getFlinkRegion:getFlinkRegion": {
        "id": "aws.us-east-1",
        "apiVersion": "fcpm/v2",
        "kind": "Region",
        "restEndpoint": "https://flink",
    },
    "confluentcloud:index/getSchemaRegistryCluster:getSchemaRegistryCluster": {
        "id": "lsrc-1",
        "resourceName": REGISTRY,
        "restEndpoint": "https://registry",
    },
}


class _Cloud(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> Any:
        return CALLS[args.token]

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        identity, outputs = _OUTPUTS.get(args.typ, ("", {}))
        return identity.format(name=args.name), {**args.inputs, **outputs}


@dataclass(frozen=True)
class Registration:
    """One resource, as the program asked the engine for it."""

    request: Any

    @property
    def inputs(self) -> dict[str, Any]:
        """Its inputs, secrets in the clear."""
        return dict(_revealed(rpc.deserialize_properties(self.request.object)))

    @property
    def secrets(self) -> set[str]:
        """Names of the inputs that are marked as secret."""
        fields = rpc.deserialize_properties(self.request.object)
        return {name for name, value in fields.items() if rpc.is_rpc_secret(value)}

    @property
    def depends_on(self) -> set[str]:
        """Names of the resources that it waits for, whatever the reason."""
        return {_name(urn) for urn in self.request.dependencies}

    def input_depends_on(self, name: str) -> set[str]:
        """Names of the resources whose outputs make up one input."""
        return {_name(urn) for urn in self.request.propertyDependencies[name].urns}

    @property
    def parent(self) -> str:
        """Name of its parent."""
        return _name(self.request.parent)

    @property
    def provider(self) -> str:
        """Name of its explicit provider, empty for the default one."""
        return _name(self.request.provider.rpartition("::")[0]) if self.request.provider else ""


class Recorded(mocks.MockMonitor):
    """Everything that one run registered, by name."""

    def __init__(self) -> None:
        super().__init__(_Cloud())
        self.registrations: dict[str, Registration] = {}
        self.components: dict[str, Registration] = {}
        self.component_outputs: dict[str, dict[str, Any]] = {}
        self.hooks: dict[str, pulumi.ResourceHook | pulumi.ErrorHook] = {}
        self.result: Any = None

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Record, then answer as the mocks do."""
        known = self.registrations if request.custom else self.components
        assert request.name not in known, f"two resources are named {request.name}"
        known[request.name] = Registration(request)
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Record what a component writes into the state."""
        self.component_outputs[_name(request.urn)] = dict(rpc.deserialize_properties(request.outputs))
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def register_resource_hook(self, hook: pulumi.ResourceHook | pulumi.ErrorHook) -> None:
        """Keep a hook (as Pulumi's callback server does); the engine refuses a second one of the same name."""
        assert hook.name not in self.hooks, f"two hooks are named {hook.name}"
        self.hooks[hook.name] = hook

    register_error_hook = register_resource_hook

    def of_type(self, token: str) -> dict[str, Registration]:
        """Resources whose type ends with ``token``, by name."""
        return {name: item for name, item in self.registrations.items() if item.request.type.endswith(f":{token}")}

    def __getitem__(self, name: str) -> Registration:
        return self.registrations[name]


def record(program: Callable[[], Any], *, preview: bool = False) -> Recorded:
    """Run ``program`` against the mocks."""
    recorded = Recorded()
    set_mocks(_Cloud(), project="confluent-rag", stack="test", preview=preview, monitor=recorded)
    settings.SETTINGS.callbacks = recorded

    def run() -> None:
        recorded.result = program()

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    return recorded


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _revealed(value: Any) -> Any:
    if rpc.is_rpc_secret(value):
        return _revealed(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {name: _revealed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_revealed(item) for item in value]
    return value
