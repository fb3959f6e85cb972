"""Advice for a statement that is refused because its account lacks a right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFUSED = re.compile(
    r"\bmay not\b|not (?:be )?authori[sz]ed|authori[sz]ation failed|\bforbidden\b|denied", re.IGNORECASE
)
_NAMED = re.compile(r"['\"`\[]([\w.-]+)['\"`\]]")
_ACCOUNT = re.compile(r"\b(?:sa|u)-[a-z0-9]+\b")
_ROLES = {
    "CREATE": "DeveloperManage",
    "ALTER": "DeveloperManage",
    "DROP": "DeveloperManage",
    "INSERT": "DeveloperWrite",
}


def advice(statement: str, said: str, outputs: Mapping[str, str], *, is_local: bool) -> str:
    """Return what to do about a missing right, as a further sentence; empty for any other error.

    ``said``: the error message. ``outputs``: the stack's outputs, for ids. ``is_local``: whether the stack is on the
    local cloud.
    """
    if not _REFUSED.search(said):
        return ""
    if is_local:
        return (
            " That is the stack's own account: without `--as deployer` the statement runs as the local cloud's owner."
        )
    words = statement.split(None, 1)
    role = _ROLES.get(words[0].upper() if words else "", "DeveloperRead")
    account = _ACCOUNT.search(said)
    names = [name for name in _NAMED.findall(said) if not _ACCOUNT.fullmatch(name)]
    environment, cluster = outputs.get("environmentId", "ENVIRONMENT"), outputs.get("kafkaClusterId", "CLUSTER")
    return (
        f" The stack's own account has rights on the pipeline's topics alone. It lacks the role {role}, which an"
        " administrator grants with `confluent iam rbac role-binding create"
        f" --principal User:{account[0] if account else 'ACCOUNT'} --role {role}"
        f" --resource Topic:{names[-1] if names else 'TOPIC'} --environment {environment}"
        f" --cloud-cluster {cluster} --kafka-cluster {cluster}` (and the same with Subject: in its Schema Registry)."
    )
