"""Where statements run and as whom: what every Flink resource and every hook needs to know."""

from __future__ import annotations

import asyncio
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


_ATTEMPTS = 10
_PAUSE_SECONDS = 0.2
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

    reply: pulumi.Output[dict[str, Any]] = pulumi.Output.from_input(_outputs_of(stack))
    return pulumi.Output.secret(reply.apply(read))


async def _outputs_of(stack: str) -> dict[str, Any]:
    for _ in range(_ATTEMPTS):
        try:
            reply = await pulumi.runtime.invoke_async("pulumi:pulumi:readStackOutputs", {"name": stack})
        except Exception as error:  # noqa: BLE001 - Pulumi raises no other; the engine may be writing the file it reads
            pulumi.log.debug(f"the stack's outputs cannot be read yet: {error}")
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return dict(reply or {})
    return {}


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
