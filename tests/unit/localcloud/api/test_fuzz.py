"""Whatever is sent to any endpoint, the local cloud makes no mistake of its own."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings, strategies

from localcloud.api.app import ROUTERS
from tests.support.fake_plane import FakePlane
from tests.support.words import PYTHON
from tests.unit.localcloud.conftest import Local, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.localcloud.conftest import Key

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))


def _operations() -> dict[str, Any]:
    described = FastAPI()
    for module in ROUTERS:
        described.include_router(module.router)
    found: Any = schemathesis.openapi.from_dict(described.openapi()).get_all_operations()
    return {operation.label: operation for operation in (result.ok() for result in found)}


OPERATIONS = _operations()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """Yield a local cloud with one of each, for all of these tests."""
    started = start(tmp_path_factory.mktemp("fuzzed"), FakePlane())
    with started.client:
        yield started
    started.cloud.close()
    started.cloud.store.close()


@pytest.fixture(scope="module")
def there(local: Local) -> dict[str, str]:
    """Return ids that lead to something."""
    environment = local.environment()
    return {
        "environment_id": environment,
        "cluster_id": local.cluster(environment),
        "pool_id": local.pool(environment),
        "registry_id": local.registry(environment),
        "account_id": local.account(),
        "organization_id": local.credentials.organization_id,
    }


@pytest.fixture(scope="module")
def flink_key(local: Local, there: dict[str, str]) -> Key:
    local.grant(there["account_id"], "FlinkAdmin", f"environment={there['environment_id']}")
    return local.flink_key(there["account_id"], there["environment_id"])


@pytest.fixture(autouse=True)
def counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count records for the minute that a request may ask for."""
    monkeypatch.setattr("localcloud.control.status.time.sleep", lambda _: None)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_is_too_odd(local: Local, there: dict[str, str], flink_key: Key, label: str) -> None:
    operation = OPERATIONS[label]
    key = flink_key if operation.path.startswith("/sql/") else local.admin
    keep = operation.method.upper() == "DELETE"

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_there=strategies.booleans())
    def send(case: Any, is_there: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        if is_there and not keep:
            case.path_parameters.update({name: there[name] for name in case.path_parameters if name in there})
        request = case.as_transport_kwargs(base_url="http://127.0.0.1:8099")
        request = {name: request[name] for name in ("method", "url", "params", "json", "headers") if name in request}
        request["headers"] = {name: value for name, value in request["headers"].items() if name != "Authorization"}
        reply = local.client.request(**request, auth=key)
        assert reply.status_code < 500 or reply.status_code == HTTPStatus.NOT_IMPLEMENTED, reply.text
        assert reply.is_success or not PYTHON.search(reply.text), reply.text

    send()
