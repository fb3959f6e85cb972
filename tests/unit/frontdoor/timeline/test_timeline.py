"""What an `up` did when: from the engine's events to the picture."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from toolchain.frontdoor.commands import pulumi_command, timeline_command
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.command_files import CommandFiles
from toolchain.frontdoor.timeline.follow import Follower
from toolchain.frontdoor.timeline.record import (
    Operation,
    Record,
    dependencies_of,
    operations_of,
    place_of,
    read,
    write,
)
from toolchain.frontdoor.timeline.report import Timeline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

SECRET = "very-secret"


def urn(name: str, kind: str = "Kind") -> str:
    return f"urn:pulumi:dev::p::cloud:index:{kind}::{name}"


def event(kind: str, op: str, name: str, *, custom: bool = True, preview: bool = False) -> dict[str, Any]:
    if preview:
        return {"summaryEvent": {"isPreview": True}}
    state = {"urn": urn(name), "type": "cloud:index:Kind", "custom": custom, "inputs": {"secret": SECRET}}
    side = "old" if op.startswith("delete") else "new"
    metadata = {"op": op, "urn": urn(name), "type": "cloud:index:Kind", side: state}
    return {kind: {"metadata": metadata}}


def pre(op: str, name: str, **more: bool) -> dict[str, Any]:
    return event("resourcePreEvent", op, name, **more)


def done(op: str, name: str, **more: bool) -> dict[str, Any]:
    return event("resOutputsEvent", op, name, **more)


def at(*timed: tuple[float, dict[str, Any]]) -> list[tuple[float, dict[str, Any]]]:
    return [(1_800_000_000 + second, told) for second, told in timed]


class TestOperations:
    def test_each_has_its_span_from_the_first_start(self) -> None:
        began, operations = operations_of(
            at(
                (0, {"preludeEvent": {"config": {}}}),
                (1, pre("create", "cluster")),
                (1.5, pre("create", "pool")),
                (2, done("create", "pool")),
                (11, done("create", "cluster")),
            )
        )
        assert began == 1_800_000_001
        assert [(one.name, one.start, one.end) for one in operations] == [("cluster", 0, 10), ("pool", 0.5, 1)]

    def test_bookkeeping_is_no_operation(self) -> None:
        events = at((0, pre("same", "a")), (1, done("same", "a")), (2, pre("replace", "b")), (3, done("replace", "b")))
        assert operations_of(events) == (0.0, [])

    def test_a_preview_does_nothing(self) -> None:
        events = at((0, pre("create", "a")), (1, done("create", "a")), (2, event("", "", "", preview=True)))
        assert operations_of(events) == (0.0, [])

    def test_a_component_is_done_when_it_is_registered(self) -> None:
        _, (component,) = operations_of(
            at((0, pre("create", "component", custom=False)), (9, done("create", "component", custom=False)))
        )
        assert component.span.seconds == 0

    def test_of_several_attempts_the_last_counts(self) -> None:
        _, (operation,) = operations_of(
            at(
                (0, pre("create", "binding")),
                (2, event("resOpFailedEvent", "create", "binding")),
                (2, pre("create", "binding")),
                (5, done("create", "binding")),
            )
        )
        assert (operation.end, operation.failed) == (5, False)

    def test_what_failed_is_told(self) -> None:
        events = at((0, pre("create", "a")), (2, event("resOpFailedEvent", "create", "a")))
        assert [one.failed for one in operations_of(events)[1]] == [True]

    def test_what_was_cut_off_has_no_end(self) -> None:
        assert operations_of(at((0, pre("create", "a"))))[1] == []


def test_dependencies_are_all_that_the_state_names() -> None:
    found = dependencies_of(
        [
            {
                "urn": urn("insert"),
                "parent": urn("component"),
                "provider": f"{urn('provider')}::an-id",
                "dependencies": [urn("table")],
                "propertyDependencies": {"name": [urn("model"), urn("table")], "text": None},
                "deletedWith": urn("pool"),
            },
            {"urn": urn("stack"), "parent": ""},
        ]
    )
    names = [name.rpartition("::")[2] for name in found[urn("insert")]]
    assert sorted(names) == ["component", "model", "pool", "provider", "table"]
    assert found[urn("stack")] == []


def operation(name: str, start: float, end: float, op: str = "create") -> Operation:
    return Operation(urn=urn(name), type="cloud:index:Kind", operation=op, start=start, end=end)


def record(*operations: Operation, depends_on: Mapping[str, list[str]] | None = None) -> Record:
    named = {urn(name): [urn(other) for other in others] for name, others in (depends_on or {}).items()}
    return Record(began="2026-11-22T20:00:00+00:00", operations=operations, depends_on=named)


def test_a_replacement_goes_down_one_way_and_up_the_other() -> None:
    timeline = Timeline(
        "dev",
        record(
            operation("insert", 0, 1, "delete-replaced"),
            operation("model", 1, 3, "delete-replaced"),
            operation("model", 3, 7, "create-replacement"),
            operation("insert", 7, 15, "create-replacement"),
            depends_on={"insert": ["model"]},
        ),
    )
    assert timeline.chain == [f"{urn('insert')} (deleted)", f"{urn('model')} (deleted)", urn("model"), urn("insert")]
    assert timeline.ratio == 1


def test_a_successor_is_made_before_the_old_one_is_deleted() -> None:
    made = operation("insert", 0, 2, "create-replacement")
    timeline = Timeline("dev", record(made, operation("insert", 2, 3, "delete-replaced")))
    assert timeline.chain == [urn("insert"), f"{urn('insert')} (deleted)"]


class TestFollowing:
    def test_the_preview_is_forgotten_when_the_update_begins(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        written = threading.Event()
        with Follower(log) as follower:
            log.write_text(json.dumps({"sequence": 0, "text": "preview, which has more to tell"}) + "\n")
            while not follower.events:
                written.wait(0.01)
            log.write_text(json.dumps({"sequence": 0, "text": "update"}) + '\n{"sequence": 1, "te')
        assert [told["text"] for _, told in follower.events] == ["update"]

    def test_arrivals_are_told_apart(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        with Follower(log) as follower, log.open("w") as writing:
            for number in range(2):
                writing.write(f"{number}\n")
                writing.flush()
                while len(follower.events) <= number:
                    time.sleep(0.005)
                time.sleep(0.2)
        (first, _), (second, _) = follower.events
        assert second - first > 0.1

    def test_without_a_log_there_is_nothing(self, tmp_path: Path) -> None:
        with Follower(tmp_path / "none") as follower:
            pass
        assert follower.events == []


@pytest.fixture
def stack(layout: Layout) -> Stack:
    return Stack.read(Project.read(layout), "dev")


PULUMI = """\
#!/usr/bin/env python3
import json, sys, time
EVENTS = json.loads(sys.argv[0] and open(sys.argv[0] + ".json").read())
with open(sys.argv[sys.argv.index("--event-log") + 1], "w") as log:
    for event in EVENTS:
        log.write(json.dumps(event) + "\\n")
        log.flush()
        time.sleep(0.1)
