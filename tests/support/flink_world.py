"""Flink's data plane for real, without the API above it: one JVM, a broker for each of two environments."""

from __future__ import annotations

import json
import struct
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from confluent_kafka import Producer

from localcloud.dataplane.flink.jobs import FlinkPlane
from localcloud.dataplane.flink.process import RefusedError
from localcloud.dataplane.interface import (
    AclRule,
    FlinkConnection,
    FlinkDatabase,
    FlinkEnvironment,
    StatementPhase,
    StatementSpec,
    StatementStatus,
    TopicInfo,
)
from localcloud.dataplane.kafka.admin import client_config
from localcloud.dataplane.kafka.brokers import BrokerPlane
from localcloud.dataplane.process.processes import ProcessHost
from localcloud.dataplane.registry.registry import SqliteRegistry
from tests.support.flink_plane_world import Provider, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PATIENCE = 120.0  # seconds, on a machine that may have much else to do
TOKEN = "internal-token-of-this-test"
SETTLED = {StatementPhase.RUNNING, StatementPhase.COMPLETED, StatementPhase.FAILED}
PRODUCT = {
    "store_id": "int32",
    "product_id": "int32",
    "count": "int32",
    "articleType": "",
    "size": "",
    "fashionType": "",
    "brandName": "",
    "baseColor": "",
    "gender": "",
    "ageGroup": "",
    "price": "float64",
    "season": "",
}


def product(number: int) -> dict[str, Any]:
    """A record of ``product-updates``."""
    words = {name: name.lower() for name, kind in PRODUCT.items() if not kind}
    return {**words, "store_id": 21, "product_id": number, "count": 9, "price": 67.22}


def content(number: int) -> str:
    """What the INSERT of ``sql/`` makes of :func:`product`."""
    words = "size agegroup gender season fashiontype brandname basecolor articletype"
    return f"{words} , price: 67.22 , store number: 21 , product id: {number}"


EVERYTHING = [
    AclRule(principal="User:sa-1", resource_type=kind, resource_name=name, operation="ALL")
    for kind, name in (("TOPIC", "*"), ("GROUP", "*"), ("TRANSACTIONAL_ID", "*"), ("CLUSTER", "kafka-cluster"))
]


