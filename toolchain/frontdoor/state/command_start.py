"""The start of a command: the time, and the connectors that existed. It is recorded before Pulumi runs, for recovery.

An object that was created earlier, by the cloud's own account, belongs to somebody else, whatever its name. The time is
the cloud's: this machine's clock may be wrong by more than the duration of a command.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.hall.times import parse_time
from toolchain.frontdoor.stack.stack import is_loopback
from toolchain.frontdoor.state.deployment import deployment
from toolchain.frontdoor.state.endpoints import CONFLUENT_CLOUD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from toolchain.frontdoor.setup.prepare import Prepared

_SECONDS = 5.0  # per request: every command waits for this, and an unknown start is an answer
_DATE_STEP = timedelta(seconds=1)  # of the header: it leaves the fraction out
_CLUSTER = "confluentcloud:index/kafkaCluster:KafkaCluster"


@dataclass(frozen=True)
class CommandStart:
    """``at``: the time by the cloud's clock, ``None`` if it is unknown. ``connectors``: cluster id -> names.

    ``connectors`` is ``None`` if they could not be listed. They are listed because their API does not say when one was
    created. A cluster of the stack that has no entry was not in the state when the command started.
    """

    at: datetime | None = None
    connectors: dict[str, list[str]] | None = None

    def is_before(self, created_at: str) -> bool:
        """Whether an object created at ``created_at`` (RFC 3339) is younger than the command; false if unknown."""
        created = parse_time(created_at)
        return self.at is not None and created is not None and created >= self.at

    def had_connector(self, cluster: str, name: str) -> bool:
        """Whether a connector on a cluster of the stack may have existed when the command started."""
        return self.connectors is None or name in self.connectors.get(cluster, ())

    def no_earlier_than(self, moment: datetime | None) -> CommandStart:
        """Return this start, moved to ``moment`` if that is later: the recorded one is then an earlier command's."""
        return self if moment is None or (self.at and self.at >= moment) else replace(self, at=moment)

    def write(self, path: Path) -> None:
        """Save it until the command's operations are resolved."""
        path.write_text(json.dumps(asdict(self), default=datetime.isoformat), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> CommandStart:
        """Return the saved start, or one without any knowledge, which proves nothing, if the file is unreadable."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return cls(at=parse_time(kept["at"] or ""), connectors=kept["connectors"])
        except (OSError, ValueError, KeyError, TypeError):
            return cls()


def read_command_start(prepared: Prepared) -> CommandStart:
    """Ask the cloud for its time and its connectors. Never fails: what the cloud does not answer stays ``None``."""
    environment = prepared.environment
    base = (prepared.stack.endpoint or environment.get("CONFLUENT_CLOUD_ENDPOINT") or CONFLUENT_CLOUD).rstrip("/")
    cloud = Api(
        base, environment.get("CONFLUENT_CLOUD_API_KEY"), environment.get("CONFLUENT_CLOUD_API_SECRET"), _SECONDS
    )
    return CommandStart(cloud_clock(cloud), _connectors(cloud, deployment(prepared).get("resources") or []))


def cloud_clock(cloud: Api) -> datetime | None:
    """Return the present time by the cloud's clock, at most a second late and never early, from its ``Date`` header.

    On a local cloud this machine's clock is used if the header agrees with it: the header has whole seconds only.
    """
    here = datetime.now(UTC)
    try:
        # Any response has the header, also a 401 or 404: the path matters to the local cloud alone.
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
            reply = cloud.call_with_retry("GET", path)
        except (OSError, http.client.HTTPException):
            return None
        gone = reply.status == http.client.NOT_FOUND
        if not gone and not (reply.status == http.client.OK and isinstance(reply.body, list)):
            return None
        found[cluster] = [] if gone else [str(name) for name in reply.body]
    return found
