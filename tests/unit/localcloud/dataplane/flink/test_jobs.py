"""The Flink plane's own logic, with a JVM that is only pretended."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from localcloud.dataplane.flink.jobs import FlinkPlane
from localcloud.dataplane.flink.process import FlinkProcess
from localcloud.dataplane.interface import (
    DataPlaneError,
    FlinkConnection,
    FlinkDatabase,
    FlinkEnvironment,
    NotFoundError,
    StatementPhase,
    StatementSpec,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "sk-very-secret"


@dataclass
class Jvm:
    """A JVM: remembers its calls, answers as it is told, dies when it is told."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    dead: threading.Event = field(default_factory=threading.Event)
    returncode: int = -9

    def wait(self) -> None:
        self.dead.wait(30)

    def close(self) -> None:
        pass

    def call(self, method: str, path: str, body: Any = None) -> Any:
        if self.dead.is_set():
            raise httpx.ConnectError("refused")
        self.calls.append((method, path, body))
        answer = self.answers.get(
            f"{method} {path}", {"phase": "RUNNING", "detail": None, "traits": None, "latestOffsets": {}}
        )
        if isinstance(answer, Exception):
            raise answer
        return answer

    def made(self, method: str) -> list[str]:
        return [path for verb, path, _ in self.calls if verb == method]


class Host:
    """JVMs, one after the other; the brokers of the clusters that run."""

    def __init__(self) -> None:
        self.jvms: list[Jvm] = []
        self.next_answers: dict[str, Any] = {}
        self.ports = {"lkc-1": "127.0.0.1:1"}
        self.broken: DataPlaneError | None = None
        self.was_trained: bool | None = None

    def start(self) -> tuple[Jvm, Jvm]:
        if self.broken:
            raise self.broken
        self.jvms.append(Jvm(answers=self.next_answers))
        return self.jvms[-1], self.jvms[-1]

    def stop(self, *, trained: bool) -> None:
        self.was_trained = trained
        for jvm in self.jvms:
            jvm.dead.set()

    def internal(self, cluster_id: str) -> Any:
        if cluster_id not in self.ports:
            raise NotFoundError("no such cluster")
        return type("Internal", (), {"bootstrap": self.ports[cluster_id]})


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    made = Host()
    monkeypatch.setattr(FlinkProcess, "start", lambda _: made.start())
    monkeypatch.setattr(FlinkProcess, "stop", lambda _, *, trained: made.stop(trained=trained))
    return made


@pytest.fixture
def plane(host: Host, tmp_path: Path) -> Iterator[FlinkPlane]:
    opened = FlinkPlane(tmp_path, tmp_path, cast("Any", None), host, base_url="http://b/", internal_token="t0ken")
    yield opened
    opened.close()


def environments(name: str = "dev") -> list[FlinkEnvironment]:
    connection = FlinkConnection(name="c", type="OPENAI", endpoint="http://e", secrets={"API_KEY": SECRET})
    databases = [FlinkDatabase(id="lkc-1", name="one"), FlinkDatabase(id="lkc-2", name="two")]
    return [
        FlinkEnvironment(id="env-1", name=name, registry_id="lsrc-1", databases=databases, connections=[connection])
    ]


def spec(uid: str) -> StatementSpec:
    return StatementSpec(
        uid=uid,
        name=f"statement-{uid}",
        environment_id="env-1",
        statement="SELECT 1",
        properties={"sql.current-catalog": "env-1"},
        principal="sa-1",
        compute_pool_id="lfcp-1",
    )


def answer(phase: str, kind: str | None = None, detail: str | None = None) -> dict[str, Any]:
    traits = kind and {"sql_kind": kind, "is_bounded": False, "is_append_only": True}
    return {"phase": phase, "detail": detail, "traits": traits, "latestOffsets": {}}