class World:
    """Two environments with a cluster each, alike in every name but the environments' own."""

    def __init__(self, state: Path, jars: Path) -> None:
        """Start Flink; a cluster is started by :meth:`start_cluster`."""
        self.state, self.jars, self.provider = state, jars, Provider()
        self.specs: dict[str, StatementSpec] = {}
        with ExitStack() as started:
            self.host = started.enter_context(closing(ProcessHost(state)))
            self.registry = started.enter_context(closing(SqliteRegistry(state)))
            self.base = started.enter_context(serving(self.registry, self.provider, TOKEN))
            self.kafka = started.enter_context(closing(BrokerPlane(state, jars, self.host, TOKEN)))
            self.open_flink()
            self._started = started.pop_all()

    def open_flink(self) -> None:
        """Start Flink, also after it was closed."""
        self.flink = FlinkPlane(self.state, self.jars, self.host, self.kafka, base_url=self.base, internal_token=TOKEN)
        self.configure()

    def configure(self, key: str | None = None, endpoint: str | None = None) -> None:
        """Give both environments their connection, with that key and endpoint."""
        self.flink.configure([self._environment(number, key, endpoint) for number in (1, 2)])

    def _environment(self, number: int, key: str | None, endpoint: str | None) -> FlinkEnvironment:
        connection = FlinkConnection(
            name="openai-embedding-connection",
            type="OPENAI",
            endpoint=endpoint or self.provider.url,
            secrets={"API_KEY": key or self.provider.key},
        )
        return FlinkEnvironment(
            id=f"env-{number}",
            name=f"environment {number}",
            registry_id=f"lsrc-{number}",
            databases=[FlinkDatabase(id=f"lkc-{number}", name="cluster")],
            connections=[connection],
        )

    def start_cluster(self, number: int) -> None:
        """Start the broker of an environment, with the topic and the schema of products."""
        self.kafka.start(f"lkc-{number}")
        self.kafka.authorize(f"lkc-{number}", EVERYTHING)
        properties = {
            name: {"type": "number" if kind else "string", "connect.index": index}
            | ({"connect.type": kind} if kind else {})
            for index, (name, kind) in enumerate(PRODUCT.items())
        }
        schema = json.dumps({"type": "object", "title": "product", "properties": properties})
        self.registry.register(f"lsrc-{number}", "product-updates-value", schema, "JSON")
        self.kafka.create_topic(f"lkc-{number}", TopicInfo(name="product-updates", partitions=2))

    def produce(self, numbers: Sequence[int], environment: int = 1) -> None:
        """Write products."""
        schema_id = self.registry.version(f"lsrc-{environment}", "product-updates-value").id
        producer = Producer(client_config(self.kafka.internal(f"lkc-{environment}"), "admin"))
        for number in numbers:
            record = b"\0" + struct.pack(">I", schema_id) + json.dumps(product(number)).encode()
            producer.produce("product-updates", record)
        producer.flush()

    def run(
        self, sql: str, environment: int = 1, starting_offsets: Mapping[str, str] | None = None, **properties: str
    ) -> str:
        """Submit a statement, wait until it runs or has ended, return its uid."""
        uid = f"u{len(self.specs) + 1}"
        given = {"sql.current-catalog": f"env-{environment}", "sql.current-database": "cluster"}
        given |= {key.replace("__", ".").replace("_", "-"): value for key, value in properties.items()}
        self.specs[uid] = StatementSpec(
            uid=uid,
            name=f"statement-{uid}",
            environment_id=f"env-{environment}",
            statement=sql,
            properties=given,
            principal="sa-1",
            compute_pool_id="lfcp-1",
            starting_offsets=starting_offsets or {},
        )
        self.flink.submit(self.specs[uid])
        self.until(uid, lambda status: status.phase in SETTLED)
        return uid

    def until(self, uid: str, wanted: Callable[[StatementStatus], bool], seconds: float = PATIENCE) -> StatementStatus:
        """Wait for a status."""
        deadline = time.monotonic() + seconds
        while not wanted(status := self._status(uid)):
            assert time.monotonic() < deadline, status
            time.sleep(0.05)
        return status

    def _status(self, uid: str) -> StatementStatus:
        try:
            return self.flink.status(uid)
        except RefusedError as error:
            error.add_note(self.host.log_tail("flink", 60))  # the log goes with the folder of the test
            raise

    def ended(self, uid: str, seconds: float = PATIENCE) -> StatementStatus:
        """Wait for a statement's end."""
        return self.until(uid, lambda status: status.phase.is_terminal, seconds)

    def refusal(self, sql: str) -> str:
        """Return the sentence with which a statement fails."""
        status = self.flink.status(self.run(sql))
        assert status.phase is StatementPhase.FAILED, status
        return status.detail

    def rows(self, uid: str, count: int | None = None, seconds: float = PATIENCE) -> list[Any]:
        """Read ``count`` rows, or all of a result that ends."""
        found: list[Any] = []
        token, deadline = 0, time.monotonic() + seconds
        while count is None or len(found) < count:
            page = self.flink.results(uid, token)
            found += page.rows
            if page.next_token is None:
                break
            token = page.next_token
            assert time.monotonic() < deadline, f"{len(found)} rows of {self.specs[uid].statement}"
            time.sleep(0.05)
        return found

    def query(self, sql: str, environment: int = 1) -> list[list[Any]]:
        """Return the rows that are there now."""
        uid = self.run(sql, environment, sql__snapshot__mode="now")
        return [row["row"] for row in self.rows(uid)]

    def vectors(self) -> list[int]:
        """Return the ids in ``product_vector``, each as often as it is there."""
        return sorted(int(row[0]) for row in self.query("SELECT product_id FROM product_vector"))

    def eventually_vectors(self, ids: Sequence[int]) -> None:
        """Wait until ``product_vector`` has these ids."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.vectors()) != sorted(ids):
            assert time.monotonic() < deadline, f"{len(found)} rows, {len(set(found))} different ones"
            time.sleep(0.2)

    def close(self) -> None:
        """End all processes."""
        self.flink.close()
        self._started.close()
