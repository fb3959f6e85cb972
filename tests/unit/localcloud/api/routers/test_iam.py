"""Users, service accounts, role bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def organization(local: Local) -> str:
    """Return the organization's CRN."""
    return f"crn://confluent.cloud/organization={local.credentials.organization_id}"


def test_a_service_account_is_made_changed_and_deleted(local: Local) -> None:
    account = local.account("runner")
    path = f"/iam/v2/service-accounts/{account}"
    local.call("PATCH", path, {"description": "runs"})
    read = local.call("GET", path)
    assert (read["display_name"], read["description"]) == ("runner", "runs")
    assert read["metadata"]["resource_name"].endswith(f"/service-account={account}")
    local.call("DELETE", path, status=204)
    assert account in local.detail("GET", path, status=404)


def test_a_name_is_taken_in_the_organization(local: Local) -> None:
    account = local.account("runner")
    taken = {"display_name": "runner"}
    assert local.detail("POST", "/iam/v2/service-accounts", taken, status=409) == "Service name is already in use."
    local.call("PATCH", f"/iam/v2/service-accounts/{account}", taken)
    other = local.account("other")
    local.call("PATCH", f"/iam/v2/service-accounts/{other}", taken, status=409)
    local.call("POST", "/iam/v2/service-accounts", {"display_name": "x" * 65}, status=400)
    local.call("POST", "/iam/v2/service-accounts", {"display_name": "x", "description": "d" * 129}, status=400)


def test_accounts_are_found_by_name(local: Local) -> None:
    local.account("one")
    two = local.account("two")
    assert [one["id"] for one in local.call("GET", "/iam/v2/service-accounts?display_name=two")["data"]] == [two]


def test_a_deleted_account_takes_keys_and_role_bindings_along(local: Local) -> None:
    account, other = local.account("one"), local.account("two")
    gone, kept = local.key(account), local.key(other)
    for one in (account, other):
        body = {"principal": f"User:{one}", "role_name": "MetricsViewer", "crn_pattern": organization(local)}
        local.call("POST", "/iam/v2/role-bindings", body, status=201)
    local.call("DELETE", f"/iam/v2/service-accounts/{account}", status=204)
    local.call("GET", "/org/v2/environments", key=gone, status=401)
    local.call("GET", "/org/v2/environments", key=kept)
    assert [one["principal"] for one in local.call("GET", "/iam/v2/role-bindings")["data"]] == [f"User:{other}"]


def test_role_bindings_are_found_by_all_they_are(local: Local) -> None:
    account = local.account()
    crn = organization(local)
    bodies = [
        {"principal": f"User:{account}", "role_name": role, "crn_pattern": f"{crn}/environment={env}/subject=s-*"}
        for role in ("DeveloperRead", "DeveloperWrite")
        for env in ("env-1", "env-2")
    ]
    ids = [local.call("POST", "/iam/v2/role-bindings", body, status=201)["id"] for body in bodies]

    def found(**query: str) -> list[str]:
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return [one["id"] for one in local.call("GET", f"/iam/v2/role-bindings?{text}")["data"]]

    assert found(crn_pattern=bodies[0]["crn_pattern"]) == [ids[0], ids[2]]
    assert found(crn_pattern=f"{crn}/*", role_name="DeveloperRead") == ids[:2]
    assert found(principal="User:sa-other") == []
    local.call("DELETE", f"/iam/v2/role-bindings/{ids[0]}")
    assert ids[0] in local.detail("GET", f"/iam/v2/role-bindings/{ids[0]}", status=404)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({}, 409, "already"),
        ({"role_name": "King"}, 400, "DeveloperRead"),
        ({"principal": "User:sa-nobody"}, 400, "sa-nobody"),
        ({"principal": "Group:x"}, 400, "User:sa-abc123"),
        ({"crn_pattern": "crn://confluent.cloud/organization=other"}, 400, "outside this organization"),
    ],
)
def test_role_bindings_that_cannot_be(local: Local, change: dict[str, str], status: int, said: str) -> None:
    body = {
        "principal": f"User:{local.account()}",
        "role_name": "MetricsViewer",
        "crn_pattern": organization(local),
    }
    local.call("POST", "/iam/v2/role-bindings", body, status=201)
    assert said in local.detail("POST", "/iam/v2/role-bindings", body | change, status=status)


def test_a_binding_without_a_role_says_what_is_missing(local: Local) -> None:
    body = {"principal": "User:sa-1", "crn_pattern": "crn://"}
    assert "role_name" in local.detail("POST", "/iam/v2/role-bindings", body, status=400)


def test_the_administrator_is_a_user(local: Local) -> None:
    (admin,) = local.call("GET", "/iam/v2/users")["data"]
    assert admin["id"].startswith("u-")
    assert local.call("GET", f"/iam/v2/users/{admin['id']}") == admin
    local.call("GET", "/iam/v2/users/u-nobody", status=404)
