"""One stack for all clients: they use it side by side, as clients do."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import confluent_sql
import pytest

from workshop.clone import Clone
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workshop.stack import Key


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yield a stack that is up; it ends with the last client's last test."""
    clone = Clone.make(tmp_path_factory.mktemp("clients") / "confluent rag")
    try:
        yield Stack.up(clone)
    finally:
        for process in clone.processes():  # an orderly end of what clients left running takes half a minute
            process.kill()
        clone.remove()


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
