"""The cloud and region of a resource, written ``AWS/us-east-1``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from guardrails.kinds import API_KEY, COMPUTE_POOL, CONNECTION, KAFKA_CLUSTER, STATEMENT
from guardrails.values import known, text

if TYPE_CHECKING:
    from pulumi_policy import PolicyResource

# https://flink.us-east-1.aws.confluent.cloud, https://flink-a1b2c3.us-east-1.aws.private.confluent.cloud
_ENDPOINT = re.compile(r"^https?://flink[^./]*\.(?P<region>[a-z0-9-]+)\.(?P<cloud>aws|gcp|azure)\.")
# The id of a region, to which a Flink key belongs: aws.us-east-1, env-a1b2c3.aws.us-east-1
_REGION_ID = re.compile(r"(?:^|\.)(?P<cloud>aws|gcp|azure)\.(?P<region>[a-z0-9-]+)$")


def declared_place(props: Any) -> str | None:
    """Return the place by the inputs ``cloud`` and ``region``; ``None`` without both."""
    cloud, region = text(props, "cloud"), text(props, "region")
    return f"{cloud.upper()}/{region}" if cloud and region else None


def place_of(resource: PolicyResource) -> str | None:
    """Return the place of a cluster, pool, Flink key, connection or statement; ``None`` for others, or if unknown."""
    if resource.resource_type in {KAFKA_CLUSTER, COMPUTE_POOL}:
        return declared_place(resource.props)
    if resource.resource_type == API_KEY:
        is_flink = text(resource.props, "managedResource", "kind") == "Region"
        return _read(_REGION_ID, text(resource.props, "managedResource", "id")) if is_flink else None
    if resource.resource_type in {CONNECTION, STATEMENT}:
        of_provider = known(resource.provider.props, "flinkRestEndpoint") if resource.provider else None
        return _read(_ENDPOINT, text(resource.props, "restEndpoint") or str(of_provider or ""))
    return None


def _read(pattern: re.Pattern[str], source: str) -> str | None:
    found = pattern.search(source)
    return f"{found['cloud'].upper()}/{found['region']}" if found else None
