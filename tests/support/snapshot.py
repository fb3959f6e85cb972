"""What a local cloud holds that a statement could change: catalog, topics with their settings, subjects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud


def snapshot(cloud: LocalCloud) -> dict[str, Any]:
    """Return all of it; two of these are equal if nothing has changed between them."""
    entries = cloud.state / "flink" / "catalog" / cloud.environment / f"{cloud.cluster}.json"
    topics = cloud.call("GET", f"/kafka/v3/clusters/{cloud.cluster}/topics")["data"]
    subjects = cloud.call("GET", f"/schema-registry/{cloud.registry}/subjects?deleted=true")
    return {
        "catalog": json.loads(entries.read_text()) if entries.exists() else {},
        "topics": {
            topic["topic_name"]: (topic["partitions_count"], _settings(cloud, topic["topic_name"])) for topic in topics
        },
        "subjects": {name: _versions(cloud, name) for name in subjects},
        "connections": cloud.call("GET", cloud.connections)["data"],
    }


def _settings(cloud: LocalCloud, topic: str) -> dict[str, str]:
    reply = cloud.call("GET", f"/kafka/v3/clusters/{cloud.cluster}/topics/{topic}/configs")
    return {setting["name"]: setting["value"] for setting in reply["data"] if not setting["is_default"]}


def _versions(cloud: LocalCloud, subject: str) -> list[Any]:
    versions = f"/schema-registry/{cloud.registry}/subjects/{subject}/versions"
    return [
        cloud.call("GET", f"{versions}/{version}?deleted=true")
        for version in cloud.call("GET", f"{versions}?deleted=true")
    ]
