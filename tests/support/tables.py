"""What a stack has read and written so far."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx

from workshop.clone import wait_until

if TYPE_CHECKING:
    from workshop.clone import Clone

COLUMNS = "product_id, store_id, price, articleType, brandName"


def statements(clone: Clone) -> dict[str, Any]:
    """Name -> job, of what the stack runs."""
    jobs = clone.status()["jobs"]
    return {job["name"]: job for job in jobs if not job["name"].startswith("pulumiw-")}  # a query ends by itself


def topic_end(clone: Clone, name: str) -> int:
    """Return how many records a topic has got so far."""
    (topic,) = [topic for topic in clone.status()["topics"] if topic["name"] == name]
    return int(topic["records"])


def settled(clone: Clone) -> tuple[Counter[Any], Counter[Any]]:
    """Return what is in both tables once nothing new comes; the connector goes on afterwards."""
    own, outputs = clone.credentials(), clone.outputs()
    connector = (
        f"{clone.endpoint}/connect/v1/environments/{outputs['environmentId']}/clusters/{outputs['kafkaClusterId']}"
        f"/connectors/{next(iter(outputs['connectors']))}"
    )
    key = (own["cloud_api_key"], own["cloud_api_secret"])
    httpx.put(f"{connector}/pause", auth=key).raise_for_status()
    wait_until(lambda: httpx.get(f"{connector}/status", auth=key).json()["connector"]["state"] == "PAUSED", "pause")
    count = str(topic_end(clone, "product-updates"))
    products, vectors = (
        Counter(tuple(row.values()) for row in clone.sql(f"SELECT {COLUMNS} FROM `{table}`", "--limit", count))
        for table in ("product-updates", "product_vector")
    )
    httpx.put(f"{connector}/resume", auth=key).raise_for_status()
    return products, vectors
