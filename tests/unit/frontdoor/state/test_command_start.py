"""When a command began, by the clock of the cloud that it is for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stub_api import StubApi
from toolchain.frontdoor.hall.http_json import Api, Reply
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.command_start import CommandStart, cloud_clock, read_command_start

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

AT = datetime(2026, 11, 22, 13, 40, 0, 500000, tzinfo=UTC)
CONNECTORS = "/connect/v1/environments/env-1/clusters/lkc-1/connectors"
CLUSTER = {
    "urn": "urn:cluster",
    "type": "confluentcloud:index/kafkaCluster:KafkaCluster",
    "id": "lkc-1",
    "inputs": {"environment": {"id": "env-1"}},
}


class Clock(Api):
    """A cloud that tells what time it has, and nothing else."""

    says: str

    def call(self, *_: object) -> Reply:
        return Reply(404, None, self.says)


def clock(base: str, says: str) -> Clock:
    made = Clock(base)
    object.__setattr__(made, "says", says)
    return made


@pytest.mark.parametrize("off", [timedelta(hours=-3), timedelta(seconds=-30), timedelta(hours=2)])
@pytest.mark.parametrize("base", ["https://api.confluent.cloud", "http://127.0.0.1:8099"])
def test_the_clouds_clock_counts_where_it_differs_from_this_machines(base: str, off: timedelta) -> None:
    there = datetime.now(UTC).replace(microsecond=0) + off
    assert cloud_clock(clock(base, format_datetime(there, usegmt=True))) == there + timedelta(seconds=1)


def test_a_local_clouds_clock_is_this_machines() -> None:
    before = datetime.now(UTC)
    told = cloud_clock(clock("http://127.0.0.1:8099", format_datetime(before, usegmt=True)))
    assert told is not None
    assert before <= told <= datetime.now(UTC)


@pytest.mark.parametrize("says", ["", "soon", "Sun, 22 Nov 2026 13:40:00 -0000"])
def test_a_cloud_that_does_not_tell(says: str) -> None:
    assert cloud_clock(clock("https://api.confluent.cloud", says)) is None


@pytest.mark.parametrize(
    ("created_at", "is_of_it"),
    [
        ("2026-11-22T13:40:00.500000Z", True),
        ("2026-11-22T13:40:00.400Z", False),
        ("2026-11-22T13:40:00Z", False),
        ("2026-11-22T14:40:00.600+01:00", True),
        ("2026-11-22T13:41:00.123456789Z", True),
        ("2024-01-01T00:00:00Z", False),
        ("2026-11-22T13:41:00", False),
        ("", False),
        ("soon", False),
    ],
)
def test_what_is_younger(created_at: str, *, is_of_it: bool) -> None:
    assert CommandStart(AT).is_before(created_at) is is_of_it
    assert not CommandStart().is_before(created_at)


def test_it_is_kept(tmp_path: Path) -> None:
    for start in (CommandStart(AT, {"lkc-1": ["datagen"]}), CommandStart()):
        start.write(tmp_path / "began.json")
        assert CommandStart.read(tmp_path / "began.json") == start


@pytest.mark.parametrize("kept", ["", "[]", '{"at": 5}', '{"connectors": {}}'])
def test_what_cannot_be_read_proves_nothing(tmp_path: Path, kept: str) -> None:
    assert CommandStart.read(tmp_path / "none") == CommandStart()
    (tmp_path / "began.json").write_text(kept)
    assert CommandStart.read(tmp_path / "began.json") == CommandStart()


def test_the_later_of_two() -> None:
    later = AT + timedelta(minutes=5)
    assert CommandStart(AT).no_earlier_than(later).at == later
    assert CommandStart(later).no_earlier_than(AT).at == later
    assert CommandStart(AT).no_earlier_than(None).at == AT
    assert CommandStart().no_earlier_than(AT).at == AT


class TestAsking:
    """The cloud of a stack, before a command."""

    def ask(self, layout: Layout, tmp_path: Path, replies: dict[str, Any], *, key: bool = True) -> CommandStart:
        with StubApi(replies) as api:
            settings = layout.project / "Pulumi.dev.yaml"
            settings.write_text(f"config:\n  confluentcloud:endpoint: {api.url}\n")
            stack = Stack.read(Project.read(layout), "dev")
            stack.checkpoint.parent.mkdir(parents=True, exist_ok=True)
            stack.checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"resources": [CLUSTER]}}}))
            keys = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "CS"} if key else {}
            found = read_command_start(Prepared(layout, stack, tmp_path / "no-pulumi", keys, None))
            assert [line for line in api.asked if not line.startswith("GET ")] == []
            return found

    def test_it_lists_the_connectors(self, layout: Layout, tmp_path: Path) -> None:
        before = datetime.now(UTC)
        found = self.ask(layout, tmp_path, {f"GET {CONNECTORS}": ["datagen"]})
        assert found.connectors == {"lkc-1": ["datagen"]}
        assert found.at is not None
        assert found.at >= before
        assert found.had_connector("lkc-1", "datagen")
        assert not found.had_connector("lkc-1", "other")
        assert not found.had_connector("lkc-2", "datagen")

    def test_a_cluster_that_is_gone_has_none(self, layout: Layout, tmp_path: Path) -> None:
        assert self.ask(layout, tmp_path, {}).connectors == {"lkc-1": []}

    @pytest.mark.parametrize("reply", [(403, None), (200, {"error": "?"})])
    def test_what_is_not_told_is_not_known(self, layout: Layout, tmp_path: Path, reply: object) -> None:
        found = self.ask(layout, tmp_path, {f"GET {CONNECTORS}": reply})
        assert found.connectors is None
        assert found.had_connector("lkc-1", "other")

    def test_without_a_key_connectors_are_not_known(self, layout: Layout, tmp_path: Path) -> None:
        assert self.ask(layout, tmp_path, {f"GET {CONNECTORS}": []}, key=False).connectors is None

    def test_nobody_there(self, layout: Layout, tmp_path: Path) -> None:
        (layout.project / "Pulumi.dev.yaml").write_text("config:\n  confluentcloud:endpoint: http://127.0.0.1:9\n")
        stack = Stack.read(Project.read(layout), "dev")
        assert read_command_start(Prepared(layout, stack, tmp_path / "no-pulumi", {}, None)) == CommandStart()
