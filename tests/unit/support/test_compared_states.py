"""That the comparison of two states finds what is to be found, and nothing else."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.support.compared_states import differences

URN = "urn:pulumi:dev::confluent-rag"


def secret(value: Any) -> dict[str, str]:
    mark = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    return {**mark, "plaintext": json.dumps(value)}


def resource(token: str, name: str, identity: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": token, "urn": f"{URN}::{token}::{name}", "id": identity, **properties}


def state(environment: str = "env-123456", key: str = "APIKEY1", drawn: str = "drawn-1") -> dict[str, Any]:
    """Return a stack's state; what is drawn is given."""
    statement = f"create-table-x-{environment[-4:]}"
    return {
        "deployment": {
            "resources": [
                resource(
                    "pulumi:pulumi:Stack",
                    "stack",
                    outputs={"statements": {"table": statement}, "flinkApiSecret": secret(drawn)},
                ),
                resource(
                    "confluentcloud:index/environment:Environment",
                    "environment",
                    environment,
                    inputs={"displayName": "rag", "__defaults": []},
                    outputs={"displayName": "rag", "resourceName": f"crn://confluent.cloud/environment={environment}"},
                ),
                resource(
                    "confluentcloud:index/apiKey:ApiKey",
                    "key",
                    key,
                    inputs={"owner": {"id": "sa-1"}},
                    outputs={"owner": {"id": "sa-1"}, "secret": secret(drawn), "disableWaitForReady": False},
                ),
                resource(
                    "confluentcloud:index/flinkStatement:FlinkStatement",
                    "table",
                    f"{environment}/lfcp-1/{statement}",
                    inputs={"statementName": statement, "properties": {"sql.current-catalog": environment}},
                    outputs={"statementName": statement, "latestOffsets": {environment: 7}, "names": ["a", "b"]},
                ),
            ]
        }
    }


def changed(path: list[Any], value: Any) -> dict[str, Any]:
    """Return the state with one value set, or (``...``) removed; a path begins at the list of resources."""
    made = copy.deepcopy(state())
    place: Any = made["deployment"]["resources"]
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made


def test_what_was_drawn_is_no_difference() -> None:
    assert differences(state(), state("env-abcdef", "APIKEY2", "drawn-2")) == []


ENVIRONMENT = "confluentcloud:index/environment:Environment environment"
KEY = "confluentcloud:index/apiKey:ApiKey key"
TABLE = "confluentcloud:index/flinkStatement:FlinkStatement table"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ([1, "outputs", "displayName"], ..., f"{ENVIRONMENT}.outputs.displayName is only in the first state"),
        ([1, "outputs", "kind"], "x", f"{ENVIRONMENT}.outputs.kind is only in the second state"),
        ([1, "inputs", "displayName"], "gar", f"{ENVIRONMENT}.inputs.displayName is 'rag' in the first state and"),
        ([1, "outputs", "resourceName"], "crn://confluent.cloud/environment=env-99", "resourceName is 'crn://conf"),
        ([2, "outputs", "secret"], "drawn-1", f"{KEY}.outputs.secret is a secret in the first state alone"),
        ([2, "outputs", "disableWaitForReady"], secret("false"), "disableWaitForReady is a secret in the second state"),
        ([0, "outputs", "flinkApiSecret"], secret("other"), "flinkApiSecret is a secret of another value"),
        ([2, "outputs", "disableWaitForReady"], "false", "is true or false in the first state and text in the second"),
        ([2, "inputs", "owner"], [{"id": "sa-1"}], f"{KEY}.inputs.owner is a map in the first state and a list in"),
        ([2, "inputs", "owner", "id"], "sa-2", f"{KEY}.inputs.owner.id is 'sa-1' in the first state and 'sa-2'"),
        ([3, "outputs", "names"], ["a"], f"{TABLE}.outputs.names has 2 items in the first state and 1 in the second"),
        ([3, "outputs", "names", 1], "c", f"{TABLE}.outputs.names[1] is 'b' in the first state and 'c'"),
        ([3, "outputs", "latestOffsets"], ..., f"{TABLE}.outputs.latestOffsets is only in the first state"),
        ([3, "outputs", "latestOffsets"], "7", f"{TABLE}.outputs.latestOffsets is a map in the first state and text"),
        ([3, "inputs", "properties", "sql.current-catalog"], "env-99", "is '<id of environment>' in the first state"),
        ([3, "inputs", "statementName"], "another", "statementName is '<statementName of table>' in the first"),
        ([1], ..., f"{ENVIRONMENT} is only in the first state"),
    ],
)  # fmt: skip
def test_a_difference_is_told_with_its_place(path: list[Any], value: Any, said: str) -> None:
    found = differences(state(), changed(path, value))
    assert any(said in line for line in found), found


def test_no_secret_is_told() -> None:
    found = differences(state(), changed([0, "outputs", "flinkApiSecret"], secret("another-secret")))
    assert len(found) == 1
    assert "another-secret" not in found[0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([1, "inputs", "__defaults"], ...),
        ([1, "outputs", "__meta"], "{}"),
        ([3, "outputs", "latestOffsets"], {"elsewhere": 9}),
    ],
)
def test_bookkeeping_is_left_out(path: list[Any], value: Any) -> None:
    assert differences(state(), changed(path, value)) == []


@pytest.mark.parametrize("silent", [None, "", [], 0, secret("")])
def test_an_output_that_says_nothing_may_be_left_out(silent: Any) -> None:
    assert differences(state(), changed([1, "outputs", "password"], silent)) == []
    assert differences(state(), changed([1, "inputs", "password"], silent)) != []


def test_the_bridge_s_own_notes_are_no_difference() -> None:
    assert differences(state(), changed([1, "outputs", "__pulumi_raw_state_delta"], {"obj": {}})) == []
    assert differences(state(), changed([1, "outputs", "id"], "env-123456")) == []
    assert differences(state(), changed([1, "outputs", "standby"], value=False)) != []
