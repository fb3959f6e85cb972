from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.recorded_program import CLUSTER, ENVIRONMENT, ORGANIZATION, REGISTRY, Recorded, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.identities import Identities
    from components.kafka import Kafka

K = f"{CLUSTER}/kafka=lkc-1"


def rows(recorded: Recorded, account: str) -> set[tuple[str, str]]:
    """Return (role, CRN pattern) of every binding of an account."""
    return {
        (item.inputs["roleName"], item.inputs["crnPattern"])
        for item in recorded.of_type("RoleBinding").values()
        if item.inputs["principal"] == f"User:sa-{account}"
    }


class TestIdentities:
    def declare(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities], **scope: Any
    ) -> Recorded:
        return record(lambda: make_identities(make_kafka(), **scope))

    def test_accounts_are_named_with_the_suffix(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        accounts = self.declare(make_kafka, make_identities).of_type("ServiceAccount")
        assert {item.inputs["displayName"] for item in accounts.values()} == {
            "rag-datagen-x",
            "rag-runner-x",
            "rag-deployer-x",
        }

    def test_without_a_connector_nobody_may_write_for_it(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        recorded = self.declare(make_kafka, make_identities, generated=frozenset())
        assert recorded.of_type("ServiceAccount").keys() == {"runner", "deployer"}
        assert {item.inputs["principal"] for item in recorded.of_type("RoleBinding").values()} == {
            "User:sa-runner",
            "User:sa-deployer",
        }

    def test_the_connector_may_write_its_topic_and_subject_and_no_more(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        assert rows(self.declare(make_kafka, make_identities), "datagen") == {
            ("DeveloperWrite", f"{K}/topic=product-updates"),
            ("DeveloperRead", f"{REGISTRY}/subject=product-updates-*"),
            ("DeveloperWrite", f"{REGISTRY}/subject=product-updates-*"),
        }

    def test_statements_may_read_the_source_make_and_fill_the_sink(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        assert rows(self.declare(make_kafka, make_identities), "runner") == {
            ("FlinkDeveloper", ENVIRONMENT),
            ("DeveloperRead", f"{K}/transactional-id=_confluent-flink_*"),
            ("DeveloperWrite", f"{K}/transactional-id=_confluent-flink_*"),
            ("DeveloperRead", f"{K}/topic=product-updates"),
            ("DeveloperWrite", f"{K}/topic=product_vector"),
            ("DeveloperManage", f"{K}/topic=product_vector"),
            ("DeveloperRead", f"{REGISTRY}/subject=product-updates-*"),
            ("DeveloperRead", f"{REGISTRY}/subject=product_vector-*"),
            ("DeveloperWrite", f"{REGISTRY}/subject=product_vector-*"),
        }

    def test_the_key_may_deploy_as_the_runner_query_and_drop(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        assert rows(self.declare(make_kafka, make_identities), "deployer") == {
            ("FlinkAdmin", ENVIRONMENT),
            ("Assigner", f"{ORGANIZATION}/service-account=sa-runner"),
            ("DeveloperRead", f"{K}/topic=product-updates"),
            ("DeveloperRead", f"{K}/topic=product_vector"),
            ("DeveloperManage", f"{K}/topic=product_vector"),
            ("DeveloperRead", f"{REGISTRY}/subject=product-updates-*"),
            ("DeveloperRead", f"{REGISTRY}/subject=product_vector-*"),
            ("DeveloperManage", f"{REGISTRY}/subject=product_vector-*"),
        }

    def test_a_basic_cluster_is_administered_and_says_so(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        recorded = self.declare(make_kafka, make_identities, roles_per_topic=False)
        for account in ("datagen", "runner", "deployer"):
            on_kafka = {row for row in rows(recorded, account) if row[1].startswith(CLUSTER)}
            assert on_kafka == {("CloudClusterAdmin", CLUSTER)}
            assert "development profile" in recorded[account].inputs["description"]

    def test_bindings_do_not_sit_out_the_provider_s_wait(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        bindings = self.declare(make_kafka, make_identities).of_type("RoleBinding").values()
        assert all(item.inputs["disableWaitForReady"] is True for item in bindings)

    def test_only_rights_on_the_cluster_wait_for_it(
        self, make_kafka: Callable[[], Kafka], make_identities: Callable[..., Identities]
    ) -> None:
        recorded = self.declare(make_kafka, make_identities)
        early = {name for name, item in recorded.of_type("RoleBinding").items() if "cluster" not in item.depends_on}
        assert {
            "deployer-FlinkAdmin-environment",
            "deployer-Assigner-runner",
            "runner-FlinkDeveloper-environment",
        } <= early
        assert "datagen-DeveloperWrite-topic-product-updates" not in early
