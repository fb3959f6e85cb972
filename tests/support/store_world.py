"""A store's server of this machine for real, without a local cloud around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

from localcloud.dataplane.process.processes import ProcessHost
from localcloud.dataplane.stores.servers import Servers
from localcloud.ports import OF_STORES, free_ports
from localcloud.store_login import StoreLogin
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from localcloud.dataplane.stores.servers import Store


_DYING_SECONDS = 60


class StoreWorld:
    """A server that listens at ``address`` once it is needed; its data is in ``state``."""

    def __init__(self, state: Path, store: Callable[[StoreLogin], Store], password: str) -> None:
        """``store``: of that login."""
        self.state = state
        (port,) = free_ports(1, OF_STORES)
        self.login = StoreLogin(port=port, username="admin", password=password)
        self.address = f"127.0.0.1:{port}"
        self._store = store
        self.open()

    def open(self) -> None:
        """Be ready to start it, also after :meth:`close`."""
        self.host = ProcessHost(self.state)
        self.server = Servers(self.state, self.host, [self._store(self.login)])

    def start(self) -> None:
        """Start it, unless it runs."""
        self.server.needed(self.address)

    def restart(self) -> None:
        """Stop it and start it again, with what it keeps."""
        self.close()
        self.open()
        self.start()

    def kill(self) -> None:
        """Kill it; return when the data plane knows, for until then it counts as one that runs.

        One that has run for some time may already be another one then.
        """
        (killed,) = self.host.infos()
        psutil.Process(killed.pid).kill()

        def is_known() -> bool:
            return not self.host.is_alive(killed.name) or any(one.pid != killed.pid for one in self.host.infos())

        wait_until(is_known, f"the end of {killed.name}", _DYING_SECONDS)

    def close(self) -> None:
        """Stop it."""
        self.server.close()
        self.host.close()

    @property
    def process(self) -> psutil.Process:
        """The one that runs."""
        (info,) = self.host.infos()
        return psutil.Process(info.pid)
