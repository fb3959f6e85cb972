"""Every role binding of a running stack is taken away in turn: what it was for is then refused, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from confluent_kafka import KafkaError, KafkaException, Producer, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient

from localcloud.control.access.rbac import Operation
from tests.support.apis import cloud_api
from workshop.clone import wait_until
from workshop.docs.rights_table import OPERATIONS, bindings, refused

if TYPE_CHECKING:
    from workshop.clone import Clone
    from workshop.stack import Stack

pytestmark = pytest.mark.integration

Key = tuple[str, str]
FORBIDDEN = 403
ACCOUNTS = ("datagen", "runner", "deployer")
IN_KAFKA = {
    Operation.READ: AclOperation.READ,
    Operation.WRITE: AclOperation.WRITE,
    Operation.CREATE: AclOperation.CREATE,
    Operation.DELETE: AclOperation.DELETE,
}


@dataclass
class Account:
    """A service account of the stack with a key for each plane."""

    identity: str
    kafka: Key
    registry: Key
    flink: Key


@dataclass
class Probed:
    """A running stack, and the administrator's way to it."""

    clone: Clone
    outputs: dict[str, Any] = field(init=False)
    accounts: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cloud = cloud_api(self.clone)
        self.outputs = self.clone.outputs()
        environment = self.outputs["environmentId"]
        found = {item["display_name"]: item["id"] for item in self.items("/iam/v2/service-accounts")}
        cluster = self.cloud.get(f"/cmk/v2/clusters/{self.outputs['kafkaClusterId']}?environment={environment}").json()
        self.bootstrap = cluster["spec"]["kafka_bootstrap_endpoint"].partition("://")[2]
        region = {"id": "aws.us-east-1", "kind": "Region", "api_version": "fcpm/v2", "environment": environment}
        for name in ACCOUNTS:
            (identity,) = [found[display] for display in found if name in display]
            self.accounts[name] = Account(
                identity=identity,
                kafka=self.key(identity, {"id": cluster["id"], "environment": environment}),
                registry=self.key(identity, {"id": self.outputs["schemaRegistryId"], "environment": environment}),
                flink=self.key(identity, region),
            )

    def items(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.cloud.get(path).raise_for_status().json()["data"]
        return items

    def key(self, owner: str, resource: dict[str, Any]) -> Key:
        spec = {"display_name": "probe", "owner": {"id": owner}, "resource": resource}
        made = self.cloud.post("/iam/v2/api-keys", json={"spec": spec}).raise_for_status().json()
        return made["id"], made["spec"]["secret"]

    def bindings(self, account: str) -> list[dict[str, Any]]:
        principal = f"User:{self.accounts[account].identity}"
        organization = f"crn://confluent.cloud/organization={self.outputs['organizationId']}"
        query = {"principal": principal, "crn_pattern": f"{organization}/*"}
        reply = self.cloud.get("/iam/v2/role-bindings", params=query).raise_for_status().json()
        held: list[dict[str, Any]] = reply["data"]
        return held

    def is_refused(self, account: str, operation: Operation, crn: str) -> bool:
        """Do it, in a way that leaves nothing behind, and say whether it was refused."""
        who = self.accounts[account]
        kind, _, name = crn.rpartition("/")[2].partition("=")
        match kind:
            case "topic":
                return IN_KAFKA[operation] not in self.authorized(who.kafka, name)
            case "transactional-id":
                return self.is_transaction_refused(who.kafka, name)
            case "subject":
                return self.is_subject_refused(who.registry, operation, name)
            case "environment":
                return self.is_connection_refused(who.flink)
        return self.is_statement_refused(who.flink, self.accounts["runner"].identity)

    def authorized(self, key: Key, topic: str) -> set[AclOperation]:
        admin = AdminClient(self.kafka(key))
        asked = admin.describe_topics(TopicCollection([topic]), include_authorized_operations=True)
        try:
            return set(asked[topic].result(30).authorized_operations)
        except KafkaException as error:
            assert error.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED  # noqa: PT017 - the answer, not the test
            return set()

    def is_transaction_refused(self, key: Key, name: str) -> bool:
        producer = Producer({**self.kafka(key), "transactional.id": name})
        try:
            producer.init_transactions(30)
        except KafkaException as error:
            assert error.args[0].code() == KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED  # noqa: PT017 - as above
            return True
        return False

    def kafka(self, key: Key) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": key[0],
            "sasl.password": key[1],
            "log_level": 0,
        }

    def is_subject_refused(self, key: Key, operation: Operation, subject: str) -> bool:
        versions = f"{self.outputs['schemaRegistryEndpoint']}/subjects/{subject}/versions"
        if operation is Operation.READ:
            reply = httpx.get(f"{versions}/latest", auth=key)
        elif operation is Operation.DELETE:
            reply = httpx.delete(f"{versions}/999", auth=key)  # there is none: allowed, it is not found
        else:
            known = httpx.get(f"{versions}/latest", auth=self.accounts["deployer"].registry).json()
            reply = httpx.post(
                versions, auth=key, json={"schema": known["schema"], "schemaType": known.get("schemaType", "AVRO")}
            )
        return verdict(reply)

    def sql(self, collection: str) -> str:
        scope = f"organizations/{self.outputs['organizationId']}/environments/{self.outputs['environmentId']}"
        return f"{self.outputs['flinkRestEndpoint']}/sql/v1/{scope}/{collection}"

    def is_connection_refused(self, key: Key) -> bool:
        secrets = {"kind": "PlaintextProvider", "data": '{"API_KEY": "x"}'}
        spec = {"connection_type": "OPENAI", "endpoint": "http://127.0.0.1:9/v1/embeddings", "auth_data": secrets}
        reply = httpx.post(self.sql("connections"), auth=key, json={"name": "probe", "spec": spec}, timeout=60)
        httpx.delete(self.sql("connections/probe"), auth=key)
        return verdict(reply)

    def is_statement_refused(self, key: Key, principal: str) -> bool:
        name = f"probe-{uuid4().hex}"
        spec = {
            "statement": "SHOW CATALOGS",
            "properties": {},
            "compute_pool_id": self.outputs["computePoolId"],
            "principal": principal,
        }
        reply = httpx.post(self.sql("statements"), auth=key, json={"name": name, "spec": spec}, timeout=60)
        httpx.delete(self.sql(f"statements/{name}"), auth=key)
        return verdict(reply)


