"""The console of a running stack, in a real Chromium."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.apis import cloud_api
from tests.support.browser import open_browser
from tests.support.console import NARROW, SECONDS, WIDE, Console, open_console
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from workshop.stack import Stack

pytestmark = pytest.mark.integration

VIEWS = {
    "pipeline": ("Pipeline", "product_vector"),
    "topics": ("Topics", "product-updates"),
    "statements": ("Statements", "insert-into-product-vector"),
    "connectors": ("Connectors", "DatagenSource"),
    "models": ("Connections & models", "openai-embedding-connection"),
    "search": ("Search", "product_vector"),
    "sql": ("SQL", "SHOW TABLES;"),
    "access": ("Access", "FlinkDeveloper"),
    "timeline": ("Last up", "create-table-product-vector"),
    "logs": ("Logs", "INFO"),
}
"""Path -> title, and a text that each shows of the stack."""
PICTURED = ("topics", "statements", "connectors", "models", "access", "timeline", "logs")
"""Of the others, pictures are taken where they have something to show."""
MARKUP = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
FOREIGN = """\
<!doctype html><title>foreign</title><script>
const CONSOLE = "{home}";
async function outcome(path, options) {{
  try {{
    const reply = await fetch(CONSOLE + path, {{ credentials: "include", ...options }});
    return reply.type === "opaque" ? "opaque" : reply.status;
  }} catch (error) {{ return "refused"; }}
}}
</script>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def console(browser: Browser, stack: Stack) -> Iterator[Console]:
    """Yield the console; nothing may go wrong behind it."""
    with open_console(browser, stack.clone) as opened:
        yield opened
        assert opened.problems == []


def run_sql(console: Console, statement: str) -> Page:
    """Run a statement in the SQL box."""
    page = console.go("sql", "SQL")
    page.get_by_label("Statement", exact=True).fill(statement)
    page.get_by_role("button", name="Run", exact=True).click()
    return page


def ended(page: Page, phase: str) -> None:
    page.locator("main [role=status]", has_text=phase).wait_for()


