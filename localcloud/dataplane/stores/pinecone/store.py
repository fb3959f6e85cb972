"""How the Pinecone server of this machine is started: one Python process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import localcloud

if TYPE_CHECKING:
    from localcloud.store_login import StoreLogin

KEY_VARIABLE = "LOCALCLOUD_PINECONE_API_KEY"


class Pinecone:
    """The :class:`~localcloud.dataplane.stores.servers.Store` over ``localcloud.dataplane.stores.pinecone``."""

    name = "pinecone"
    title = "Pinecone"

    def __init__(self, login: StoreLogin) -> None:
        """``login``: its password is the API key."""
        self.login = login

    def command(self, folder: Path) -> list[str]:
        """Return the program and its arguments."""
        return [sys.executable, "-m", "localcloud.dataplane.stores.pinecone", str(folder), str(self.login.port)]

    def environment(self) -> dict[str, str]:
        """Return the API key, and where the program's modules are."""
        return {KEY_VARIABLE: self.login.password, "PYTHONPATH": str(Path(localcloud.__file__).parent.parent)}

    def stopped(self) -> None:
        """Do nothing: Python keeps its compiled modules itself."""