def verdict(reply: httpx.Response) -> bool:
    assert reply.status_code in {200, 201, 202, 404, FORBIDDEN}, reply.text
    return reply.status_code == FORBIDDEN


@pytest.fixture(scope="module")
def probed(stack: Stack) -> Probed:
    return Probed(stack.clone)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_no_binding_is_decoration(probed: Probed, account: str) -> None:
    mine = [one for one in OPERATIONS if one[0] == account]

    def refusals() -> set[str]:
        return {why for _, operation, crn, why in mine if probed.is_refused(account, operation, crn)}

    assert refusals() == set()
    every = bindings()
    for binding in [one for one in every if one.account == account]:
        kind, _, name = binding.grant.pattern.rpartition("/")[2].partition("=")
        (held,) = [
            item
            for item in probed.bindings(account)
            if item["role_name"] == binding.grant.role
            and item["crn_pattern"].rpartition("/")[2].startswith(f"{kind}=")
            and (kind in {"environment", "service-account"} or item["crn_pattern"].endswith(f"={name}"))
        ]
        expected = set(refused([one for one in every if one is not binding]))
        probed.cloud.delete(f"/iam/v2/role-bindings/{held['id']}").raise_for_status()
        wait_until(lambda: refusals() == expected, f"{binding}: {sorted(expected)}", 15)  # noqa: B023 - called at once
        body = {name: held[name] for name in ("principal", "role_name", "crn_pattern")}
        probed.cloud.post("/iam/v2/role-bindings", json=body).raise_for_status()
        wait_until(lambda: refusals() == set(), f"{binding} given back", 15)