@contextmanager
def statement(stack: Stack, name: str, sql: str) -> Iterator[str]:
    """Have a statement of the administrator's in the stack's environment."""
    place = f"/sql/v1/organizations/{stack.outputs['organizationId']}/environments/{stack.outputs['environmentId']}"
    properties = {
        "sql.current-catalog": stack.outputs["environmentId"],
        "sql.current-database": stack.outputs["kafkaClusterId"],
    }
    spec = {"statement": sql, "properties": properties, "compute_pool_id": stack.outputs["computePoolId"]}
    with cloud_api(stack.clone) as api:
        api.post(f"{place}/statements", json={"name": name, "spec": spec}).raise_for_status()
        yield name
        api.delete(f"{place}/statements/{name}").raise_for_status()


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_for_everyone(console: Console, view: str) -> None:
    title, text = VIEWS[view]
    page = console.go(view, title)
    page.locator("main", has_text=text).wait_for()
    for size, scheme in ((WIDE, "light"), (NARROW, "dark"), (NARROW, "light"), (WIDE, "dark")):
        console.look(size, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert console.violations() == [], f"{size} {scheme}"
        if (size, scheme) == (WIDE, "light") and view in PICTURED:
            console.picture(view)


def test_the_parts_of_the_pipeline_are_joined_and_their_figures_move(console: Console) -> None:
    page = console.go("pipeline", "Pipeline")
    for part in ("DatagenSourceProductUpdates", "product-updates", "vector_embedding", "product_vector"):
        page.locator(".card", has=page.get_by_text(part, exact=True)).first.wait_for()
    insert = page.locator(".card.statement", has_text="insert-into-product-vector")
    assert page.locator("svg.lines path").count() >= 4  # others of the stack's clients may have a pipeline, too
    for figure in ("/s", "lag", "total"):
        insert.locator(".figure", has_text=figure).wait_for()
    said = insert.inner_text()
    wait_until(lambda: insert.inner_text() != said, "the INSERT's figures move")
    page.wait_for_function("() => /^[1-9]/.test(document.querySelector('.card.connector .value').innerText)")
    console.picture("pipeline")
    console.look(NARROW, "dark")
    console.picture("pipeline-narrow-dark")


def test_a_topic_shows_what_comes_and_its_schema(console: Console) -> None:
    page = console.go("topics", "Topics")
    page.get_by_role("link", name="product_vector").click()
    page.get_by_role("heading", level=1, name="product_vector").wait_for()
    first = page.locator("tbody tr").first
    first.get_by_text("dimensions]").wait_for()
    newest = first.inner_text()
    page.wait_for_function("newest => document.querySelector('tbody tr').innerText !== newest", arg=newest)
    page.get_by_role("button", name="Pause").click()
    first.get_by_role("button").click()
    page.locator("pre", has_text='"articleType"').wait_for()
    assert console.violations() == []
    console.picture("topic")
    page.get_by_role("button", name="Schema").click()
    page.get_by_role("heading", name="product_vector-value").wait_for()
    assert console.violations() == []


def test_what_a_record_holds_is_text(console: Console) -> None:
    run_sql(console, "CREATE TABLE lab_markup (content STRING)")
    ended(console.page, "completed")
    quoted = MARKUP.replace("'", "''")
    run_sql(console, f"INSERT INTO lab_markup VALUES ('{quoted}')")
    ended(console.page, "completed")
    page = run_sql(console, "SELECT content FROM lab_markup LIMIT 1")
    page.get_by_role("cell", name="<script>").wait_for()
    console.go("topics", "Topics")
    page.get_by_role("link", name="lab_markup").click()
    page.locator("td.value", has_text="<script>").wait_for()
    assert page.locator("main script, main img").count() == 0
    assert page.title() != "broken"
    run_sql(console, "DROP TABLE lab_markup")
    ended(page, "completed")


def test_rows_come_until_the_statement_is_stopped(console: Console, stack: Stack) -> None:
    def running() -> list[str]:
        return [job["name"] for job in stack.clone.status()["jobs"] if job["name"].startswith("console-")]

    page = run_sql(console, "SELECT content, price, vector FROM product_vector")
    page.get_by_role("cell", name="dimensions]").first.wait_for()
    said = page.locator("main .tools [role=status]").inner_text()
    page.wait_for_function("said => document.querySelector('main .tools [role=status]').innerText !== said", arg=said)
    assert len(running()) == 1
    assert console.violations() == []
    console.picture("sql")
    page.get_by_role("button", name="Stop", exact=True).click()
    ended(page, "stopped")
    wait_until(lambda: not running(), "the statement is gone")
    run_sql(console, "SELECT content FROM product_vector")
    page.get_by_role("cell", name="price").first.wait_for()
    console.go("pipeline", "Pipeline")  # leaving stops, too
    wait_until(lambda: not running(), "the statement is gone")


def test_a_mistake_in_sql_is_told(console: Console) -> None:
    page = run_sql(console, "SELECT nothing FROM product_vector")
    page.get_by_role("alert").get_by_text("nothing").wait_for()


def test_a_statement_is_stopped_and_resumed(console: Console, stack: Stack) -> None:
    run_sql(console, "CREATE TABLE lab_copy (content STRING)")
    ended(console.page, "completed")
    with statement(stack, "lab-copy", "INSERT INTO lab_copy SELECT content FROM product_vector"):
        page = console.go("statements", "Statements")
        own = page.locator('[data-statement="lab-copy"]')
        own.get_by_text("running", exact=True).wait_for()
        page.get_by_role("button", name="Stop lab-copy").click()
        own.get_by_text("stopped", exact=True).wait_for()
        assert "lab-copy" not in [job["name"] for job in stack.clone.status()["jobs"]]
        page.get_by_role("button", name="Resume lab-copy").click()
        own.get_by_text("running", exact=True).wait_for()
    own.wait_for(state="detached")
    run_sql(console, "DROP TABLE lab_copy")
    ended(console.page, "completed")


def test_a_question_is_answered_with_scores_and_a_map(console: Console) -> None:
    page = console.go("search", "Search")
    page.get_by_label("What are you looking for?").fill("red boots")
    page.keyboard.press("Enter")
    page.locator(".hits li").first.wait_for()
    assert page.locator(".hits li").count() == 10
    assert page.locator("circle.hit").count() == 10
    assert console.violations() == []


def test_the_keyboard_reaches_everything(console: Console) -> None:
    page = console.go("pipeline", "Pipeline")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the view"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.reload()
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Statements"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Statements").wait_for()


def test_a_page_of_another_origin_gets_nothing(console: Console) -> None:
    """One on this machine, too: browsers send it the cookie, as a port makes no other site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = FOREIGN.format(home=console.home).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    foreign = console.page.context.new_page()
    sent: list[tuple[str, int]] = []
    foreign.on("response", lambda reply: sent.append((reply.request.method, reply.status)))
    foreign.goto(f"http://127.0.0.1:{server.server_address[1]}/")
    for path, options in (
        ("assets/app.js", {}),
        ("assets/app.js", {"mode": "no-cors"}),
        ("api/logout", {"method": "POST", "mode": "no-cors"}),
        ("api/logout", {"method": "POST", "headers": {"X-Console": "guessed"}}),
    ):
        answer = foreign.evaluate("([path, options]) => outcome(path, options)", [path, options])
        assert answer in {"refused", "opaque"}, path
    (page, *answers) = [status for method, status in sent if method != "OPTIONS"]
    assert page == 200
    assert set(answers) == {403}
    foreign.close()
    server.shutdown()
    console.go("topics", "Topics")  # the session is still there


def test_a_link_opens_one_browser(browser: Browser, stack: Stack) -> None:
    link = stack.clone.ok("console", "--no-browser").strip()
    assert httpx.get(link).status_code == 303
    context = browser.new_context()
    page = context.new_page()
    reply = page.goto(link)
    assert reply is not None
    assert reply.status == 401
    page.get_by_text("./pulumiw console").wait_for(timeout=SECONDS)
    context.close()


def test_a_session_that_has_ended_says_how_to_go_on(browser: Browser, stack: Stack) -> None:
    with open_console(browser, stack.clone) as console:
        page = console.page
        page.evaluate(
            """() => fetch("api/logout", { method: "POST", headers: { "X-Console": localStorage.getItem("key") } })"""
        )
        page.get_by_text("The session has ended").wait_for()
        page.reload()
        page.get_by_text("The console is not open in this browser").wait_for()
