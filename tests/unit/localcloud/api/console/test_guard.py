"""Who is let in, and what a browser is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fastapi.routing import APIRoute

from localcloud.api.console.router import assets, entrance, inside
from tests.unit.localcloud.api.console.conftest import OWN, log_in
from tests.unit.localcloud.conftest import BASE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.unit.localcloud.conftest import Local

ROUTES = [route for router in (assets, inside) for route in router.routes if isinstance(route, APIRoute)]
LOGOUT, READ = "/console/api/logout", "/console/api/search/tables"


def test_a_link_is_for_the_administrator_alone(local: Local) -> None:
    account = local.account()
    local.grant(account, "OrganizationAdmin")
    local.call("POST", "/console/links", key=local.key(account), status=403)
    assert local.client.post("/console/links").status_code == 401
    assert local.call("POST", "/console/links")["url"].startswith(f"{BASE}/console/login?token=")


def test_a_link_opens_one_session_with_a_cookie_no_page_can_read(local: Local) -> None:
    link = local.call("POST", "/console/links")["url"]
    reply = local.client.get(link, follow_redirects=False)
    location, _, key = reply.headers["location"].partition("#key=")
    assert (reply.status_code, location) == (303, "/console/")
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("local-cloud-console-8099=")
    assert {"HttpOnly", "Path=/console", "SameSite=strict"} <= set(cookie.split("; "))
    assert link.partition("=")[2] not in cookie
    assert len(key) > 40
    assert key not in cookie
    local.client.cookies.clear()
    used = local.client.get(link)
    assert (used.status_code, "set-cookie" in used.headers) == (401, False)
    assert "./pulumiw console" in used.text


def test_a_browser_that_looks_ahead_does_not_use_a_link_up(local: Local) -> None:
    link = local.call("POST", "/console/links")["url"]
    assert local.client.get(link, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 401
    assert local.client.get(link).status_code == 200


def test_a_used_link_leads_its_own_browser_to_the_page(local: Local) -> None:
    link = local.call("POST", "/console/links")["url"]
    assert local.client.get(link).status_code == 200
    assert local.client.get(link).status_code == 200


def test_no_route_is_for_strangers(local: Local) -> None:
    assert len(ROUTES) > 10
    for route in ROUTES:
        path = re.sub(r"{[^}]*}", "x", route.path)
        for method in route.methods or ():
            reply = local.client.request(method, path, headers=OWN, content=b"{")
            assert reply.status_code == 401, f"{method} {path}"
            assert reply.headers["www-authenticate"] == "Session"  # at Basic, a browser would ask for a password
    for path in ("/console/", "/console"):
        reply = local.client.get(path)
        assert (reply.status_code, "script" in reply.text) == (401, False)
    assert "content-security-policy" in local.client.get("/console/").headers


@pytest.mark.parametrize(
    "headers",
    [
        {**OWN, "Origin": "http://evil.example"},
        {**OWN, "Origin": "http://127.0.0.1:9999"},
        {**OWN, "Origin": "null"},
        {**OWN, "Sec-Fetch-Site": "same-site"},  # another port of this machine
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},  # a form without an origin
    ],
)
def test_a_change_by_another_page_is_refused(browser: TestClient, headers: dict[str, str]) -> None:
    assert browser.post(LOGOUT, headers=headers).status_code == 403
    assert browser.get(READ, headers=OWN).status_code == 200


def test_the_cookie_alone_opens_nothing(local: Local, browser: TestClient) -> None:
    """Another user's server on this machine is sent it, when its page is visited."""
    key = browser.headers.pop("X-Console")
    other = log_in(local)
    browser.headers["X-Console"] = key
    assert browser.get(READ).status_code == 401
    for wrong in ("", "1", key):
        for route in inside.routes:
            assert isinstance(route, APIRoute)
            path = re.sub(r"{[^}]*}", "x", route.path)
            for method in route.methods or ():
                reply = browser.request(method, path, headers={**OWN, "X-Console": wrong}, content=b"{}")
                assert reply.status_code == 401, f"{method} {path}"
    assert browser.get(READ, headers={"X-Console": other}).status_code == 200


def test_reading_by_another_page_is_refused(browser: TestClient) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
        reply = browser.get(READ, headers=headers)
        assert reply.status_code == 403
        assert not [name for name in reply.headers if name.startswith("access-control-")]
    assert browser.get(READ).status_code == 200


def test_no_preflight_is_answered(browser: TestClient) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Headers": "x-console"}
    reply = browser.options(LOGOUT, headers={**asked, "Access-Control-Request-Method": "POST"})
    assert reply.status_code == 501
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_who_leaves_is_out(browser: TestClient) -> None:
    assert browser.post(LOGOUT, headers=OWN).status_code == 204
    assert browser.get(READ).status_code == 401


def test_a_session_is_no_key_of_the_api(browser: TestClient) -> None:
    assert browser.get("/org/v2/environments", headers=OWN).status_code == 401
    assert browser.get("/local/v1/status", headers=OWN).status_code == 401


def test_the_page_runs_its_own_scripts_alone(browser: TestClient) -> None:
    reply = browser.get("/console/")
    policy = dict(part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy)
    assert reply.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]* src=)|<style|style=|onclick", reply.text)
    assert "://" not in reply.text


def test_every_file_of_the_page_is_served_and_calls_no_other_host(browser: TestClient) -> None:
    served = set()
    for name in re.findall(r'(?:src|href)="assets/([^"]+)"', browser.get("/console/").text):
        served.add(name)
    for name in list(served):
        if name.endswith(".js"):
            served |= set(re.findall(r'from "\./([^"]+)"', browser.get(f"/console/assets/{name}").text))
    assert {"app.js", "style.css", "icon.svg", "live.js"} <= served
    for name in served:
        reply = browser.get(f"/console/assets/{name}")
        assert reply.status_code == 200, name
        assert reply.headers["x-content-type-options"] == "nosniff"
        kinds = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
        assert reply.headers["content-type"].startswith(kinds[name.rpartition(".")[2]])
    for outside in ("../router.py", "router.py", "%2e%2e%2frouter.py"):
        assert browser.get(f"/console/assets/{outside}").status_code in {404, 501}


def test_the_library_is_there_with_its_licence(browser: TestClient) -> None:
    assert "MIT License" in browser.get("/console/assets/mithril-2.3.8.LICENSE").text


def test_every_route_is_guarded() -> None:
    open_to_all = {route.path for route in entrance.routes if isinstance(route, APIRoute)}
    assert open_to_all == {"/console/links", "/console/login", "/console", "/console/"}
