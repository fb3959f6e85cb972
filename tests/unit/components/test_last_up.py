"""What the program reads of its own stack's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.last_up import LastStatement, LastUp
from tests.unit.components import recorded_program
from tests.unit.components.recorded_program import record

if TYPE_CHECKING:
    import pytest

URN = "urn:pulumi:test::confluent-rag"
STACK = f"{URN}::pulumi:pulumi:Stack::confluent-rag-test"
INSERT = f"{URN}::confluentcloud:index/flinkStatement:FlinkStatement::insert"
OUTPUTS = {
    "flinkRestEndpoint": "http://flink",
    "organizationId": "org-1",
    "environmentId": "env-1",
    "computePoolId": "lfcp-0",
    "flinkApiKey": "OLDKEY",
    "flinkApiSecret": "old-secret",
    "protect": True,
}


def read(monkeypatch: pytest.MonkeyPatch, **outputs: Any) -> LastUp:
    resources = {
        urn: {"type": urn.split("::")[2], "outputs": outputs[key]} for key, urn in URNS.items() if key in outputs
    }
    reply = {"name": "test", "outputs": resources}
    monkeypatch.setitem(recorded_program.CALLS, "pulumi:pulumi:readStackResourceOutputs", reply)
    seen: list[LastUp] = []
    record(lambda: seen.append(LastUp.read()))
    return seen[0]


URNS = {"stack": STACK, "insert": INSERT}


def test_before_the_first_up_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == LastUp(address=None, protect=False, statements={})
    assert read(monkeypatch, stack={}).address is None


def test_the_address_is_the_one_of_the_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    last = read(monkeypatch, stack=OUTPUTS)
    assert last.address
    assert (last.address.compute_pool_id, last.address.api_secret, last.protect) == ("lfcp-0", "old-secret", True)
    assert "old-secret" not in repr(last)


def test_statements_are_as_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"statementName": "insert-x-1", "statement": "INSERT", "properties": {"a": "b"}}
    last = read(monkeypatch, insert=made)
    assert last.statements == {"insert": LastStatement(name="insert-x-1", text="INSERT", properties={"a": "b"})}


def test_what_the_last_up_made_and_the_state_has_not_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"statementName": "insert-x-1", "statement": "INSERT", "properties": {}}
    outputs = {"statements": {"table": "table-x-1", "insert": "insert-x-1"}}
    assert read(monkeypatch, stack=outputs, insert=made).forgotten == {"table-x-1"}
    assert read(monkeypatch, stack=outputs).forgotten == set()


def test_one_that_was_never_made_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, insert={}).statements == {}
