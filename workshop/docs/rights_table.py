"""The operations of the pipeline that need a right, and the table of role bindings in ``docs/security.md``."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.grants import Copied, Scope
from localcloud.control.access.rbac import Grant, Operation, allows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.grants import Grant as Granted

ORGANIZATION = "crn://confluent.cloud/organization=org-1"
ENVIRONMENT = f"{ORGANIZATION}/environment=env-1"
CLUSTER = f"{ENVIRONMENT}/cloud-cluster=lkc-1"
REGISTRY = f"{ENVIRONMENT}/schema-registry=lsrc-1"
SOURCE_TOPIC = "product-updates"
SINK = "product_vector"
K = f"{CLUSTER}/kafka=lkc-1"
POOL = f"{ENVIRONMENT}/flink-region=aws.us-east-1/compute-pool=lfcp-1"
RUNNER = f"{ORGANIZATION}/service-account=sa-runner"
# Confluent's guide for statements asks for it; to a broker, DeveloperWrite on the same ids includes it.
ASKED_FOR_BY_CONFLUENT = ("runner", "DeveloperRead", "transactions")
O = Operation  # noqa: E741 - the table below is read by columns

OPERATIONS: tuple[tuple[str, Operation, str, str], ...] = (
    ("datagen", O.WRITE, f"{K}/topic={SOURCE_TOPIC}", "write the generated records"),
    ("datagen", O.READ, f"{REGISTRY}/subject={SOURCE_TOPIC}-value", "find the schema of its records"),
    ("datagen", O.WRITE, f"{REGISTRY}/subject={SOURCE_TOPIC}-value", "register the schema of its records"),
    ("runner", O.RUN, POOL, "be the principal of statements"),
    ("runner", O.WRITE, f"{K}/transactional-id=_confluent-flink_insert-0-1", "write exactly once"),
    ("runner", O.READ, f"{K}/topic={SOURCE_TOPIC}", "INSERT reads its source"),
    ("runner", O.WRITE, f"{K}/topic={SINK}", "INSERT writes the vectors"),
    ("runner", O.CREATE, f"{K}/topic={SINK}", "CREATE TABLE makes the topic"),
    ("runner", O.READ, f"{REGISTRY}/subject={SOURCE_TOPIC}-value", "know the columns of the source"),
    ("runner", O.READ, f"{REGISTRY}/subject={SINK}-value", "know the columns of the sink"),
    ("runner", O.WRITE, f"{REGISTRY}/subject={SINK}-value", "CREATE TABLE registers the schema"),
    ("deployer", O.MANAGE_CONNECTIONS, ENVIRONMENT, "make the connection to the embedding model"),
    ("deployer", O.RUN, POOL, "run statements as the runner"),
    ("deployer", O.ASSIGN, RUNNER, "run statements as the runner"),
    ("deployer", O.READ, f"{K}/topic={SOURCE_TOPIC}", "SELECT from the source (`./pulumiw sql`)"),
    ("deployer", O.READ, f"{K}/topic={SINK}", "SELECT from the vectors (`./pulumiw sql`)"),
    ("deployer", O.DELETE, f"{K}/topic={SINK}", "DROP TABLE, in an edit"),
    ("deployer", O.READ, f"{REGISTRY}/subject={SOURCE_TOPIC}-value", "wait until the source is a table with columns"),
    ("deployer", O.READ, f"{REGISTRY}/subject={SINK}-value", "know the columns of the vectors"),
    ("deployer", O.DELETE, f"{REGISTRY}/subject={SINK}-value", "DROP TABLE deletes the schema"),
)
STORE = "sink-mongodb"
# Of a stack with a sink, besides: what its connector does, and who looks after it.
SINK_OPERATIONS: tuple[tuple[str, Operation, str, str], ...] = (
    (STORE, O.READ, f"{K}/topic={SINK}", "the sink reads the records"),
    (STORE, O.READ, f"{K}/group=connect-lcc-1", "the sink keeps its offsets"),
    (STORE, O.WRITE, f"{K}/topic=dlq-lcc-1", "the sink writes what it could not deliver"),
    (STORE, O.CREATE, f"{K}/topic=dlq-lcc-1", "the sink makes its dead-letter topic"),
    (STORE, O.READ, f"{REGISTRY}/subject={SINK}-value", "the sink knows the columns of the records"),
    ("deployer", O.READ, f"{K}/topic=dlq-lcc-1", "count what a sink could not deliver (`./pulumiw verify`)"),
    ("deployer", O.READ, f"{REGISTRY}/subject=dlq-lcc-1-value", "see the dead-letter topic as a table"),
)


@dataclass(frozen=True)
class Binding:
    """A role binding of the program: its account, the short name of its place (``on``), role and CRN pattern."""

    account: str
    on: str
    grant: Grant


def bindings(*, with_sink: bool = False) -> list[Binding]:
    """Return every role binding of the program on a Standard cluster, those of a sink into MongoDB if asked for."""
    return asyncio.run(_bindings({"mongodb": Copied(topics={SINK}, reports=("dlq",))} if with_sink else {}))


async def _bindings(sinks: Mapping[str, Copied]) -> list[Binding]:
    # Pulumi's outputs are futures, so they are made and awaited in one event loop.
    scope = Scope(
        organization=pulumi.Output.from_input(ORGANIZATION),
        environment=pulumi.Output.from_input(ENVIRONMENT),
        registry=pulumi.Output.from_input(REGISTRY),
        cluster=pulumi.Output.from_input(CLUSTER),
        cluster_id=pulumi.Output.from_input("lkc-1"),
        generated={SOURCE_TOPIC},
        reads={SOURCE_TOPIC},
        writes={SINK},
        roles_per_topic=True,
        sinks=sinks,
    )
    granted: dict[str, list[Granted]] = {
        "datagen": scope.datagen(),
        "runner": scope.runner(),
        "deployer": [*scope.deployer(pulumi.Output.from_input("sa-runner")), *scope.operator()],
        **{f"sink-{name}": scope.sink(name) for name in sinks},
    }
    return [
        Binding(account, grant.on, Grant(grant.role.value, str(await grant.crn.future())))
        for account, grants in granted.items()
        for grant in grants
    ]


def refused(held: Sequence[Binding], operations: Sequence[tuple[str, Operation, str, str]] = OPERATIONS) -> list[str]:
    """Return the operations that these bindings do not allow."""
    return [
        f"{why}"
        for account, operation, crn, why in operations
        if not allows([one.grant for one in held if one.account == account], operation, crn)
    ]


def render() -> str:
    """Return the table: principal, role, place, and the operations refused without the binding."""
    every = bindings(with_sink=True)
    rows = ["| principal | role | on | refused without it |", "|---|---|---|---|"]
    for one in every:
        without = refused([other for other in every if other is not one], (*OPERATIONS, *SINK_OPERATIONS))
        told = "; ".join(without) or "nothing here (Confluent's guide asks for it)"
        place = one.grant.pattern.rpartition("/")[2].replace("|", "")
        rows.append(f"| `{one.account}` | {one.grant.role} | `{place}` | {told} |")
    return "\n".join(rows) + "\n"