"""


@pytest.mark.process
class TestKeeping:
    """By a `pulumi` that tells the events of the test."""

    def up(
        self, layout: Layout, stack: Stack, tmp_path: Path, events: list[dict[str, Any]], command: str = "up"
    ) -> int:
        cli = tmp_path / "pulumi"
        cli.write_text(PULUMI)
        cli.chmod(0o755)
        (tmp_path / "pulumi.json").write_text(json.dumps(events))
        state = [{"urn": urn("a")}, {"urn": urn("b"), "dependencies": [urn("a")]}]
        stack.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        stack.checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"resources": state}}}))
        prepared = Prepared(layout, stack, cli, {}, None)
        status = pulumi_command._run_and_conclude(
            prepared, command, [str(cli), command], layout.project, may_delete=True
        )
        assert not CommandFiles.of(prepared).log.exists()
        return status

    def test_an_up_leaves_a_record_without_values(self, layout: Layout, stack: Stack, tmp_path: Path) -> None:
        chain = [pre("create", "a"), done("create", "a"), pre("create", "b"), done("create", "b")]
        assert self.up(layout, stack, tmp_path, chain) == 0
        kept = read(stack)
        assert [one.name for one in kept.operations] == ["a", "b"]
        assert kept.operations[1].start >= kept.operations[0].end > 0
        assert kept.depends_on == {urn("a"): [], urn("b"): [urn("a")]}
        assert SECRET not in place_of(stack).read_text()

    def test_one_without_changes_leaves_it_alone(self, layout: Layout, stack: Stack, tmp_path: Path) -> None:
        self.up(layout, stack, tmp_path, [pre("create", "a"), done("create", "a")])
        before = place_of(stack).read_text()
        self.up(layout, stack, tmp_path, [pre("same", "a"), done("same", "a")])
        self.up(layout, stack, tmp_path, [pre("delete", "a"), done("delete", "a")], command="destroy")
        assert place_of(stack).read_text() == before


class TestCommand:
    @pytest.fixture(autouse=True)
    def _recorded(self, stack: Stack) -> None:
        operations = [operation("a", 0, 2), operation("other", 0, 1), operation("b", 2, 8, "update")]
        write(place_of(stack), 1_800_000_000.0, operations, {urn("b"): [urn("a")]})

    def test_a_bar_a_line(self, layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
        assert timeline_command.run(layout, []) == 0
        summary, _, first, other, last = capsys.readouterr().out.splitlines()
        assert "3 operations in 8.0 s, the longest chain (*) takes 8.0 s; makespan / chain = 1.00" in summary
        assert first.split()[:4] == ["*", "1", "0.0", "2.0"]
        assert other.split()[:3] == ["2", "0.0", "1.0"]
        assert last.split()[:5] == ["*", "3", "1", "2.0", "6.0"]
        assert "b (Kind) update" in last
        bars = {line.count("█") + line.count("#") for line in (first, last)}
        assert max(bars) > 2 * min(bars)

    def test_for_programs(self, layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
        assert timeline_command.run(layout, ["--json", "-s", "dev"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["stack"], told["makespanSeconds"], told["longestChainSeconds"]) == ("dev", 8, 8)
        assert told["longestChain"] == [urn("a"), urn("b")]
        bars = {bar["urn"]: bar for bar in told["bars"]}
        assert bars[urn("b")]["dependsOn"] == [urn("a")]
        assert bars[urn("other")]["onLongestChain"] is False

    def test_as_a_picture(self, layout: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        picture = tmp_path / "up.svg"
        assert timeline_command.run(layout, ["--svg", str(picture)]) == 0
        assert capsys.readouterr().out == ""
        drawn = ET.fromstring(picture.read_text())  # noqa: S314 - our own
        bars = [rect for rect in drawn.iter("{http://www.w3.org/2000/svg}rect") if len(rect)]
        assert len(bars) == 3
        widths = [float(bar.get("width", "0")) for bar in bars]
        assert widths[2] == pytest.approx(3 * widths[0], rel=0.01)

    def test_without_a_record(self, layout: Layout, stack: Stack) -> None:
        place_of(stack).unlink()
        with pytest.raises(Failure, match=r"No `up` of stack dev that changed something.*run `./pulumiw up` first"):
            timeline_command.run(layout, [])

    def test_a_record_that_cannot_be_read(self, layout: Layout, stack: Stack) -> None:
        place_of(stack).write_text("{")
        with pytest.raises(Failure, match="delete it"):
            timeline_command.run(layout, [])
