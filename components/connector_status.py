"""Asking the cloud how a connector is, while Pulumi still waits for it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import urllib.request
from typing import Any

import pulumi

CONFLUENT_CLOUD = "https://api.confluent.cloud"
_SECONDS = 10


async def failure_of(connector: str, environment_id: str, cluster_id: str) -> str | None:
    """Return why a connector FAILED, ``None`` if it has not or the cloud does not say: it may not be there yet.

    Asked with the key that the provider uses, which is in the stack's configuration or in the environment.
    """
    config = pulumi.Config("confluentcloud")
    base = config.get("endpoint") or os.environ.get("CONFLUENT_CLOUD_ENDPOINT") or CONFLUENT_CLOUD
    key = config.get("cloudApiKey") or os.environ.get("CONFLUENT_CLOUD_API_KEY")
    secret = config.get("cloudApiSecret") or os.environ.get("CONFLUENT_CLOUD_API_SECRET")
    path = f"/connect/v1/environments/{environment_id}/clusters/{cluster_id}/connectors/{connector}/status"
    if not (key and secret):
        return None
    token = base64.b64encode(f"{key}:{secret}".encode()).decode()

    def ask() -> Any:
        request = urllib.request.Request(base.rstrip("/") + path, headers={"Authorization": f"Basic {token}"})  # noqa: S310 - the provider's own endpoint
        with urllib.request.urlopen(request, timeout=_SECONDS) as reply:  # noqa: S310 - as above
            return json.load(reply)["connector"]

    try:
        own = await asyncio.to_thread(ask)
    except (OSError, ValueError, KeyError):
        return None
    return str(own.get("trace") or "it gives no reason") if own.get("state") == "FAILED" else None
