"""Flink's REST API with one statement at a time, whose life a test tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.stub_api import StubApi
from toolchain.frontdoor.sql.session import Session

if TYPE_CHECKING:
    import pytest

BASE = "/sql/v1/organizations/org-1/environments/env-1/statements"
COLUMNS = [
    {"name": "content", "type": {"type": "VARCHAR", "nullable": True, "length": 100}},
    {
        "name": "vector",
        "type": {"type": "ARRAY", "nullable": True, "element_type": {"type": "FLOAT", "nullable": True}},
    },
]


class Flink(StubApi):
    """One statement's life; the name comes with the request."""

    def __init__(self, statuses: list[dict[str, Any]], pages: list[list[list[Any]]], *, endless: bool = False) -> None:
        super().__init__({})
        self.statuses, self.pages, self.endless = list(statuses), list(pages), endless
        self.replies[f"POST {BASE}"] = lambda: self.statement(self.statuses[0])

    def statement(self, status: dict[str, Any]) -> dict[str, Any]:
        return {"name": self.name, "metadata": {"uid": "u"}, "spec": {}, "status": status}

    @property
    def name(self) -> str:
        return self._name

    @property
    def outputs(self) -> dict[str, Any]:
        """Return the outputs of a stack that it is the Flink of."""
        return {
            "flinkRestEndpoint": self.url,
            "flinkApiKey": "FK",
            "flinkApiSecret": "FS",
            "organizationId": "org-1",
            "environmentId": "env-1",
            "computePoolId": "lfcp-1",
            "kafkaClusterId": "lkc-1",
            "kafkaClusterName": "rag",
            "isLocal": True,
        }

    def session(self) -> Session:
        """Connect to it."""
        return Session.of(self.outputs)

    @property
    def sent(self) -> list[tuple[str, dict[str, str]]]:
        """The statements that were submitted, each with its properties."""
        return [(body["spec"]["statement"], body["spec"]["properties"]) for body in self.bodies]

    def prepare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Fix the made-up name, so that replies can be listed by path."""
        monkeypatch.setattr("toolchain.frontdoor.sql.session.uuid.uuid4", lambda: type("U", (), {"hex": "abc"}))
        self._name = "pulumiw-abc"
        path = f"{BASE}/{self._name}"
        self.replies[f"GET {path}"] = self._next_status
        self.replies[f"DELETE {path}"] = (202, None)
        self.replies[f"GET {path}/results"] = self._next_page

    def _next_status(self) -> dict[str, Any]:
        return self.statement(self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])

    def _next_page(self) -> dict[str, Any]:
        rows = self.pages.pop(0) if self.pages else []
        more = bool(self.pages) or self.endless
        following = f"{self.url}{BASE}/{self._name}/results?page_token=1" if more else ""
        return {"results": {"data": [{"op": 0, "row": row} for row in rows]}, "metadata": {"next": following}}


def status(
    phase: str, *, kind: str = "SELECT", columns: bool = True, detail: str = "", bounded: bool = False
) -> dict[str, Any]:
    traits: dict[str, Any] = {"sql_kind": kind, "is_bounded": bounded, "is_append_only": True}
    if columns:
        traits["schema"] = {"columns": COLUMNS}
    return {"phase": phase, "detail": detail, "traits": traits}


def rows(count: int) -> list[list[Any]]:
    return [[f"shoe {number}", [str(number / 2), "0.25"]] for number in range(count)]
