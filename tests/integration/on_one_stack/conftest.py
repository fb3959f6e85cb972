"""One stack for all that leaves it as it was: clients use it side by side, as clients do.

`test_rights` comes last: role bindings that are deleted and made again have other ids than the stack's state has.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import confluent_sql
import psutil
import pytest

from tests.support.listeners import listeners_of
from workshop.clone import Clone
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.listeners import Listener
    from workshop.stack import Key


@pytest.fixture(scope="package")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """Yield the clone that the stack is of; it ends with the last test of this folder."""
    made = Clone.make(tmp_path_factory.mktemp("stack") / "confluent rag")
    yield made
    made.remove()


@pytest.fixture(scope="package")
def seen_during_up(clone: Clone) -> set[Listener]:
    """Bring the stack up; return every listener that was there meanwhile, of the command and of the local cloud."""
    seen: set[Listener] = set()
    with clone.start("up", "--yes") as up:
        while up.poll() is None:
            if sys.platform == "linux":  # only Linux tells of every socket in /proc
                seen |= listeners_of([psutil.Process(up.pid), *clone.processes()])
            time.sleep(0.02)
        assert up.stdout is not None
        assert up.returncode == 0, up.stdout.read()
    return seen


@pytest.fixture(scope="package")
def stack(clone: Clone, seen_during_up: set[Listener]) -> Stack:
    """Return the stack that is up."""
    assert seen_during_up or sys.platform != "linux"
    return Stack(clone, clone.outputs())


@pytest.fixture(scope="package")
def analyst(stack: Stack) -> Key:
    """Make a Flink key of an account that reads the pipeline's tables, and owns what is called ``lab_...``."""
    owned = [f"{kind}={name}*" for kind in ("topic", "subject") for name in ("lab_", "__dbt_tmp_")]
    roles = {
        "FlinkDeveloper": ["environment"],
        "DeveloperRead": [
            *("topic=product-updates", "topic=product_vector"),
            *("subject=product-updates-*", "subject=product_vector-*"),
        ],
        "ResourceOwner": [*owned, "transactional-id=_confluent-flink_*"],
    }
    return stack.flink_key(stack.account("analyst", roles))


@pytest.fixture(scope="package")
def connect(stack: Stack, analyst: Key) -> Callable[..., Any]:
    """Return what opens a connection of confluent-sql, as the analyst unless told otherwise."""

    def connected(**changes: Any) -> Any:
        place = {
            "endpoint": stack.outputs["flinkRestEndpoint"],
            "controlplane_endpoint": stack.clone.endpoint,
            "organization_id": stack.outputs["organizationId"],
            "environment_id": stack.outputs["environmentId"],
            "compute_pool_id": stack.outputs["computePoolId"],
            "database": stack.outputs["kafkaClusterName"],
            "flink_api_key": analyst.id,
            "flink_api_secret": analyst.secret,
        }
        return confluent_sql.connect(**{**place, **changes})

    return connected


@pytest.fixture(scope="package")
def connection(connect: Callable[..., Any]) -> Iterator[Any]:
    """Open one connection for all."""
    with closing(connect()) as opened:
        yield opened


@pytest.hookimpl(tryfirst=True)  # before tests/conftest.py, which sorts by groups alone
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put `test_rights` last."""
    items.sort(key=lambda item: item.path.name == "test_rights.py")
