"""The Qdrant server of this machine: a process over Qdrant's own engine."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from localcloud.dataplane.interface import DataPlaneError

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.store_login import StoreLogin

_NEEDED = ("qdrant_edge", "qdrant_client")


class Qdrant:
    """The :class:`~localcloud.dataplane.stores.servers.Store` over a ``qdrant_server``."""

    name = "qdrant"
    title = "Qdrant"

    def __init__(self, login: StoreLogin) -> None:
        self.login = login

    def command(self, folder: Path) -> list[str]:
        """Return the program and its arguments; :class:`DataPlaneError` if its packages are not installed."""
        if any(importlib.util.find_spec(name) is None for name in _NEEDED):
            raise DataPlaneError(
                "Qdrant's engine is not installed: run `./pulumiw up` of a stack that has a sink of kind qdrant with"
                " `url: local`, which installs it."
            )
        module = "localcloud.dataplane.stores.qdrant_server"
        return [sys.executable, "-m", module, str(folder), str(self.login.port)]

    def environment(self) -> dict[str, str]:
        """Return the key."""
        return {"LOCALCLOUD_QDRANT_PASSWORD": self.login.password}

    def stopped(self) -> None:
        """It keeps nothing of the kind."""
