"""Which connectors are sinks, and what they run as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guardrails.kinds import CONNECTOR
from guardrails.values import text

if TYPE_CHECKING:
    from pulumi_policy import PolicyResource

_SETTINGS = "configNonsensitive"


def setting(props: Any, key: str) -> str:
    """Return a plain setting of a connector; empty if it is absent or unknown."""
    return text(props, _SETTINGS, key)


def is_sink(kind: str, props: Any) -> bool:
    """Whether it is a connector that reads topics; sources have none of these settings."""
    return kind == CONNECTOR and bool(setting(props, "topics") or setting(props, "topics.regex"))


def runs_as_account(props: Any) -> bool:
    """Whether a connector logs in as a service account, and not with an API key."""
    return setting(props, "kafka.auth.mode") == "SERVICE_ACCOUNT"


def account_of(resource: PolicyResource) -> str:
    """Return the service account of a connector; empty if it has none, or it is not known yet."""
    return setting(resource.props, "kafka.service.account.id") if resource.resource_type == CONNECTOR else ""
