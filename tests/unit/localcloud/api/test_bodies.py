"""Bodies that are no JSON object are refused in the words of who has sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain; charset=utf-8"])
def test_a_body_that_is_sent_as_a_form_is_told_its_header(local: Local, kind: str) -> None:
    before = local.call("GET", "/org/v2/environments")["data"]
    headers = {"Content-Type": kind}
    body = b'{"display_name": "prod"}'
    reply = local.client.post("/org/v2/environments", content=body, auth=local.admin, headers=headers)
    assert reply.status_code == 415
    said = reply.json()["errors"][0]["detail"]
    assert said == f"The body is sent as {kind.partition(';')[0]}: send the header Content-Type: application/json."
    assert local.call("GET", "/org/v2/environments")["data"] == before


@pytest.mark.parametrize(
    "kind", [None, "application/json", "application/json; charset=utf-8", "application/merge-patch+json"]
)
def test_json_is_taken_by_any_of_its_names(local: Local, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    reply = local.client.post(
        "/org/v2/environments", content=b'{"display_name": "prod"}', auth=local.admin, headers=headers
    )
    assert reply.status_code == 201, reply.text


@pytest.mark.parametrize("body", ["[1]", '"x"', "7", "null"])
def test_a_body_must_be_an_object(local: Local, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    reply = local.client.post("/org/v2/environments", content=body.encode(), auth=local.admin, headers=headers)
    assert reply.status_code == 400
    assert "dictionary" not in reply.text
    assert "JSON object" in reply.text or body == "null"
