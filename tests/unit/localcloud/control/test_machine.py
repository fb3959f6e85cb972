"""What this machine says of the local cloud, and for how long that is kept."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from localcloud.control.machine import Machine

if TYPE_CHECKING:
    from pathlib import Path


def test_disk_use_is_told_by_part_and_looked_up_every_ten_seconds(tmp_path: Path) -> None:
    data, now = tmp_path / "kafka" / "lkc-1" / "data" / "orders-0", [0.0]
    data.mkdir(parents=True)
    for file in (tmp_path / "resources.db", tmp_path / "resources.db-wal", data / "log"):
        file.write_bytes(b"x" * 4096)
    (tmp_path / "resources.db-shm").symlink_to("gone")
    machine = Machine(tmp_path, lambda: now[0])
    before = machine.disk()
    assert before.keys() == {"kafka/lkc-1", "resources.db"}
    assert before["resources.db"] >= 8192
    (data / "log").write_bytes(b"x" * 40960)
    assert machine.disk() == before
    now[0] = 10.0
    assert machine.disk()["kafka/lkc-1"] >= 40960


def test_ports_are_looked_up_every_ten_seconds_and_for_other_processes_at_once(tmp_path: Path) -> None:
    now, own, gone = [0.0], os.getpid(), 2**22 + 1
    machine = Machine(tmp_path, lambda: now[0])
    before = machine.ports([own])[own]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert machine.ports([own])[own] == before
        both = machine.ports([own, gone])
        assert both == {own: sorted([*before, port]), gone: []}
        now[0] = 10.0
        assert port in machine.ports([own])[own]
