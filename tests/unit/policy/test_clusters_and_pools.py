from __future__ import annotations

from typing import Any

import pytest
from guardrails.cfu_ceiling import CFU_CEILING
from guardrails.cluster_types import CLUSTER_TYPES
from guardrails.kinds import API_KEY, COMPUTE_POOL, CONNECTION, ENVIRONMENT, KAFKA_CLUSTER, KAFKA_TOPIC, STATEMENT
from guardrails.one_region import ONE_REGION
from guardrails.protected_data import PROTECTED_DATA
from guardrails.regions import REGIONS

from tests.support.judge import UNKNOWN, judged, resource, stack_judged


class TestCfuCeiling:
    def test_above_is_refused(self) -> None:
        assert judged(CFU_CEILING, COMPUTE_POOL, {"maxCfu": 30.0}, name="flink-pool") == [
            "flink-pool may use 30 CFU, but 20 is the most a pool may: lower confluent-rag:maxCfu, or raise `maximum`."
        ]

    @pytest.mark.parametrize("props", [{"maxCfu": 20}, {"maxCfu": 5}, {}, {"maxCfu": UNKNOWN}])
    def test_up_to_it_passes(self, props: dict[str, Any]) -> None:
        assert judged(CFU_CEILING, COMPUTE_POOL, props) == []

    def test_the_ceiling_is_configured(self) -> None:
        assert judged(CFU_CEILING, COMPUTE_POOL, {"maxCfu": 50}, config={"maximum": 50.0}) == []
        assert len(judged(CFU_CEILING, COMPUTE_POOL, {"maxCfu": 10}, config={"maximum": 5.0})) == 1


class TestClusterTypes:
    @pytest.mark.parametrize(("kind", "stack"), [("basic", "dev"), ("standard", "dev"), ("standard", "prod")])
    def test_allowed(self, kind: str, stack: str) -> None:
        assert judged(CLUSTER_TYPES, KAFKA_CLUSTER, {kind: {}}, stack=stack) == []

    def test_basic_is_refused_in_production(self) -> None:
        (said,) = judged(CLUSTER_TYPES, KAFKA_CLUSTER, {"basic": {}}, name="cluster", stack="aws-us-east-1")
        assert said == (
            "cluster is a Basic cluster, but a production stack may use Standard: set confluent-rag:clusterType, "
            "or add Basic to `productionTypes`."
        )

    def test_dedicated_is_refused_until_it_is_configured(self) -> None:
        dedicated = {"dedicated": {"cku": UNKNOWN}}
        assert "add Dedicated to `types`" in judged(CLUSTER_TYPES, KAFKA_CLUSTER, dedicated)[0]
        assert judged(CLUSTER_TYPES, KAFKA_CLUSTER, dedicated, config={"types": ["Dedicated"]}) == []


@pytest.mark.parametrize("kind", [KAFKA_CLUSTER, COMPUTE_POOL])
class TestRegions:
    def test_elsewhere_is_refused(self, kind: str) -> None:
        (said,) = judged(REGIONS, kind, {"cloud": "AWS", "region": "eu-west-1"})
        assert said == (
            "it is in AWS/eu-west-1, but AWS/us-east-1, GCP/us-east4 and AZURE/eastus2 are allowed: "
            "move it, or add AWS/eu-west-1 to `regions`."
        )

    @pytest.mark.parametrize(("cloud", "region"), [("AWS", "us-east-1"), ("GCP", "us-east4"), ("AWS", UNKNOWN)])
    def test_allowed(self, kind: str, cloud: str, region: str) -> None:
        assert judged(REGIONS, kind, {"cloud": cloud, "region": region}) == []

    def test_patterns_are_configured(self, kind: str) -> None:
        config = {"regions": ["AWS/eu-*"]}
        assert judged(REGIONS, kind, {"cloud": "AWS", "region": "eu-west-1"}, config=config) == []
        assert len(judged(REGIONS, kind, {"cloud": "AWS", "region": "us-east-1"}, config=config)) == 1


CLUSTER = resource(KAFKA_CLUSTER, "cluster", {"cloud": "AWS", "region": "us-east-1"})
OF_US_EAST_2 = {"flinkRestEndpoint": "https://flink.us-east-2.aws.confluent.cloud"}


def flink_key(region: str) -> dict[str, Any]:
    return {"managedResource": {"kind": "Region", "id": region, "environment": {"id": UNKNOWN}}}


class TestOneRegion:
    @pytest.mark.parametrize(
        "elsewhere",
        [
            resource(COMPUTE_POOL, "odd", {"cloud": "AWS", "region": "us-east-2"}),
            resource(COMPUTE_POOL, "odd", {"cloud": "GCP", "region": "us-east-1"}),
            resource(API_KEY, "odd", flink_key("env-1.aws.us-east-2")),
            resource(CONNECTION, "odd", {"displayName": "openai"}, provider=OF_US_EAST_2),
            resource(STATEMENT, "odd", {"restEndpoint": "https://flink-a1.us-east-2.aws.private.confluent.cloud"}),
        ],
        ids=["pool", "pool-of-another-cloud", "key", "connection", "statement"],
    )
    def test_elsewhere_is_refused(self, elsewhere: Any) -> None:
        (said,) = stack_judged(ONE_REGION, CLUSTER, elsewhere)
        assert said.startswith("odd: odd is in ")
        assert "but the stack's Kafka cluster in AWS/us-east-1" in said

    def test_one_region_passes(self) -> None:
        assert (
            stack_judged(
                ONE_REGION,
                CLUSTER,
                resource(COMPUTE_POOL, "pool", {"cloud": "AWS", "region": "us-east-1"}),
                resource(API_KEY, "flink-key", flink_key("aws.us-east-1")),
                resource(API_KEY, "kafka-key", {"managedResource": {"kind": "Cluster", "id": UNKNOWN}}),
                resource(CONNECTION, "local", {}, provider={"flinkRestEndpoint": "http://127.0.0.1:8099"}),
                resource(STATEMENT, "unknown", {}, provider={"flinkRestEndpoint": UNKNOWN}),
            )
            == []
        )


class TestProtectedData:
    @pytest.mark.parametrize(
        ("kind", "props", "what"),
        [
            (ENVIRONMENT, {}, "environment"),
            (KAFKA_CLUSTER, {}, "Kafka cluster"),
            (KAFKA_TOPIC, {}, "topic"),
            (STATEMENT, {"statement": "-- vectors\nCREATE TABLE t (a INT);"}, "table"),
        ],
    )
    def test_production_is_protected(self, kind: str, props: dict[str, Any], what: str) -> None:
        assert judged(PROTECTED_DATA, kind, props, stack="prod") == [
            f"it is a {what} of a production stack without protection: set confluent-rag:protect: true."
        ]
        assert judged(PROTECTED_DATA, kind, props, stack="prod", protect=True) == []
        assert judged(PROTECTED_DATA, kind, props, stack="dev") == []

    @pytest.mark.parametrize("sql", ["INSERT INTO t SELECT 1", "CREATE MODEL m", "CREATE TABLES", UNKNOWN])
    def test_what_holds_no_data_may_go(self, sql: str) -> None:
        assert judged(PROTECTED_DATA, STATEMENT, {"statement": sql}, stack="prod") == []
