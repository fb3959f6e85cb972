"""Asking the cloud how a connector is, while Pulumi still waits for it."""

import os

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
    import httpx  # noqa: PLC0415 - it takes as long to load as the driver, which only a hook has to spend

    try:
        async with httpx.AsyncClient(auth=(key, secret), timeout=_SECONDS) as cloud:
            reply = (await cloud.get(base.rstrip("/") + path)).raise_for_status()
        own = reply.json()["connector"]
    except (httpx.HTTPError, ValueError, KeyError):
        return None
    return str(own.get("trace") or "it gives no reason") if own.get("state") == "FAILED" else None
