"""When a command began, and what was there by then: noted before it, for what it may leave.

An object that the cloud says is older is somebody else's, whatever its name. The clock is the cloud's: this machine's
may be wrong by more than a command takes.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.stack.stack import is_loopback
from toolchain.frontdoor.state.deployment import deployment
from toolchain.frontdoor.state.endpoints import CONFLUENT_CLOUD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from toolchain.frontdoor.setup.prepare import Prepared

_SECONDS = 5.0
_DATE_STEP = timedelta(seconds=1)  # of the header: it leaves the fraction out
_CLUSTER = "confluentcloud:index/kafkaCluster:KafkaCluster"


@dataclass(frozen=True)
class Beginning:
    """``at``: by the cloud's clock, ``None`` if it did not say. ``connectors``: names by cluster, if they were listed.

    Connectors are listed because their API does not say when one was created. A cluster of the stack's that is not
    among the listed ones was not in the state when the command began.
    """

    at: datetime | None = None
    connectors: dict[str, list[str]] | None = None

    def is_before(self, created_at: str) -> bool:
        """Whether an object of that age was created after the command began."""
        created = time_of(created_at)
        return self.at is not None and created is not None and created >= self.at

    def had_connector(self, cluster: str, name: str) -> bool:
        """Whether a connector on a cluster of the stack's may have been there when the command began."""
        return self.connectors is None or name in self.connectors.get(cluster, ())

    def not_before(self, moment: datetime | None) -> Beginning:
        """Return the later one of two beginnings: the earlier one is of a command before."""
        return self if moment is None or (self.at and self.at >= moment) else replace(self, at=moment)

    def write(self, path: Path) -> None:
        """Keep it until the command is settled."""
        path.write_text(json.dumps(asdict(self), default=datetime.isoformat), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Beginning:
        """Return what was kept; without it nothing is known of the command, and so nothing is proven."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return cls(at=time_of(kept["at"] or ""), connectors=kept["connectors"])
        except (OSError, ValueError, KeyError, TypeError):
            return cls()


def time_of(text: str) -> datetime | None:
    """Read an RFC 3339 time; ``None`` if it is none, or one without its zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None


def beginning_of(prepared: Prepared) -> Beginning:
    """Ask the cloud what time it is, and which connectors there are. Never fails: unknown is an answer."""
    environment = prepared.environment
    base = (prepared.stack.endpoint or environment.get("CONFLUENT_CLOUD_ENDPOINT") or CONFLUENT_CLOUD).rstrip("/")
    cloud = Api(
        base, environment.get("CONFLUENT_CLOUD_API_KEY"), environment.get("CONFLUENT_CLOUD_API_SECRET"), _SECONDS
    )
    return Beginning(clock_of(cloud), _connectors(cloud, deployment(prepared).get("resources") or []))


def clock_of(cloud: Api) -> datetime | None:
    """Return a time that is not before now by the cloud's clock, nor a second later; from its ``Date`` header.

    Where the header agrees with this machine's clock, as on a local cloud, that one is used: it has the fraction.
    """
    here = datetime.now(UTC)
    try:
        told = parsedate_to_datetime(cloud.call("GET", "/healthz").date)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    if told.tzinfo is None:
        return None
    agrees = told <= here + _DATE_STEP and here <= told + 2 * _DATE_STEP
    return here if is_loopback(cloud.base) and agrees else told + _DATE_STEP


def _connectors(cloud: Api, resources: Iterable[dict[str, Any]]) -> dict[str, list[str]] | None:
    if not cloud.key:
        return None
    found = {}
    for resource in resources:
        if resource["type"] != _CLUSTER:
            continue
        cluster, inputs = str(resource.get("id", "")), resource.get("inputs") or {}
        environment = (inputs.get("environment") or {}).get("id", "")
        path = f"/connect/v1/environments/{environment}/clusters/{cluster}/connectors"
        try:
            reply = cloud.patiently("GET", path)
        except (OSError, http.client.HTTPException):
            return None
        gone = reply.status == http.client.NOT_FOUND
        if not gone and not (reply.status == http.client.OK and isinstance(reply.body, list)):
            return None
        found[cluster] = [] if gone else [str(name) for name in reply.body]
    return found
