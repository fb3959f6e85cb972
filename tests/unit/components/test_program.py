"""The whole program, against the mocks."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import set_all_config
from pulumi.runtime.settings import get_root_resource

from tests.support.recorded_program import Recorded, record
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUTS = {
    "organizationId": "org-1",
    "environmentId": "env-1",
    "environmentName": "rag-c0ffee",
    "kafkaClusterId": "lkc-1",
    "kafkaClusterName": "embeddings-c0ffee",
    "kafkaBootstrapEndpoint": "SASL_SSL://kafka:9092",
    "kafkaRestEndpoint": "https://kafka",
    "schemaRegistryId": "lsrc-1",
    "schemaRegistryEndpoint": "https://registry",
    "computePoolId": "lfcp-1",
    "flinkRestEndpoint": "https://flink",
    "cloud": "AWS",
    "region": "us-east-1",
    "connectors": {"DatagenSourceProductUpdates": {"id": "lcc-1", "topic": "product-updates"}},
    "models": ["vector_embedding"],
    "flows": {
        "insert-into-product-vector": {
            "sources": ["product-updates"],
            "sink": "product_vector",
            "models": ["vector_embedding"],
        }
    },
    "connectionName": "openai-embedding-connection",
    "sinks": {},
    "sinkSecrets": {},
    "embeddings": {"endpoint": "https://api.openai.com/v1/embeddings", "model": "text-embedding-ada-002"},
    "flinkApiKey": "FLINKKEY",
    "flinkApiSecret": "flink-secret",
}


@pytest.fixture
def config() -> Iterator[dict[str, str]]:
    settings = {"confluent-rag:openaiApiKey": "k"}
    yield settings
    set_all_config({})


def run(config: dict[str, str]) -> tuple[Recorded, dict[str, Any], set[str]]:
    """Run ``__main__.py``; return what it registered, its outputs, and the names of the secret ones."""
    outputs: dict[str, Any] = {}
    secrets: set[str] = set()

    def program() -> pulumi.Output[None]:
        runpy.run_path(str(PROJECT / "__main__.py"))
        stack = get_root_resource()
        assert stack is not None
        exported = dict(stack.outputs)  # type: ignore[attr-defined]
        stack.outputs.clear()  # type: ignore[attr-defined]

        async def look() -> None:
            for name, value in exported.items():
                output = pulumi.Output.from_input(value)
                outputs[name] = await output.future()
                if await output.is_secret():
                    secrets.add(name)

        return pulumi.Output.from_input(look())

    set_all_config(config)
    return record(program), outputs, secrets


class TestProgram:
    def test_outputs(self, config: dict[str, str]) -> None:
        recorded, outputs, secrets = run(config)
        statements = outputs.pop("statements")
        assert outputs == OUTPUTS
        assert secrets == {"flinkApiKey", "flinkApiSecret", "sinkSecrets"}
        made = recorded.of_type("FlinkStatement")
        assert statements == {
            purpose: made[purpose].inputs["statementName"]
            for purpose in (
                "create-model-vector-embedding",
                "create-table-product-vector",
                "insert-into-product-vector",
            )
        }

    def test_suffix_and_cluster_name_are_taken_from_the_settings(self, config: dict[str, str]) -> None:
        recorded, outputs, _ = run(config | {"confluent-rag:suffix": "blue", "confluent-rag:clusterName": "products"})
        assert "suffix" not in recorded.registrations
        assert outputs["environmentName"] == "rag-blue"
        assert outputs["kafkaClusterName"] == "products"
        assert recorded["runner"].inputs["displayName"] == "rag-runner-blue"
        for statement in recorded.of_type("FlinkStatement").values():
            assert "-blue-" in statement.inputs["statementName"]
            assert statement.inputs["properties"]["sql.current-database"] == "products"

    def test_another_model_is_named_in_its_statement(self, config: dict[str, str]) -> None:
        recorded, _, _ = run(config | {"confluent-rag:embeddingModel": "text-embedding-3-small"})
        text = recorded["create-model-vector-embedding"].inputs["statement"]
        assert "'OPENAI.MODEL_VERSION' = 'text-embedding-3-small'" in text

    def test_protect_is_for_what_holds_data(self, config: dict[str, str]) -> None:
        recorded, _, _ = run(config | {"confluent-rag:protect": "true"})
        protected = {name for name, item in recorded.registrations.items() if item.request.protect}
        assert protected == {"environment", "cluster", "create-table-product-vector"}

    def test_nothing_slow_waits_for_what_it_does_not_use(self, config: dict[str, str]) -> None:
        recorded, _, _ = run(config)
        provisioned = ("KafkaCluster", "FlinkComputePool", "ApiKey", "Connector", "FlinkConnection", "FlinkStatement")
        slow = {name for kind in provisioned for name in recorded.of_type(kind)}
        flink = {"flink-pool", "flink-aws-us-east-1-key"}
        assert {name: recorded[name].depends_on & slow for name in slow} == {
            "cluster": set(),
            "flink-pool": set(),
            "flink-aws-us-east-1-key": set(),
            "datagen-source": {"cluster"},
            "embedding-model-connection": set(),
            "create-model-vector-embedding": {"cluster", "flink-pool", "embedding-model-connection"},
            "create-table-product-vector": {"cluster", "flink-pool"},
            "insert-into-product-vector": {
                "cluster",
                "flink-pool",
                "create-model-vector-embedding",
                "create-table-product-vector",
            },
        }
        # Pool and key reach connection and statements through their provider, an edge that Pulumi keeps for itself.
        assert flink <= recorded["flink-aws-us-east-1"].depends_on

    def test_what_has_a_name_of_its_own_goes_before_its_replacement(self, config: dict[str, str]) -> None:
        recorded, _, _ = run(config)
        named = ("Environment", "KafkaCluster", "ServiceAccount", "RoleBinding", "Connector", "FlinkConnection")
        assert all(item.request.deleteBeforeReplace for kind in named for item in recorded.of_type(kind).values())

    def test_statements_are_deleted_with_the_runner_before_the_deployer_loses_its_key(
        self, config: dict[str, str]
    ) -> None:
        recorded, _, _ = run(config)
        statements = recorded.of_type("FlinkStatement").values()
        assert all("runner" in item.input_depends_on("statementName") for item in statements)
        assert "runner" in recorded["deployer"].depends_on
        assert "deployer" not in recorded["runner"].depends_on

    def test_a_connection_is_replaced_with_its_environment_and_goes_before_it(self, config: dict[str, str]) -> None:
        connection = run(config)[0]["embedding-model-connection"]
        assert "environment" in connection.input_depends_on("displayName")
        trigger = connection.request.replacement_trigger.list_value.values
        assert [one.string_value for one in trigger] == ["aws-us-east-1", "env-1"]

    def test_nothing_is_registered_when_a_setting_is_wrong(self, config: dict[str, str]) -> None:
        set_all_config(config | {"confluent-rag:maxCfu": "7"})
        recorded: list[Recorded] = []
        with pytest.raises(pulumi.RunError, match="confluent-rag:maxCfu is '7'"):
            recorded.append(record(lambda: runpy.run_path(str(PROJECT / "__main__.py"))))
        assert recorded == []

    def test_is_short(self) -> None:
        assert len((PROJECT / "__main__.py").read_text().splitlines()) <= 105
