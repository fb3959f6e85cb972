"""What is asked of Flink, against the driver's own types over a transport that answers from a script."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from confluent_sql import OperationalError

from components.flinksql import client
from components.flinksql.address import Address
from components.flinksql.client import FlinkSql, is_transient, retried
from components.flinksql.errors import FlinkSqlError
from components.flinksql.leftovers import is_left_over, new_name
from components.flinksql.text import Statement, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = "/sql/v1/organizations/org-1/environments/env-1/statements"
STRING = {"type": "VARCHAR", "length": 2147483647, "nullable": True}


class FlinkApi:
    """Statements by name; ``verdicts``: start of a statement's text -> (phase, detail, rows)."""

    def __init__(self) -> None:
        self.statements: dict[str, Any] = {}
        self.submitted: list[dict[str, Any]] = []
        self.verdicts: dict[str, tuple[str, str, list[list[str]]]] = {}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if method == "POST":
            return 200, self.submit(json.loads(body))
        if path.startswith(f"{BASE}?"):
            return self.listed(dict(parse_qsl(urlsplit(path).query)))
        name, _, tail = path.removeprefix(f"{BASE}/").partition("/")
        if name not in self.statements:
            return 404, {"errors": [{"detail": "no such statement"}]}
        if method == "DELETE":
            del self.statements[name]
            return 202, None
        if tail == "results":
            rows = [{"op": 0, "row": row} for row in self.statements[name]["rows"]]
            return 200, {"results": {"data": rows}, "metadata": {"next": ""}}
        return 200, self.statements[name]

    def listed(self, query: dict[str, str]) -> tuple[int, Any]:
        pool, part = query.get("spec.compute_pool_id", ""), query.get("statement_name_search_query", "")
        found = [
            statement
            for name, statement in self.statements.items()
            if part in name and pool in ("", statement["spec"].get("compute_pool_id"))
        ]
        return 200, {"data": found, "metadata": {"next": ""}}

    def submit(self, request: dict[str, Any]) -> dict[str, Any]:
        self.submitted.append(request)
        text = request["spec"]["statement"]
        known = (verdict for start, verdict in self.verdicts.items() if text.startswith(start))
        phase, detail, rows = next(known, ("COMPLETED", "", []))
        columns = [{"name": f"c{index}", "type": STRING} for index, _ in enumerate(rows[0] if rows else [])]
        traits = {"sql_kind": "X", "is_bounded": True, "is_append_only": True, "schema": {"columns": columns}}
        statement = {
            **request,
            "metadata": {"uid": request["name"], "created_at": datetime.now(UTC).isoformat()},
            "status": {"phase": phase, "detail": detail, "traits": traits},
            "rows": rows,
        }
        if "sql.dry-run" not in request["spec"]["properties"]:
            self.statements[request["name"]] = statement
        return statement


@contextmanager
def serving(api: FlinkApi) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, reply = api.answer(self.command, self.path, body)
            data = b"" if reply is None else json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 - the base class looks for these

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def api() -> FlinkApi:
    return FlinkApi()


@pytest.fixture
def flink(api: FlinkApi) -> Iterator[FlinkSql]:
    with serving(api) as endpoint:
        address = Address(
            endpoint=endpoint,
            organization_id="org-1",
            environment_id="env-1",
            compute_pool_id="lfcp-1",
            api_key="KEY",
            api_secret="secret",
        )
        with FlinkSql.connect(address, "embeddings-x") as connected:
            yield connected


TABLE = Statement.parse("CREATE TABLE t (a INT);")
INSERT = Statement.parse("INSERT INTO t SELECT 1;")


