"""What the console sees of a cloud."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import orjson

from localcloud.control.console.observer import Observer
from localcloud.control.core.resources import Statement
from tests.unit.localcloud.conftest import statement_body
from tests.unit.localcloud.control.console.world import SECRET, pipeline

if TYPE_CHECKING:
    import pytest

    from tests.unit.localcloud.conftest import Local


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def named(section: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (found,) = (one for one in section if one["name"] == name)
    return found


def write(local: Local, name: str, environment: str, records: int) -> None:
    (found,) = local.cloud.store.named(Statement, environment, name)
    status = replace(local.plane.flink.known[found.id], records_written=records, records_pending=4)
    local.plane.flink.known[found.id] = status


def test_every_part_is_seen_with_phase_and_lag(local: Local) -> None:
    made = pipeline(local)
    write(local, "insert-into-product-vector", made.environment, 10)
    seen = Observer(local.cloud).look()
    nodes = {node["name"]: node for node in seen["pipeline"]["nodes"]}
    assert nodes.keys() == {
        *("datagen", "product-updates", "vector_embedding", "insert-into-product-vector"),
        *("product_vector", "sink-mongodb", "127.0.0.1:19017"),
    }
    assert {node.get("phase") for node in nodes.values()} == {"RUNNING", None}
    assert (nodes["insert-into-product-vector"]["lag"], nodes["sink-mongodb"]["lag"]) == (4, 12)
    assert nodes["sink-mongodb"]["dead_letters"] == 3
    assert named(seen["models"], "vector_embedding")["version"] == "m"
    assert {one["name"] for one in seen["history"]} >= {"prod", "shop", "datagen", "create-table-product-vector"}


def test_no_secret_is_seen(local: Local) -> None:
    made = pipeline(local)
    key = local.flink_key(made.account, made.environment)
    text = orjson.dumps(Observer(local.cloud).look()).decode()
    assert key[0] in text
    for secret in (SECRET, key[1], local.credentials.cloud_api_secret, local.credentials.internal_token):
        assert secret not in text


def test_a_rate_is_what_was_written_over_five_seconds(local: Local) -> None:
    made, clock = pipeline(local), Clock()
    observer = Observer(local.cloud, clock)

    def rate() -> Any:
        return named(observer.look()["statements"], "insert-into-product-vector")["rate"]

    write(local, "insert-into-product-vector", made.environment, 100)
    assert rate() is None
    for second in range(1, 9):
        clock.now += 1
        write(local, "insert-into-product-vector", made.environment, 100 + 20 * second)
        assert rate() == 20
    clock.now += 1
    write(local, "insert-into-product-vector", made.environment, 3)  # restarted
    assert rate() == 0
    for _ in range(6):
        clock.now += 1
        rate()
    assert rate() == 0


def test_a_change_is_seen_at_the_next_look(local: Local) -> None:
    made = pipeline(local)
    observer = Observer(local.cloud)
    before = observer.look()["access"]["bindings"]
    assert observer.look()["access"]["bindings"] is before
    local.grant(made.account, "EnvironmentAdmin", f"environment={made.environment}")
    (new,) = (one for one in observer.look()["access"]["bindings"] if one["role"] == "EnvironmentAdmin")
    assert new["on"] == [f"environment={made.environment}"]
    assert new["principal"] == made.account


def test_a_cloud_that_starts_or_stops_is_seen_too(local: Local) -> None:
    pipeline(local)
    local.cloud.close()
    seen = Observer(local.cloud).look()
    assert seen["topics"] == []
    assert seen["cloud"]["detail"] == "The local cloud is stopping."


def test_a_look_asks_flink_and_each_broker_once(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    made, kafka = pipeline(local), local.plane.kafka
    second = local.cloud.store.named(Statement, made.environment, "insert-into-product-vector")[0]
    body = statement_body("second", "INSERT INTO t SELECT 1", second.compute_pool_id)
    local.call("POST", f"{local.sql(made.environment)}/statements", body, status=201)
    end_offsets = Mock(wraps=kafka.end_offsets)
    monkeypatch.setattr(kafka, "end_offsets", end_offsets)
    local.plane.flink.asked.clear()
    Observer(local.cloud).look()
    (uids,) = local.plane.flink.asked
    assert len(uids) == 2
    end_offsets.assert_called_once_with(made.cluster)
