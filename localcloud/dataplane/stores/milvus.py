"""The Milvus server of this machine: a process over Milvus Lite."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from localcloud.dataplane.interface import DataPlaneError

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.store_login import StoreLogin

_INSTALL = (
    "run `./pulumiw up` or `./pulumiw cloud start` with a stack that has a sink of kind milvus with `endpoint: local`"
)


class Milvus:
    """The :class:`~localcloud.dataplane.stores.servers.Store` over a ``milvus_server``."""

    name = "milvus"
    title = "Milvus"

    def __init__(self, installation: Path | None, login: StoreLogin) -> None:
        """``installation`` is where the front door leaves its packages (localcloud/servers/milvus)."""
        self.login = login
        self._installation = installation

    def command(self, folder: Path) -> list[str]:
        """Return the program and its arguments; :class:`DataPlaneError` if its packages are not installed."""
        if self._installation is None or not (self._installation / ".complete").is_file():
            raise DataPlaneError(f"Milvus is not installed here: {_INSTALL}.")
        module = "localcloud.dataplane.stores.milvus_server"
        return [sys.executable, "-m", module, str(folder), str(self.login.port)]

    def environment(self) -> dict[str, str]:
        """Return the login, and where its packages are: they are kept apart from those of the program."""
        path = [str(self._installation), os.environ.get("PYTHONPATH", "")]
        return {
            "LOCALCLOUD_MILVUS_USERNAME": self.login.username,
            "LOCALCLOUD_MILVUS_PASSWORD": self.login.password,
            "PYTHONPATH": os.pathsep.join(filter(None, path)),
        }

    def stopped(self) -> None:
        """Nothing is kept but its data."""
