"""Roles, patterns, scopes."""

from __future__ import annotations

import pytest

from localcloud.control.access.rbac import Grant, Operation, allows, kind_of

ORG = "crn://confluent.cloud/organization=o"
ENV = f"{ORG}/environment=env-1"
CLUSTER = f"{ENV}/cloud-cluster=lkc-1"
KAFKA = f"{CLUSTER}/kafka=lkc-1"
TOPIC = f"{KAFKA}/topic=orders"
SUBJECT = f"{ENV}/schema-registry=lsrc-1/subject=orders-value"
REGION = f"{ENV}/flink-region=aws.us-east-1"
POOL = f"{REGION}/compute-pool=lfcp-1"
ACCOUNT = f"{ORG}/service-account=sa-1"
O = Operation  # noqa: E741 - the tables below are read by columns


@pytest.mark.parametrize(
    ("pattern", "reached"),
    [
        (TOPIC, True),
        (f"{KAFKA}/topic=or*", True),
        (f"{KAFKA}/topic=*", True),
        (f"{KAFKA}/topic=order", False),
        (f"{KAFKA}/topic=orders-*", False),
        (f"{KAFKA}/group=*", False),
        (f"{ENV}/cloud-cluster=lkc-2/kafka=lkc-2/topic=orders", False),
        (f"{ENV}/cloud-cluster=*", False),  # a star reaches the last segment, not what lies below it
        (KAFKA, False),  # a role on resources has to name them
        (ORG, False),
    ],
)
def test_a_role_on_resources_reaches_what_its_pattern_names(pattern: str, *, reached: bool) -> None:
    assert allows([Grant("DeveloperRead", pattern)], O.READ, TOPIC) is reached


@pytest.mark.parametrize(
    ("role", "scope", "operation", "crn", "allowed"),
    [
        ("OrganizationAdmin", ORG, O.ASSIGN, ACCOUNT, True),
        ("OrganizationAdmin", ORG, O.WRITE, TOPIC, True),
        ("EnvironmentAdmin", ENV, O.MANAGE, ENV, True),
        ("EnvironmentAdmin", ENV, O.RUN, POOL, True),
        ("EnvironmentAdmin", ENV, O.WRITE, TOPIC, True),
        ("EnvironmentAdmin", ENV, O.MANAGE, f"{ORG}/environment=env-12", False),
        ("EnvironmentAdmin", ENV, O.MANAGE, ORG, False),
        ("EnvironmentAdmin", ENV, O.ASSIGN, ACCOUNT, False),
        ("CloudClusterAdmin", CLUSTER, O.DELETE, TOPIC, True),
        ("CloudClusterAdmin", CLUSTER, O.GRANT, TOPIC, True),
        ("CloudClusterAdmin", CLUSTER, O.READ, SUBJECT, False),
        ("CloudClusterAdmin", CLUSTER, O.RUN, POOL, False),
        ("CloudClusterAdmin", CLUSTER, O.MANAGE, ENV, False),
        ("FlinkAdmin", ENV, O.MANAGE_CONNECTIONS, ENV, True),
        ("FlinkAdmin", ENV, O.MANAGE, POOL, True),
        ("FlinkAdmin", ENV, O.MANAGE, CLUSTER, False),
        ("FlinkAdmin", ENV, O.READ, TOPIC, False),
        ("FlinkDeveloper", ENV, O.RUN, POOL, True),
        ("FlinkDeveloper", POOL, O.RUN, POOL, True),
        ("FlinkDeveloper", POOL, O.RUN, f"{REGION}/compute-pool=lfcp-2", False),
        ("FlinkDeveloper", ENV, O.MANAGE_CONNECTIONS, ENV, False),
        ("FlinkDeveloper", ENV, O.MANAGE, POOL, False),
        ("Assigner", ACCOUNT, O.ASSIGN, ACCOUNT, True),
        ("Assigner", ACCOUNT, O.ASSIGN, f"{ORG}/service-account=sa-12", False),
        ("Assigner", ORG, O.ASSIGN, ACCOUNT, True),
        ("Assigner", ORG, O.READ, TOPIC, False),
        ("DeveloperRead", TOPIC, O.WRITE, TOPIC, False),
        ("DeveloperRead", SUBJECT, O.READ, SUBJECT, True),
        ("DeveloperRead", SUBJECT, O.WRITE, SUBJECT, False),
        ("DeveloperWrite", SUBJECT, O.WRITE, SUBJECT, True),
        ("DeveloperWrite", SUBJECT, O.READ, SUBJECT, False),
        ("DeveloperWrite", TOPIC, O.READ, TOPIC, False),
        ("DeveloperManage", TOPIC, O.CREATE, TOPIC, True),
        ("DeveloperManage", TOPIC, O.WRITE, TOPIC, False),
        ("DeveloperManage", SUBJECT, O.DELETE, SUBJECT, True),
        ("ResourceOwner", TOPIC, O.GRANT, TOPIC, True),
        ("MetricsViewer", ORG, O.VIEW, KAFKA, True),
        ("MetricsViewer", ORG, O.READ, TOPIC, False),
        ("DataSteward", ENV, O.WRITE, SUBJECT, True),
        ("King", ORG, O.READ, TOPIC, False),
    ],
)
def test_what_roles_may_do(role: str, scope: str, operation: Operation, crn: str, *, allowed: bool) -> None:
    assert allows([Grant(role, scope)], operation, crn) is allowed


@pytest.mark.parametrize("seen", [ORG, ENV, CLUSTER, KAFKA])
def test_who_has_a_role_somewhere_sees_the_way_to_it(seen: str) -> None:
    grants = [Grant("DeveloperRead", TOPIC)]
    assert allows(grants, O.VIEW, seen)
    assert not allows(grants, O.MANAGE, seen)
    assert not allows(grants, O.VIEW, f"{ORG}/environment=env-2")


def test_nobody_may_do_anything_without_a_role() -> None:
    assert not any(allows([], operation, crn) for operation in O for crn in (ORG, ENV, TOPIC))


def test_a_crn_says_what_it_names() -> None:
    assert [kind_of(crn) for crn in (ORG, KAFKA, SUBJECT)] == ["organization", "kafka", "subject"]
