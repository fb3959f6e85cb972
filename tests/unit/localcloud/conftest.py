"""A local cloud in this process, over a data plane in memory."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from localcloud.api.app import create_app
from localcloud.control.cloud import Cloud
from localcloud.credentials import Credentials
from tests.support.fake_plane import FakePlane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


BASE = "http://127.0.0.1:8099"
Key = tuple[str, str]


@dataclass
class Local:
    """A cloud, what is under it, and a client in front of it."""

    state: Path
    plane: FakePlane
    cloud: Cloud
    credentials: Credentials
    client: TestClient
    admin: Key = field(init=False)

    def __post_init__(self) -> None:
        self.admin = (self.credentials.cloud_api_key, self.credentials.cloud_api_secret)

    def call(self, method: str, path: str, body: Any = None, *, key: Key | None = None, status: int = 200) -> Any:
        """Send a request as ``key`` (the administrator's, if none is given); the reply must have that status."""
        reply = self.send(method, path, body, key=key)
        assert reply.status_code == status, f"{method} {path} -> {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def send(self, method: str, path: str, body: Any = None, *, key: Key | None = None) -> Any:
        """Send a request and return the reply as it is."""
        return self.client.request(method, path, json=body, auth=key or self.admin)

    def detail(self, method: str, path: str, body: Any = None, *, status: int, key: Key | None = None) -> str:
        """Send a request that must be refused with that status, and return the sentence."""
        said = self.call(method, path, body, key=key, status=status)
        sentence: str = said["message"] if "message" in said else said["errors"][0]["detail"]
        return sentence

    def environment(self, name: str = "prod") -> str:
        """Make an environment, return its id."""
        body = {"display_name": name, "stream_governance_config": {"package": "ESSENTIALS"}}
        identifier: str = self.call("POST", "/org/v2/environments", body, status=201)["id"]
        return identifier

    def cluster(self, environment_id: str, name: str = "shop") -> str:
        """Make a cluster, wait until it is PROVISIONED, return its id."""
        identifier: str = self.call("POST", "/cmk/v2/clusters", cluster_body(environment_id, name), status=202)["id"]
        path = f"/cmk/v2/clusters/{identifier}?environment={environment_id}"
        eventually(lambda: self.call("GET", path)["status"]["phase"] == "PROVISIONED")
        return identifier

    def registry(self, environment_id: str) -> str:
        """Return the id of an environment's Schema Registry."""
        (one,) = self.call("GET", f"/srcm/v3/clusters?environment={environment_id}")["data"]
        identifier: str = one["id"]
        return identifier

    def account(self, name: str = "runner") -> str:
        """Make a service account, return its id."""
        identifier: str = self.call("POST", "/iam/v2/service-accounts", {"display_name": name}, status=201)["id"]
        return identifier

    def crn(self, *segments: str) -> str:
        """Return a CRN in the organization: ``crn("environment=env-1")``."""
        return "/".join([self.cloud.names.organization, *segments])

    def grant(self, account: str, role: str, *segments: str) -> str:
        """Give an account a role on what :meth:`crn` says, return the binding's id."""
        body = {"principal": f"User:{account}", "role_name": role, "crn_pattern": self.crn(*segments)}
        identifier: str = self.call("POST", "/iam/v2/role-bindings", body, status=201)["id"]
        return identifier

    def pool(self, environment_id: str, name: str = "pool") -> str:
        """Make a compute pool, return its id."""
        identifier: str = self.call("POST", "/fcpm/v2/compute-pools", pool_body(environment_id, name), status=202)["id"]
        return identifier

    def key(self, owner: str, resource: dict[str, Any] | None = None) -> Key:
        """Make an API key, return both halves."""
        spec = {"display_name": "key", "owner": {"id": owner}, "resource": resource}
        made = self.call("POST", "/iam/v2/api-keys", {"spec": spec}, status=202)
        return made["id"], made["spec"]["secret"]

    def flink_key(self, owner: str, environment_id: str) -> Key:
        """Make a Flink key for us-east-1."""
        resource = {"id": "aws.us-east-1", "kind": "Region", "api_version": "fcpm/v2", "environment": environment_id}
        return self.key(owner, resource)

    def sql(self, environment_id: str) -> str:
        """Return the path below which statements and connections of an environment are."""
        return f"/sql/v1/organizations/{self.credentials.organization_id}/environments/{environment_id}"

    def restarted(self) -> Local:
        """Stop this cloud, and return one on the same state with new processes."""
        self.cloud.close()
        self.cloud.store.close()
        return start(self.state, FakePlane())


def cluster_body(environment_id: str, name: str = "shop", **changes: Any) -> dict[str, Any]:
    """Return what the provider posts for a Standard cluster."""
    spec = {
        "display_name": name,
        "availability": "SINGLE_ZONE",
        "cloud": "AWS",
        "region": "us-east-1",
        "config": {"kind": "Standard"},
        "environment": {"id": environment_id, "related": "", "resource_name": ""},
    }
    return {"spec": spec | changes}


def pool_body(environment_id: str, name: str = "pool", **changes: Any) -> dict[str, Any]:
    """Return what the provider posts for a compute pool."""
    spec = {
        "display_name": name,
        "cloud": "AWS",
        "region": "us-east-1",
        "max_cfu": 10,
        "default_pool": False,
        "enable_ai": False,
        "environment": {"id": environment_id},
    }
    return {"spec": spec | changes}


def datagen_config(account: str, name: str = "datagen", **changes: str) -> dict[str, str]:
    """Return the configuration of a connector that runs as a service account."""
    return {
        "connector.class": "DatagenSource",
        "name": name,
        "kafka.auth.mode": "SERVICE_ACCOUNT",
        "kafka.service.account.id": account,
        "kafka.topic": "product-updates",
        "tasks.max": "1",
        **{key.replace("_", "."): value for key, value in changes.items()},
    }


def statement_body(name: str, sql: str, pool: str = "", **spec: Any) -> dict[str, Any]:
    """Return what clients post for a statement."""
    return {
        "name": name,
        "spec": {"statement": sql, "properties": {"sql.current-catalog": "c"}, "compute_pool_id": pool, **spec},
    }


def eventually(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for what happens in the background."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def start(state: Path, plane: FakePlane) -> Local:
    """Open a cloud on ``state``, in this thread."""
    credentials = Credentials.load_or_make(state)
    cloud = Cloud(state, credentials, BASE)
    cloud.open(plane.open)
    client = TestClient(create_app(cloud, logging.getLogger("requests")), BASE, raise_server_exceptions=False)
    return Local(state=state, plane=plane, cloud=cloud, credentials=credentials, client=client)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    """Yield an empty local cloud."""
    started = start(tmp_path, FakePlane())
    with started.client:  # one event loop for all requests: outside, each starts a thread with a loop of its own
        yield started
    started.cloud.close()
    started.cloud.store.close()