class TestFlinkSql:
    def test_phase(self, api: FlinkApi, flink: FlinkSql) -> None:
        assert flink.phase("none") is None
        api.verdicts["INSERT"] = ("RUNNING", "", [])
        api.submit({"name": "mine", "spec": {"statement": INSERT.text, "properties": {}}})
        assert flink.phase("mine") == "RUNNING"

    def test_an_exhausted_pool_is_told_instead_of_waited_for(
        self, api: FlinkApi, flink: FlinkSql, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(client, "EXHAUSTED_SECONDS", 0.0)
        api.verdicts["INSERT"] = ("PENDING", "exhausted", [])
        api.submit({"name": "mine", "spec": {"statement": INSERT.text, "properties": {}}})
        api.statements["mine"]["status"]["scaling_status"] = {"scaling_state": "POOL_EXHAUSTED"}
        with pytest.raises(FlinkSqlError, match=r"no CFU left .* so statement mine cannot start"):
            flink.take_over("mine")

    def test_delete_frees_the_name(self, api: FlinkApi, flink: FlinkSql) -> None:
        api.submit({"name": "mine", "spec": {"statement": INSERT.text, "properties": {}}})
        flink.delete("mine")
        assert api.statements == {}

    def test_a_statement_that_goes_before_it_was_prepared(self, api: FlinkApi, flink: FlinkSql) -> None:
        api.submit({"name": "mine", "spec": {"statement": TABLE.text, "properties": {}}})
        api.statements["mine"]["status"] = {"phase": "DELETING", "detail": "", "traits": None}
        assert flink.phase("mine") == "DELETING"

    @pytest.fixture
    def turns(self, api: FlinkApi, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Three INSERTs, each after the one before it; stopping one starts the next. Returns what was stopped."""
        stopped: list[str] = []
        for name, before in (("first", ""), ("second", "first"), ("third", "second")):
            offsets = {"sql.tables.initial-offset-from": before} if before else {}
            api.submit({"name": name, "spec": {"statement": INSERT.text, "properties": offsets}})
            api.statements[name]["status"]["phase"] = "PENDING" if before else "RUNNING"

        def stop(self: Any, name: str, timeout: int) -> None:  # noqa: ARG001 - the driver's form
            stopped.append(name)
            for other in api.statements.values():
                is_next = other["spec"]["properties"].get("sql.tables.initial-offset-from") == name
                if is_next and other["status"]["phase"] == "PENDING":
                    other["status"]["phase"] = "RUNNING"
            api.statements[name]["status"]["phase"] = "STOPPED"

        monkeypatch.setattr("confluent_sql.Connection.stop_statement", stop)
        return stopped

    def test_one_takes_over_when_the_other_is_stopped(self, api: FlinkApi, flink: FlinkSql, turns: list[str]) -> None:
        flink.take_over("second")
        assert turns == ["first"]
        assert api.statements["second"]["status"]["phase"] == "RUNNING"

    def test_the_other_one_takes_over_first_if_it_has_not_yet(self, flink: FlinkSql, turns: list[str]) -> None:
        flink.take_over("third")
        assert turns == ["first", "second"]

    @pytest.mark.parametrize("phase", ["FAILED", "STOPPED"])
    def test_what_has_ended_is_not_stopped(self, api: FlinkApi, flink: FlinkSql, turns: list[str], phase: str) -> None:
        api.statements["first"]["status"]["phase"] = phase
        api.statements["second"]["status"]["phase"] = "RUNNING"
        flink.take_over("second")
        assert turns == []

    def test_one_that_fails_then_is_told_in_flink_s_words(
        self, api: FlinkApi, flink: FlinkSql, turns: list[str]
    ) -> None:
        api.statements["second"]["status"] |= {"phase": "FAILED", "detail": "the model is gone"}
        with pytest.raises(FlinkSqlError, match="the model is gone"):
            flink.take_over("second")
        assert turns == ["first"]

    def test_settled_is_what_is_no_longer_pending(
        self, api: FlinkApi, flink: FlinkSql, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.submit({"name": "mine", "spec": {"statement": TABLE.text, "properties": {}}})
        status = api.statements["mine"]["status"]
        status["phase"] = "PENDING"
        monkeypatch.setattr("components.flinksql.client.time.sleep", lambda _: status.update(phase="COMPLETED"))
        assert flink.settled("mine") == "COMPLETED"

    def test_ddl_runs_in_the_database_and_leaves_no_statement(self, api: FlinkApi, flink: FlinkSql) -> None:
        flink.run_ddl("DROP TABLE IF EXISTS `t`")
        (request,) = api.submitted
        assert request["spec"]["statement"] == "DROP TABLE IF EXISTS `t`"
        assert request["spec"]["compute_pool_id"] == "lfcp-1"
        assert request["spec"]["properties"]["sql.current-catalog"] == "env-1"
        assert request["spec"]["properties"]["sql.current-database"] == "embeddings-x"
        assert api.statements == {}

    def test_columns(self, api: FlinkApi, flink: FlinkSql) -> None:
        api.verdicts["DESCRIBE `product-updates`"] = ("COMPLETED", "", [["size", "STRING"], ["price", "DOUBLE"]])
        assert flink.columns("product-updates") == ["size", "price"]
        assert api.statements == {}

    def test_a_model_answers(self, api: FlinkApi, flink: FlinkSql) -> None:
        api.verdicts["SELECT * FROM (VALUES"] = ("RUNNING", "", [["ready?", "[0.5]"]])
        flink.predict("vector_embedding")
        assert "ML_PREDICT('vector_embedding'" in api.submitted[0]["spec"]["statement"]
        assert api.statements == {}

    def test_a_model_that_gives_no_answer(
        self, api: FlinkApi, flink: FlinkSql, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("components.flinksql.client.ANSWER_SECONDS", 0.0)
        with pytest.raises(FlinkSqlError, match="model m gave no answer after 0 s"):
            flink.predict("m")
        assert api.statements == {}

    def test_an_insert_is_explained(self, api: FlinkApi, flink: FlinkSql) -> None:
        api.verdicts["EXPLAIN"] = ("COMPLETED", "", [["plan"]])
        assert flink.objection(INSERT) is None
        api.verdicts["EXPLAIN"] = ("FAILED", "Column 'x' not found", [])
        assert flink.objection(INSERT) == "Column 'x' not found"
        assert {request["spec"]["statement"] for request in api.submitted} == {f"EXPLAIN {INSERT.text}"}

    def test_a_create_is_run_dry(self, api: FlinkApi, flink: FlinkSql) -> None:
        assert flink.objection(TABLE) is None
        api.verdicts["CREATE"] = ("FAILED", "SQL parse failed", [])
        assert flink.objection(TABLE) == "SQL parse failed"
        assert all(request["spec"]["properties"]["sql.dry-run"] == "true" for request in api.submitted)
        assert api.statements == {}

    def test_what_is_to_be_replaced_is_no_objection(self, api: FlinkApi, flink: FlinkSql) -> None:
        api.verdicts["CREATE"] = ("FAILED", "Table `t` already exists", [])
        assert flink.objection(TABLE) is None

    def test_a_cloud_without_dry_runs_does_not_object(self, api: FlinkApi, flink: FlinkSql) -> None:
        api.answer = lambda *_: (501, {"errors": [{"detail": "no dry runs here"}]})  # type: ignore[method-assign]
        assert flink.objection(TABLE) is None


class TestLeftovers:
    KILLED = f"hook-0123abcd-{'0' * 32}"
    PREVIEW = f"hook-preview-{'0' * 32}"

    def make(self, api: FlinkApi, name: str, pool: str = "lfcp-1", *, minutes_ago: int = 0) -> None:
        spec = {"statement": "DROP TABLE t", "properties": {}, "compute_pool_id": pool}
        made = api.submit({"name": name, "spec": spec})
        made["metadata"]["created_at"] = (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat()

    def test_what_a_killed_run_has_left_goes(self, api: FlinkApi, flink: FlinkSql) -> None:
        self.make(api, self.KILLED)
        assert flink.remove_leftovers("lfcp-1")
        assert api.statements == {}

    def test_what_this_run_asks_stays(self, api: FlinkApi, flink: FlinkSql) -> None:
        self.make(api, new_name(in_preview=False))
        assert flink.remove_leftovers("lfcp-1")
        assert len(api.statements) == 1

    @pytest.mark.parametrize(
        ("name", "pool"),
        [(KILLED, "lfcp-2"), ("hook-world", "lfcp-1"), (f"my-{KILLED}", "lfcp-1"), (f"{KILLED}-copy", "lfcp-1")],
        ids=["another stack's", "a person's", "a prefix", "an ending"],
    )
    def test_what_is_not_this_stack_s_hooks_stays(self, api: FlinkApi, flink: FlinkSql, name: str, pool: str) -> None:
        self.make(api, name, pool)
        assert flink.remove_leftovers("lfcp-1")
        assert api.statements.keys() == {name}

    def test_a_preview_that_may_run_beside_it_is_left_alone(self, api: FlinkApi, flink: FlinkSql) -> None:
        running = new_name(in_preview=True)
        self.make(api, running, minutes_ago=9)
        self.make(api, self.PREVIEW, minutes_ago=11)
        assert flink.remove_leftovers("lfcp-1")
        assert api.statements.keys() == {running}

    def test_a_time_that_cannot_be_read_keeps_a_preview_s(self) -> None:
        assert not is_left_over(self.PREVIEW, "None")

    def test_trouble_stops_no_hook(self, api: FlinkApi, flink: FlinkSql) -> None:
        self.make(api, self.KILLED)
        api.answer = lambda *_: (403, {"errors": [{"detail": "no"}]})  # type: ignore[method-assign]
        assert not flink.remove_leftovers("lfcp-1")
        assert api.statements.keys() == {self.KILLED}


class TestConnect:
    @pytest.mark.parametrize("failing", [["POST"], ["GET"] * 4, ["DELETE"], ["DELETE"] * 3])
    def test_in_passing_trouble_no_statement_is_left(
        self, api: FlinkApi, monkeypatch: pytest.MonkeyPatch, failing: list[str]
    ) -> None:
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
        answer = api.answer

        def fail(method: str, path: str, body: bytes) -> tuple[int, Any]:
            if method not in failing:
                return answer(method, path, body)
            failing.remove(method)
            if method == "POST":  # the reply is lost, the work is done
                answer(method, path, body)
            return 503, {"errors": [{"detail": "come again"}]}

        api.answer = fail  # type: ignore[method-assign]
        asked = failing[0]
        address = Address(
            endpoint="",
            organization_id="org-1",
            environment_id="env-1",
            compute_pool_id="lfcp-1",
            api_key="KEY",
            api_secret="secret",
        )

        def drop(endpoint: str) -> None:
            with FlinkSql.connect(replace(address, endpoint=endpoint), "embeddings-x") as flink:
                flink.run_ddl("DROP TABLE t")

        with (
            serving(api) as endpoint,
            nullcontext() if asked == "DELETE" else pytest.raises(FlinkSqlError, match="come"),
        ):
            drop(endpoint)
        assert failing == []
        assert len(api.submitted) == 1
        assert api.statements == {}

    def test_a_failure_is_told_in_flink_s_own_words(self, api: FlinkApi) -> None:
        api.verdicts["DESCRIBE"] = ("FAILED", "Table `t` does not exist", [])

        def describe(endpoint: str) -> None:
            address = Address(
                endpoint=endpoint,
                organization_id="org-1",
                environment_id="env-1",
                compute_pool_id="lfcp-1",
                api_key="KEY",
                api_secret="secret",
            )
            with FlinkSql.connect(address, "embeddings-x") as flink:
                flink.columns("t")

        with serving(api) as endpoint, pytest.raises(FlinkSqlError) as failure:
            describe(endpoint)
        assert str(failure.value) == "Table `t` does not exist"


class TestQuote:
    def test_a_quote_inside_is_doubled(self) -> None:
        assert quote("a`b") == "`a``b`"


def lost() -> OperationalError:
    error = OperationalError("error sending request: RemoteProtocolError")
    error.__cause__ = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    return error


class TestRetries:
    @pytest.fixture(autouse=True)
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        pauses: list[float] = []
        monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
        monkeypatch.setattr("tenacity.time.monotonic", lambda: sum(pauses))
        return pauses

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (OperationalError("", http_status_code=429), True),
            (OperationalError("", http_status_code=500), True),
            (OperationalError("", http_status_code=503), True),
            (OperationalError("", http_status_code=501), False),
            (OperationalError("", http_status_code=409), False),
            (OperationalError("", http_status_code=401), False),
            (OperationalError("the statement failed"), False),
            (lost(), True),
        ],
    )
    def test_what_is_transient(self, error: OperationalError, expected: bool) -> None:  # noqa: FBT001 - a case of the test
        assert is_transient(error) is expected

    @staticmethod
    def failing(errors: list[Exception]) -> Callable[[], str]:
        def run() -> str:
            if errors:
                raise errors.pop()
            return "done"

        return run

    def test_a_transient_error_is_retried_as_the_provider_does(self, pauses: list[float]) -> None:
        assert retried(self.failing([lost()] * 4)) == "done"
        assert pauses == [1, 2, 4, 8]
        with pytest.raises(OperationalError):
            retried(self.failing([lost()] * 5))

    def test_no_other_one_is(self, pauses: list[float]) -> None:
        with pytest.raises(OperationalError):
            retried(self.failing([OperationalError("", http_status_code=404)]))
        assert pauses == []

    @pytest.mark.parametrize(
        "refusal", [FlinkSqlError("no", status=403), FlinkSqlError("error sending request '401' - Unauthorized")]
    )
    def test_a_refusal_is_retried_while_a_right_may_be_on_its_way(
        self, pauses: list[float], refusal: FlinkSqlError
    ) -> None:
        assert retried(self.failing([refusal] * 60), 180) == "done"
        assert sum(pauses) == 120
        with pytest.raises(FlinkSqlError):
            retried(self.failing([refusal] * 600), 180)
        with pytest.raises(FlinkSqlError):
            retried(self.failing([refusal]))
