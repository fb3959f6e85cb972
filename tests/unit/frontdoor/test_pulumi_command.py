from __future__ import annotations

import json
import socket
import subprocess
from typing import TYPE_CHECKING

from toolchain.frontdoor import pulumi_command
from toolchain.frontdoor.prepare import Prepared
from toolchain.frontdoor.recovery import event_log_of
from toolchain.frontdoor.stack import Project, Stack

if TYPE_CHECKING:
    from pathlib import Path

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
