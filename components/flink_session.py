"""Where statements run and as whom: what every Flink resource and every hook needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi_confluentcloud as confluentcloud


@dataclass(frozen=True, kw_only=True)
class Address:
    """A Flink endpoint with the key to it, as plain values."""

    endpoint: str
    organization_id: str
    environment_id: str
    compute_pool_id: str
    api_key: str
    api_secret: str = field(repr=False)


_IN_OUTPUTS = {
    "endpoint": "flinkRestEndpoint",
    "organization_id": "organizationId",
    "environment_id": "environmentId",
    "compute_pool_id": "computePoolId",
    "api_key": "flinkApiKey",
    "api_secret": "flinkApiSecret",
}


@dataclass(frozen=True, kw_only=True)
class LastUp:
    """What the stack's last ``up`` has put into its outputs; ``address`` is ``None`` before there was one."""

    address: Address | None
    protect: bool


def last_up() -> pulumi.Output[LastUp]:
    """Read the stack's own outputs.

    A ``destroy`` after a change of settings needs them: the address that the new settings lead to will never be there.
    Asked for by the program itself, because the engine no longer answers once the program has declared everything.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"

    def read(known: dict[str, Any]) -> LastUp:
        outputs = known.get("outputs") or {}
        values = {field: outputs.get(name) for field, name in _IN_OUTPUTS.items()}
        given = {field: value for field, value in values.items() if isinstance(value, str)}
        address = Address(**given) if given.keys() == values.keys() else None
        return LastUp(address=address, protect=bool(outputs.get("protect")))

    reply = pulumi.runtime.invoke_output("pulumi:pulumi:readStackOutputs", {"name": stack})
    return pulumi.Output.secret(reply.apply(read))


@dataclass(frozen=True, kw_only=True)
class FlinkSession:
    """What declares and runs statements in one database.

    ``catalog`` is an environment id, ``database`` a cluster's display name (Flink SQL API, ``sql.current-*``).
    ``place``: cloud and region. ``runs_as``: the ids of pool, account and cluster; another one, another session.
    ``address`` is secret, and so is what ``last_up`` holds. ``rights``: the role bindings that must be
    there before, and until after, anything runs. ``suffix`` ends the statements' names.
    """

    suffix: pulumi.Output[str]
    place: str

    provider: confluentcloud.Provider
    address: pulumi.Output[Address]
    last_up: pulumi.Output[LastUp]
    runs_as: pulumi.Output[list[str]]
    catalog: pulumi.Output[str]
    database: pulumi.Output[str]
    rights: Sequence[pulumi.Resource]
