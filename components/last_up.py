"""What the stack's last `up` has left in Pulumi's state."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi

from components.flink_address import Address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

STATEMENTS = "statements"
INSERT = "insert"
_STACK = "pulumi:pulumi:Stack"
_STATEMENT = "confluentcloud:index/flinkStatement:FlinkStatement"
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
class LastStatement:
    """A statement as it was made."""

    name: str
    text: str
    properties: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class LastUp:
    """``address`` is ``None`` before there was one; ``statements`` are by resource name.

    ``forgotten``: names of statements that a refresh took for gone, though what they made is there.
    """

    address: Address | None = None
    protect: bool = False
    statements: Mapping[str, LastStatement] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()

    @classmethod
    def read(cls) -> LastUp:
        """Ask the engine, before the program declares anything: options of a resource cannot wait for an output.

        A ``destroy`` after a change of settings needs it too: the address that the new settings lead to will never be
        there.
        """
        outputs: dict[str, Any] = {}
        statements = {}
        for urn, resource in _resources().items():
            found = resource["outputs"]
            if resource["type"] == _STACK:
                outputs = found
            elif resource["type"] == _STATEMENT and "statementName" in found:
                statements[urn.rpartition("::")[2]] = LastStatement(
                    name=found["statementName"], text=found["statement"], properties=found.get("properties") or {}
                )
        values = {field: outputs.get(name) for field, name in _IN_OUTPUTS.items()}
        given = {field: value for field, value in values.items() if isinstance(value, str)}
        address = Address(**given) if given.keys() == values.keys() else None
        made = outputs.get(STATEMENTS) or {}
        return cls(
            address=address,
            protect=bool(outputs.get("protect")),
            statements=statements,
            forgotten=forgotten(made, {statement.name for statement in statements.values()}),
        )


def forgotten(made: Mapping[str, str], known: AbstractSet[str]) -> frozenset[str]:
    """Return the names of statements that the cloud has forgotten, and a refresh has taken for gone.

    ``made``: the stack's output ``statements``, by kind; ``known``: names of the statements in the state.

    The proof is the INSERT. Whatever replaces table or model in this stack deletes the INSERT first, because its name
    depends on theirs. So while the INSERT of the last ``up`` that ended well is in the state, table and model are those
    that this ``up`` has noted in the stack's outputs; and a statement of a noted name, which ends in a hash of its
    content, would make the very same.
    """
    return frozenset(made.values()) - known if made.get(INSERT) in known else frozenset()


def _resources() -> dict[str, Any]:
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    for _ in range(_ATTEMPTS):
        try:
            reply = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
        except Exception as error:  # noqa: BLE001 - Pulumi raises no other; the engine may be writing the file it reads
            pulumi.log.debug(f"the stack's state cannot be read yet: {error}")
            time.sleep(_PAUSE_SECONDS)
        else:
            return dict((reply.value or {}).get("outputs") or {})
    return {}
