from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor import pulumi_command
from toolchain.frontdoor.outside.settle import Settled
from toolchain.frontdoor.prepare import Prepared
from toolchain.frontdoor.recovery import event_log_of
from toolchain.frontdoor.stack import Project, Stack

if TYPE_CHECKING:
    from toolchain.frontdoor.layout import Layout

CLUSTER = {"urn": "urn:cluster", "type": "confluentcloud:index/kafkaCluster:KafkaCluster", "inputs": {}}


def test_what_another_command_is_making_is_not_half_made(layout: Layout, tmp_path: Path) -> None:
    stack = Stack.read(Project.read(layout), "dev")
    stack.checkpoint.parent.mkdir(parents=True)
    pending = [{"type": "creating", "resource": CLUSTER}]
    stack.checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"pending_operations": pending}}}))
    refuses = tmp_path / "refuses"
    refuses.write_text(f"#!/bin/sh\necho $* >> '{tmp_path}/called'\nexit 255\n")
    refuses.chmod(0o755)
    prepared = Prepared(layout, stack, refuses, {}, None)
    log = event_log_of(prepared)
    log.parent.mkdir(parents=True)
    log.write_text("{}\n")
    working = tmp_path / "pulumi"
    working.symlink_to("/bin/sleep")
    locks = layout.backend / ".pulumi/locks/organization/confluent-rag/dev"
    locks.mkdir(parents=True)
    with subprocess.Popen([working, "60"]) as other:
        (locks / "id.json").write_text(json.dumps({"pid": other.pid, "hostname": socket.gethostname()}))
        assert pulumi_command._run_and_conclude(prepared, "up", [str(refuses), "up"], layout.project) == 255
        other.kill()
    assert (tmp_path / "called").read_text().splitlines() == [f"up --event-log {log}"]
    assert log.exists()


@pytest.mark.parametrize(
    ("changed", "statuses", "expected"), [(True, [1, 0], 0), (True, [1, 1], 1), (False, [1], 1), (True, [0], 0)]
)
def test_a_failed_command_goes_on_once_if_something_was_deleted_outside(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, *, changed: bool, statuses: list[int], expected: int
) -> None:
    prepared = Prepared(layout, Stack.read(Project.read(layout), "dev"), Path("pulumi"), {}, None)
    left = list(statuses)
    looks: list[bool] = []

    def settle(*_: object, after_failure: bool = False) -> Settled:
        looks.append(after_failure)
        return Settled(changed=changed and after_failure)

    monkeypatch.setattr(pulumi_command, "prepare", lambda *_: prepared)
    monkeypatch.setattr(pulumi_command, "recover", lambda *_: None)
    monkeypatch.setattr(pulumi_command, "settle", settle)
    monkeypatch.setattr(pulumi_command, "_run_and_conclude", lambda *_: left.pop(0))
    assert pulumi_command.run_pulumi(layout, ["destroy", "--yes"]) == expected
    assert left == []
    assert looks == [False, *([True] if statuses[0] else [])]
