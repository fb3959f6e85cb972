"""Reads statements and connectors from Confluent's public REST API.

The SQL driver is not used: it raises for phases that it does not know (``FAILING``), and a check must report them.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.verify.report import ConnectorHealth, StatementHealth, TaskHealth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

FORGOTTEN = "FORGOTTEN"
_REPAIR = {"FAILED": " When its cause is removed, run `./pulumiw up`: its INSERT resumes where this one stopped."}
_STARTING = frozenset({"PENDING", "PROVISIONING"})


class RefusedKey(Failure):
    """An API key was refused (401)."""


def _ask(api: Api, path: str) -> Any:
    """Return the body of a GET, ``None`` for 404; raises :class:`RefusedKey` for 401, else :class:`Failure`."""
    try:
        reply = api.call("GET", path)
    except (OSError, http.client.HTTPException) as error:
        raise Failure(f"{api.base} does not answer: {error}.") from None
    if reply.status == http.client.NOT_FOUND:
        return None
    if reply.status == http.client.UNAUTHORIZED:
        raise RefusedKey(f"{api.base} refuses the API key (401) on GET {path.partition('?')[0]}.")
    if reply.status >= http.client.BAD_REQUEST or reply.body is None:
        raise Failure(f"{api.base} answered {reply.status} to GET {path.partition('?')[0]}.")
    return reply.body


def _one_line(text: object) -> str:
    return " ".join(str(text or "").split())


@dataclass(frozen=True)
class Services:
    """Flink's API and the control plane's, each with its key.

    ``statements``: purpose -> name. ``inserts``: purposes of the statements that must keep running.
    """

    flink: Api
    cloud: Api
    statements: Mapping[str, str]
    inserts: frozenset[str]
    statements_path: str
    connectors_path: str
    connectors: frozenset[str]

    @classmethod
    def of(cls, outputs: Mapping[str, Any], cloud: Mapping[str, str]) -> Services:
        """Build the services from a stack's outputs and ``cloud`` (``endpoint``, ``key``, ``secret``)."""
        environment = outputs["environmentId"]
        return cls(
            flink=Api(outputs["flinkRestEndpoint"].rstrip("/"), outputs["flinkApiKey"], outputs["flinkApiSecret"]),
            cloud=Api(cloud["endpoint"].rstrip("/"), cloud["key"], cloud["secret"]),
            statements=outputs["statements"],
            inserts=frozenset(outputs["flows"]),
            statements_path=f"/sql/v1/organizations/{outputs['organizationId']}/environments/{environment}/statements",
            connectors_path=f"/connect/v1/environments/{environment}/clusters/{outputs['kafkaClusterId']}/connectors",
            connectors=frozenset(outputs["connectors"])
            | {one["connector"] for one in outputs.get("sinks", {}).values()},
        )

    def read_statements(self) -> list[StatementHealth]:
        """Return the health of each statement; raises :class:`RefusedKey` if Flink refuses the stack's key."""
        found = []
        for purpose, name in self.statements.items():
            body = _ask(self.flink, f"{self.statements_path}/{quote(name, safe='')}")
            status = {"phase": FORGOTTEN} if body is None else body.get("status") or {}
            health = StatementHealth(purpose, name, str(status.get("phase")), _one_line(status.get("detail")))
            found.append(health)
        return found

    def read_connectors(self) -> list[ConnectorHealth]:
        """Return the health of each connector on the stack's cluster, also of ones that Pulumi did not create.

        They read or write the same topics.
        """
        try:
            expanded = _ask(self.cloud, f"{self.connectors_path}?expand=status") or {}
        except RefusedKey as refused:
            raise Failure(f"{refused} Check CONFLUENT_CLOUD_API_KEY and CONFLUENT_CLOUD_API_SECRET.") from None
        return [_connector(name, entry.get("status") or {}) for name, entry in sorted(expanded.items())]


def _connector(name: str, status: dict[str, Any]) -> ConnectorHealth:
    own = status.get("connector") or {}
    tasks = [
        TaskHealth(int(task.get("id", 0)), str(task.get("state")), _one_line(task.get("msg")))
        for task in status.get("tasks") or []
    ]
    return ConnectorHealth(name, str(own.get("state")), _one_line(own.get("trace")), tasks)


def statement_problems(statements: list[StatementHealth], inserts: AbstractSet[str]) -> Iterator[str]:
    """Yield a sentence for each unhealthy statement: a DDL that is not completed, or an INSERT that is not running."""
    for statement in statements:
        defines = statement.purpose not in inserts
        # Confluent deletes a statement 30 days after its end. The table that it created is checked by its records.
        expected = ("COMPLETED", "RUNNING", FORGOTTEN) if defines else ("RUNNING",)
        if statement.phase in expected:
            continue
        if statement.phase == FORGOTTEN:
            yield f"Statement {statement.name} does not exist any more: run `./pulumiw refresh`, then `./pulumiw up`."
        else:
            cause = f": {statement.detail.rstrip('.')}." if statement.detail else ", for no reason that Flink gives."
            repair = "" if defines else _REPAIR.get(statement.phase, "")
            yield f"Statement {statement.name} is {statement.phase}{cause}{repair}"


def connector_problems(connectors: list[ConnectorHealth], wanted: AbstractSet[str]) -> Iterator[str]:
    """Yield a sentence for each missing connector of the stack, and for each unhealthy connector or task."""
    for gone in sorted(wanted - {connector.name for connector in connectors}):
        yield f"Connector {gone} does not exist any more: run `./pulumiw refresh`, then `./pulumiw up`."
    for connector in connectors:
        if connector.state != "RUNNING":
            yield f"Connector {connector.name} is {connector.state}{_cause(connector.trace)}"
        elif not connector.tasks:
            yield f"Connector {connector.name} has no task."
        for task in connector.tasks:
            if task.state not in {"RUNNING", connector.state}:
                yield f"Task {task.id} of connector {connector.name} is {task.state}{_cause(task.message)}"


def _cause(text: str) -> str:
    return f": {text}" if text else "."


def any_starting(statements: list[StatementHealth], connectors: list[ConnectorHealth]) -> bool:
    """Whether a statement, connector or task is still starting, so that its health is not known yet."""
    tasks = [task.state for connector in connectors for task in connector.tasks]
    states = {*(one.phase for one in statements), *(one.state for one in connectors), *tasks}
    return bool(states & _STARTING)
