from __future__ import annotations

from typing import Any

import pytest
from guardrails.admin_roles import ADMIN_ROLES
from guardrails.cluster_admins import CLUSTER_ADMINS
from guardrails.kinds import KAFKA_ACL, KAFKA_CLUSTER, ROLE_BINDING
from guardrails.wildcards import WILDCARDS

from tests.support.judge import UNKNOWN, judged, resource, stack_judged

K = "crn://confluent.cloud/organization=o/environment=env-1/cloud-cluster=lkc-1/kafka=lkc-1"
S = "crn://confluent.cloud/organization=o/environment=env-1/schema-registry=lsrc-1"


def binding(role: str, crn: str = UNKNOWN) -> dict[str, Any]:
    return {"principal": UNKNOWN, "roleName": role, "crnPattern": crn}


class TestAdminRoles:
    @pytest.mark.parametrize("role", ["OrganizationAdmin", "EnvironmentAdmin", "AccountAdmin"])
    def test_an_administrator_is_refused(self, role: str) -> None:
        (said,) = judged(ADMIN_ROLES, ROLE_BINDING, binding(role), name="runner-admin")
        assert said == f"runner-admin makes an account {role}: bind roles on what it reads and writes instead."

    @pytest.mark.parametrize("role", ["DeveloperRead", "FlinkAdmin", "Assigner", "CloudClusterAdmin"])
    def test_others_pass_outside_production(self, role: str) -> None:
        assert judged(ADMIN_ROLES, ROLE_BINDING, binding(role)) == []

    @pytest.mark.parametrize("stack", ["prod", "production", "eu-prod", "aws-us-east-1"])
    def test_a_cluster_administrator_is_refused_in_production(self, stack: str) -> None:
        (said,) = judged(ADMIN_ROLES, ROLE_BINDING, binding("CloudClusterAdmin"), stack=stack)
        assert "CloudClusterAdmin in a production stack: use a Standard cluster" in said

    def test_which_stacks_are_production_is_configured(self) -> None:
        config = {"productionStacks": ["live"]}
        admin = binding("CloudClusterAdmin")
        assert judged(ADMIN_ROLES, ROLE_BINDING, admin, stack="prod", config=config) == []
        assert len(judged(ADMIN_ROLES, ROLE_BINDING, admin, stack="live", config=config)) == 1

    def test_the_deploying_account_is_excepted_by_name(self) -> None:
        config = {"exceptBindings": ["ci-*"]}
        admin = binding("EnvironmentAdmin")
        assert judged(ADMIN_ROLES, ROLE_BINDING, admin, name="ci-admin", config=config) == []
        assert len(judged(ADMIN_ROLES, ROLE_BINDING, admin, name="runner", config=config)) == 1

    def test_a_role_not_known_yet_waits_for_up(self) -> None:
        assert judged(ADMIN_ROLES, ROLE_BINDING, binding(UNKNOWN)) == []


class TestClusterAdmins:
    def test_basic_passes(self) -> None:
        cluster = resource(KAFKA_CLUSTER, "cluster", {"basic": {}})
        admin = resource(ROLE_BINDING, "admin", binding("CloudClusterAdmin"), made_of={"crnPattern": [cluster]})
        assert stack_judged(CLUSTER_ADMINS, cluster, admin) == []

    def test_standard_is_refused(self) -> None:
        cluster = resource(KAFKA_CLUSTER, "cluster", {"standard": {}})
        admin = resource(ROLE_BINDING, "admin", binding("CloudClusterAdmin"), made_of={"crnPattern": [cluster]})
        (said,) = stack_judged(CLUSTER_ADMINS, cluster, admin)
        assert said.startswith("admin: admin makes an account CloudClusterAdmin of cluster, which is Standard")

    def test_the_cluster_counts_that_the_right_is_on(self) -> None:
        basic = resource(KAFKA_CLUSTER, "basic", {"basic": {}})
        standard = resource(KAFKA_CLUSTER, "standard", {"standard": {}})
        admin = resource(ROLE_BINDING, "admin", binding("CloudClusterAdmin"), made_of={"crnPattern": [standard]})
        assert len(stack_judged(CLUSTER_ADMINS, basic, standard, admin)) == 1

    def test_a_cluster_from_elsewhere_is_refused(self) -> None:
        basic = resource(KAFKA_CLUSTER, "cluster", {"basic": {}})
        admin = resource(ROLE_BINDING, "admin", binding("CloudClusterAdmin", K))
        (said,) = stack_judged(CLUSTER_ADMINS, basic, admin)
        assert "a cluster that this stack does not make" in said

    def test_other_roles_are_none_of_its_business(self) -> None:
        cluster = resource(KAFKA_CLUSTER, "cluster", {"standard": {}})
        reader = resource(ROLE_BINDING, "reader", binding("DeveloperRead"), made_of={"crnPattern": [cluster]})
        assert stack_judged(CLUSTER_ADMINS, cluster, reader) == []


class TestWildcards:
    @pytest.mark.parametrize(
        ("crn", "kind"),
        [
            (f"{K}/topic=*", "topic"),
            (f"{K}/group=*", "group"),
            (f"{K}/transactional-id=*", "transactional-id"),
            (f"{S}/subject=*", "subject"),
            (f"{S}/subject=%2A", "subject"),
        ],
    )
    def test_everything_is_refused(self, crn: str, kind: str) -> None:
        assert judged(WILDCARDS, ROLE_BINDING, binding("DeveloperRead", crn)) == [
            f"it is a right on every {kind} (`{kind}=*`): name one, or a prefix such as `orders-*`."
        ]

    @pytest.mark.parametrize(
        "crn",
        [
            f"{K}/topic=product-updates",
            f"{K}/transactional-id=_confluent-flink_*",
            f"{S}/subject=product-updates-*",
            "crn://confluent.cloud/organization=o/environment=env-1",
            UNKNOWN,
        ],
    )
    def test_names_and_prefixes_pass(self, crn: str) -> None:
        assert judged(WILDCARDS, ROLE_BINDING, binding("DeveloperRead", crn)) == []

    def test_acls_too(self) -> None:
        everything = {"resourceType": "TRANSACTIONAL_ID", "resourceName": "*", "patternType": "LITERAL"}
        assert "every transactional-id" in judged(WILDCARDS, KAFKA_ACL, everything)[0]
        one = {"resourceType": "TOPIC", "resourceName": "product-updates", "patternType": "LITERAL"}
        assert judged(WILDCARDS, KAFKA_ACL, one) == []

    def test_what_must_be_named_is_configured(self) -> None:
        config = {"resources": ["topic"]}
        groups = binding("DeveloperRead", f"{K}/group=*")
        assert judged(WILDCARDS, ROLE_BINDING, groups, config=config) == []
