"""Servers of stores: what "it runs" means."""

from __future__ import annotations

import socket
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest

from localcloud.dataplane.process.processes import ProcessHost
from localcloud.dataplane.stores.servers import Servers
from localcloud.ports import OF_STORES, free_ports, is_answered
from localcloud.store_login import StoreLogin
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Its listener ends with the first connection that sends something; the process stays.
_SERVER = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while not listener.accept()[0].recv(1):
        pass
time.sleep(600)
"""


class _Store:
    name, title = "some", "Some"

    def __init__(self) -> None:
        (port,) = free_ports(1, OF_STORES)
        self.login = StoreLogin(port=port, username="admin", password="p")

    def command(self, folder: Path) -> Sequence[str]:
        assert folder.is_dir()
        return [sys.executable, "-I", "-c", _SERVER, str(self.login.port)]

    def environment(self) -> Mapping[str, str]:
        return {}

    def stopped(self) -> None:
        pass


@pytest.mark.process
def test_a_server_that_answers_nobody_is_started_again(tmp_path: Path) -> None:
    store = _Store()
    address = f"127.0.0.1:{store.login.port}"
    with closing(ProcessHost(tmp_path)) as host, closing(Servers(tmp_path, host, [store])) as servers:
        servers.needed(address)
        (first,) = host.infos()
        servers.needed(address)
        assert [one.pid for one in host.infos()] == [first.pid]
        _end_listener(store.login.port)
        assert psutil.pid_exists(first.pid)
        servers.needed(address)
        assert is_answered(store.login.port)
        assert [one.pid for one in host.infos()] != [first.pid]


def _end_listener(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"!")
    wait_until(lambda: not is_answered(port), "the listener's end")
