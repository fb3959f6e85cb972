"""What the last `up` left in Pulumi's state and in Flink, and what that proves."""

import base64
import json
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pulumi

from components.flinksql.address import Address
from components.flinksql.text import Kind, Statement

STATEMENTS = "statements"
GONE = "GONE"
INITIAL_OFFSET_FROM = "sql.tables.initial-offset-from"
_STACK = "pulumi:pulumi:Stack"
_COMPONENT = "confluent-rag:index:"
_STATEMENT = "confluentcloud:index/flinkStatement:FlinkStatement"
_ATTEMPTS = 10
_PAUSE_SECONDS = 0.2
_FLINK_SECONDS = 10
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
    """A statement as it was made. ``phase``: what Flink says now; ``None`` if it did not answer, else ``GONE``."""

    name: str
    text: str
    properties: Mapping[str, str]
    phase: str | None = None


@dataclass(frozen=True, kw_only=True)
class Previous:
    """``statements``: the state's, by resource name. ``noted``: the names in the outputs of the last good `up`.

    ``components``: the outputs of the program's components, by name.
    """

    statements: Mapping[str, LastStatement] = field(default_factory=dict)
    noted: frozenset[str] = frozenset()
    components: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Self:
        """Ask the engine, and Flink for the phases, at once: the options of a resource cannot wait for an output."""
        outputs: dict[str, Any] = {}
        found: dict[str, dict[str, Any]] = {}
        components: dict[str, dict[str, Any]] = {}
        for urn, resource in _resources().items():
            if resource["type"] == _STACK:
                outputs = resource["outputs"]
            elif resource["type"] == _STATEMENT and "statementName" in resource["outputs"]:
                found[urn.rpartition("::")[2]] = resource["outputs"]
            elif resource["type"].startswith(_COMPONENT):
                components[urn.rpartition("::")[2]] = resource["outputs"]
        address = {field: str(outputs[name]) for field, name in _IN_OUTPUTS.items() if name in outputs}
        phases = _phases(Address(**address)) if found and address.keys() == _IN_OUTPUTS.keys() else None
        return cls(
            statements={
                resource: LastStatement(
                    name=made["statementName"],
                    text=made["statement"],
                    properties=made.get("properties") or {},
                    phase=phases.get(made["statementName"], GONE) if phases is not None else None,
                )
                for resource, made in found.items()
            },
            noted=frozenset((outputs.get(STATEMENTS) or {}).values()),
            components=components,
        )

    def made(self, purpose: str) -> Statement | None:
        """Return the CREATE whose table or model is provably this stack's; ``None`` without a proof.

        The proof is that the statement COMPLETED: the last good `up` noted it, or Flink still says so. A FAILED one
        made nothing, though an earlier one of the same name, which Flink has forgotten, was noted; one with IF NOT
        EXISTS may have met somebody else's.
        """
        last = self.statements.get(purpose)
        if last is None or last.phase == "FAILED" or not (last.name in self.noted or last.phase == "COMPLETED"):
            return None
        statement = Statement.parse(last.text)
        return statement if statement.kind.makes and not statement.is_conditional else None

    def is_changed(self, purpose: str, text: str) -> bool:
        """Whether an INSERT that was made has another text now, or has to be repaired because it FAILED.

        One that has never run has no offsets to carry over: Pulumi itself replaces a statement whose creation failed.
        """
        last = self.statements.get(purpose)
        if last is None or last.phase == GONE:  # the state still has what an interrupted replacement deleted
            return False
        has_run = last.name in self.noted or INITIAL_OFFSET_FROM in last.properties
        return last.text != text or (last.phase == "FAILED" and has_run)

    def stands(self, names: Iterable[str]) -> bool:
        """Whether all of these statements were there before, so that what is built on them may carry offsets over."""
        return ({last.name for last in self.statements.values()} | self.noted).issuperset(names)

    def text_to_run(self, purpose: str, statement: Statement, name: pulumi.Output[str]) -> pulumi.Input[str]:
        """Return the text of a CREATE: with IF NOT EXISTS where only the statement is gone, not what it made.

        Confluent Cloud forgets a statement 30 days after its end, and a refresh then takes it for gone. It stays
        conditional as long as that one is in the state. It is plain wherever that can be known without ``name``.
        """
        last = self.statements.get(purpose)
        if last is None:
            names = self._forgotten(statement)
        else:
            names = frozenset({last.name} if last.text == statement.if_not_exists else ())
        if not names or statement.kind.makes is None:
            return statement.text
        return name.apply(lambda known: statement.if_not_exists if known in names else statement.text)

    def _forgotten(self, statement: Statement) -> frozenset[str]:
        """Return the noted names that may be ``statement``'s and are not in the state, if what it made is still used.

        The proof is an INSERT that uses it. Whatever replaces a table or model of this stack deletes that INSERT first,
        because its name depends on theirs: while it is in the state, they are those that the last good `up` noted.
        """
        noted = [Statement.parse(last.text) for last in self.statements.values() if last.name in self.noted]
        inserts = [insert for insert in noted if insert.kind is Kind.INSERT_INTO]
        is_used = any(statement.target in insert.names | insert.predicts_with for insert in inserts)
        return self.noted - {last.name for last in self.statements.values()} if is_used else frozenset()

    def warn_of_removed(self, purposes: Iterable[str]) -> None:
        """Say what stays when the files of these statements were removed: Pulumi deletes the statements alone."""
        for purpose in sorted(self.statements.keys() - set(purposes)):
            statement = Statement.parse(self.statements[purpose].text)
            if statement.kind.makes:
                pulumi.log.warn(
                    f"{purpose}.sql is no longer declared: its statement is deleted, {statement.kind.makes.lower()}"
                    f" {statement.target} stays; to remove that too, run ./pulumiw sql '{statement.drop}'."
                )


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


def _phases(address: Address) -> dict[str, str] | None:
    """Return the phase of each statement of the pool, by name; ``None`` if Flink does not answer: no reason to fail."""
    path = f"/sql/v1/organizations/{address.organization_id}/environments/{address.environment_id}/statements"
    url = f"{address.endpoint.rstrip('/')}{path}?page_size=100&spec.compute_pool_id={address.compute_pool_id}"
    key = base64.b64encode(f"{address.api_key}:{address.api_secret}".encode()).decode()
    phases: dict[str, str] = {}
    try:
        while url:
            request = urllib.request.Request(url, headers={"Authorization": f"Basic {key}"})  # noqa: S310 - the stack's own endpoint
            with urllib.request.urlopen(request, timeout=_FLINK_SECONDS) as reply:  # noqa: S310 - as above
                page = json.load(reply)
            phases |= {one["name"]: one["status"]["phase"] for one in page["data"]}
            url = (page.get("metadata") or {}).get("next") or ""
    except (OSError, ValueError, KeyError) as error:
        pulumi.log.debug(f"the phases of the statements are not known: {error}")
        return None
    return phases
