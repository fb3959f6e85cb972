"""Clients of the APIs that a clone's stack has to do with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workshop.clone import Clone

SECONDS = 60  # of one request, on a machine that may have much else to do


def cloud_api(clone: Clone) -> httpx.Client:
    """Return a client of the clone's local cloud, with the administrator's key."""
    own = clone.credentials()
    key = (own["cloud_api_key"], own["cloud_api_secret"])
    return httpx.Client(base_url=clone.endpoint, auth=key, timeout=SECONDS)


def flink_api(outputs: Mapping[str, Any]) -> httpx.Client:
    """Return a client of Flink's API, with the key of the stack that has these outputs."""
    path = f"sql/v1/organizations/{outputs['organizationId']}/environments/{outputs['environmentId']}"
    key = (outputs["flinkApiKey"], outputs["flinkApiSecret"])
    return httpx.Client(base_url=f"{outputs['flinkRestEndpoint']}/{path}", auth=key, timeout=SECONDS)
