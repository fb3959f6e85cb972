"""The pack: all policies, in the order of docs/policy.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import EnforcementLevel, PolicyPack

from guardrails.admin_roles import ADMIN_ROLES
from guardrails.cfu_ceiling import CFU_CEILING
from guardrails.cluster_admins import CLUSTER_ADMINS
from guardrails.cluster_types import CLUSTER_TYPES
from guardrails.connector_credentials import CONNECTOR_CREDENTIALS
from guardrails.dead_letters import DEAD_LETTERS
from guardrails.one_region import ONE_REGION
from guardrails.protected_data import PROTECTED_DATA
from guardrails.regions import REGIONS
from guardrails.sink_accounts import SINK_ACCOUNTS
from guardrails.sql_credentials import SQL_CREDENTIALS
from guardrails.wildcards import WILDCARDS

if TYPE_CHECKING:
    from pulumi_policy import Policy

NAME = "streaming-guardrails"
LEVEL = EnforcementLevel.MANDATORY
POLICIES: list[Policy] = [
    ADMIN_ROLES,
    CLUSTER_ADMINS,
    WILDCARDS,
    CFU_CEILING,
    CLUSTER_TYPES,
    REGIONS,
    ONE_REGION,
    SQL_CREDENTIALS,
    CONNECTOR_CREDENTIALS,
    SINK_ACCOUNTS,
    DEAD_LETTERS,
    PROTECTED_DATA,
]


def serve() -> None:
    """Serve the policies to the engine; returns when the engine ends."""
    PolicyPack(NAME, POLICIES, enforcement_level=LEVEL)
