from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.commands import pulumi_command
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.command_files import CommandFiles
from toolchain.frontdoor.state.deleted_outside.reconcile import Reconciled

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process  # all: most of them start one

CLUSTER = {"urn": "urn:cluster", "type": "confluentcloud:index/kafkaCluster:KafkaCluster", "inputs": {}}


def test_what_another_command_is_making_is_left_to_it(layout: Layout, tmp_path: Path) -> None:
    stack = Stack.read(Project.read(layout), "dev")
    stack.checkpoint.parent.mkdir(parents=True)
    pending = [{"type": "creating", "resource": CLUSTER}]
    stack.checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"pending_operations": pending}}}))
    refuses = tmp_path / "refuses"
    refuses.write_text(f"#!/bin/sh\necho $* >> '{tmp_path}/called'\nexit 255\n")
    refuses.chmod(0o755)
    prepared = Prepared(layout, stack, refuses, {}, None)
    files = CommandFiles.of(prepared)
    files.make_folder()
    files.log.write_text("{}\n")
    files.start.write_text("of the other command")
    working = tmp_path / "pulumi"
    working.symlink_to("/bin/sleep")
    locks = layout.backend / ".pulumi/locks/organization/confluent-rag/dev"
    locks.mkdir(parents=True)
    with subprocess.Popen([working, "60"]) as other:
        (locks / "id.json").write_text(json.dumps({"pid": other.pid, "hostname": socket.gethostname()}))
        assert (
            pulumi_command._run_and_conclude(prepared, "up", [str(refuses), "up"], layout.project, may_delete=True)
            == 255
        )
        other.kill()
    assert (tmp_path / "called").read_text().splitlines() == [f"up --event-log {files.log}"]
    assert files.log.exists()
    assert files.start.read_text() == "of the other command"


KILLED = """#!/bin/sh
case "$*" in
*event-log*)
    mkdir -p "$(dirname '{lock}')"
    printf '{{"pid": %s, "hostname": "{host}", "timestamp": "2026-11-22T13:40:00Z"}}' $$ > '{lock}'
    kill -9 $$ ;;
*cancel*) rm '{lock}' ;;
*export*)
    [ ! -e '{lock}' ] || exit 1
    echo '{{"deployment": {{}}}}' ;;
*import*)
    [ ! -e '{lock}' ] || {{ echo 'error: the stack is currently locked' >&2; exit 1; }}
    cat > '{imported}' ;;
esac
"""


def test_after_a_kill_of_pulumi_alone_the_state_is_put_right_at_once(
    layout: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack.read(Project.read(layout), "dev")
    stack.checkpoint.parent.mkdir(parents=True)
    pending = [{"type": "creating", "resource": {**CLUSTER, "type": "random:index/randomId:RandomId"}}]
    stack.checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"pending_operations": pending}}}))
    lock = layout.backend / ".pulumi/locks/organization/confluent-rag/dev/id.json"
    imported = tmp_path / "imported"
    cli = tmp_path / "pulumi"
    cli.write_text(KILLED.format(lock=lock, imported=imported, host=socket.gethostname()))
    cli.chmod(0o755)
    prepared = Prepared(layout, stack, cli, {**os.environ}, None)
    assert pulumi_command._run_and_conclude(prepared, "up", [str(cli), "up"], layout.project, may_delete=True) == 137
    assert not lock.exists()
    assert imported.exists()
    said = capsys.readouterr().err
    assert "its lock is removed" in said
    assert "cannot be put right" not in said


def test_the_word_to_delete_orphans_has_its_commands(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Stack.read(Project.read(layout), "dev")
    prepared = Prepared(layout, stack, layout.built_cli, {}, None)
    monkeypatch.setattr(pulumi_command, "prepare", lambda *_: prepared)
    with pytest.raises(Failure, match=r"--delete-orphans is a flag of up, .*: leave it out\."):
        pulumi_command.run_pulumi(layout, ["stack", "ls", "--delete-orphans"])


@pytest.mark.parametrize(
    ("changed", "statuses", "expected"), [(True, [1, 0], 0), (True, [1, 1], 1), (False, [1], 1), (True, [0], 0)]
)
def test_a_failed_command_goes_on_once_if_something_was_deleted_outside(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, *, changed: bool, statuses: list[int], expected: int
) -> None:
    prepared = Prepared(layout, Stack.read(Project.read(layout), "dev"), Path("pulumi"), {}, None)
    left = list(statuses)
    looks: list[bool] = []

    def reconcile(*_: object, after_failure: bool = False) -> Reconciled:
        looks.append(after_failure)
        return Reconciled(changed=changed and after_failure)

    monkeypatch.setattr(pulumi_command, "prepare", lambda *_: prepared)
    monkeypatch.setattr(pulumi_command, "recover", lambda *_, **__: None)
    monkeypatch.setattr(pulumi_command, "reconcile", reconcile)
    monkeypatch.setattr(pulumi_command, "_run_and_conclude", lambda *_, **__: left.pop(0))
    assert pulumi_command.run_pulumi(layout, ["destroy", "--yes"]) == expected
    assert left == []
    assert looks == [False, *([True] if statuses[0] else [])]