def eventually(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_workspace_is_told_before_a_statement_and_only_when_it_changed(plane: FlinkPlane, host: Host) -> None:
    plane.configure(environments())
    plane.submit(spec("a"))
    plane.submit(spec("b"))
    jvm = host.jvms[0]
    assert [path for _, path, _ in jvm.calls].index("/workspace") == 0
    assert jvm.made("PUT").count("/workspace") == 1
    told = jvm.calls[0][2]
    assert told["internalToken"] == "t0ken"
    assert told["environments"][0]["registryUrl"] == "http://b/schema-registry/lsrc-1"
    assert [one["bootstrap"] for one in told["environments"][0]["databases"]] == ["127.0.0.1:1", None]
    host.ports["lkc-2"] = "127.0.0.1:2"
    plane.submit(spec("c"))
    assert jvm.made("PUT").count("/workspace") == 2


def test_a_dead_jvm_is_replaced_and_what_wrote_goes_on(plane: FlinkPlane, host: Host) -> None:
    plane.configure(environments())
    first_answers = host.next_answers
    first_answers["PUT /statements/writes?resume=false"] = answer("RUNNING", "INSERT_INTO")
    first_answers["PUT /statements/reads?resume=false"] = answer("RUNNING", "SELECT")
    first_answers["PUT /statements/done?resume=false"] = answer("COMPLETED", "CREATE_TABLE")
    for uid in ("writes", "reads", "done"):
        plane.submit(spec(uid))
    host.next_answers = {"GET /statements/writes": answer("RUNNING", "INSERT_INTO")}
    host.jvms[0].dead.set()
    assert plane.status("writes").phase is StatementPhase.RUNNING
    assert host.jvms[1].made("PUT") == ["/workspace", "/statements/writes?resume=true"]
    lost = plane.status("reads")
    assert lost.phase is StatementPhase.FAILED
    with pytest.raises(DataPlaneError, match="results are lost"):
        plane.results("reads", 0)
    assert plane.status("done").phase is StatementPhase.COMPLETED


def test_how_a_statement_ended_is_not_asked_again(plane: FlinkPlane, host: Host) -> None:
    host.next_answers["PUT /statements/a?resume=false"] = answer("FAILED", detail="Column 'x' not found")
    assert plane.submit(spec("a")).detail == "Column 'x' not found"
    assert plane.status("a").phase is StatementPhase.FAILED
    assert host.jvms[0].made("GET") == []
    assert plane.submit(spec("a"), resume=True).phase is StatementPhase.RUNNING
    assert plane.status("a").phase is StatementPhase.RUNNING


def test_a_deleted_statement_is_not_resumed(plane: FlinkPlane, host: Host) -> None:
    host.next_answers["PUT /statements/a?resume=false"] = answer("RUNNING", "INSERT_INTO")
    plane.submit(spec("a"))
    plane.delete("a")
    host.jvms[0].dead.set()
    eventually(lambda: len(host.jvms) == 2)
    host.jvms[1].answers["GET /statements/a"] = NotFoundError("No statement has the uid 'a'.")
    with pytest.raises(NotFoundError):
        plane.status("a")
    assert host.jvms[1].made("PUT") == []


@pytest.mark.parametrize(("kind", "trained"), [("INSERT_INTO", True), ("STATEMENT_SET", True), ("SELECT", False)])
def test_a_jvm_is_trained_once_a_statement_has_written_also_if_it_is_deleted_since(
    plane: FlinkPlane, host: Host, kind: str, *, trained: bool
) -> None:
    host.next_answers["PUT /statements/a?resume=false"] = answer("RUNNING", kind)
    plane.submit(spec("a"))
    plane.delete("a")
    plane.close()
    assert host.was_trained is trained


def test_a_jvm_that_does_not_start_is_told_at_once(
    host: Host, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    host.broken = DataPlaneError("Flink ended at its start: see flink.log.")
    plane = FlinkPlane(tmp_path, tmp_path, cast("Any", None), host, base_url="http://b", internal_token="t")
    eventually(lambda: caplog.records)
    with pytest.raises(DataPlaneError, match=r"see flink\.log"):
        plane.submit(spec("a"))
    plane.close()


def test_a_slow_answer_is_an_error_not_a_second_call(plane: FlinkPlane, host: Host) -> None:
    host.next_answers["DELETE /statements/a"] = httpx.ReadTimeout("slow")
    with pytest.raises(DataPlaneError, match="did not answer in time"):
        plane.delete("a")
    assert host.jvms[0].made("DELETE") == ["/statements/a"]


def test_no_secret_is_printed(plane: FlinkPlane, caplog: pytest.LogCaptureFixture) -> None:
    plane.configure(environments())
    plane.submit(spec("a"))
    assert SECRET not in repr(environments()) + caplog.text


def test_the_statuses_of_many_statements_are_one_question(plane: FlinkPlane, host: Host) -> None:
    running: dict[str, Any] = {"phase": "RUNNING", "detail": None, "traits": None, "latestOffsets": {}}
    host.next_answers["PUT /statements/over?resume=false"] = running | {"phase": "COMPLETED"}
    host.next_answers["POST /statuses"] = {"a": running, "b": running | {"recordsWritten": 7}}
    for uid in ("over", "a", "b"):
        plane.submit(spec(uid))
    found = plane.statuses(["over", "a", "b", "unknown"])
    assert {uid: one.phase for uid, one in found.items()} == {"over": "COMPLETED", "a": "RUNNING", "b": "RUNNING"}
    assert found["b"].records_written == 7
    (jvm,) = host.jvms
    assert [call[2] for call in jvm.calls if call[1] == "/statuses"] == [{"uids": ["a", "b", "unknown"]}]
    assert plane.statuses(["over"]).keys() == {"over"}
    assert jvm.made("POST") == ["/statuses"]
