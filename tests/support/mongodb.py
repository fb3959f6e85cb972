"""The project's MongoDB server, started on its own: a test can stop it and let it refuse a login."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo.errors import PyMongoError

from workshop.clone import wait_until
from workshop.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

USER, PASSWORD = "admin", "pass/word:with@signs"


class MongoDb:
    """``rag.stores.Main`` on a port of its own, its documents in ``folder``."""

    def __init__(self, jars: Path, folder: Path) -> None:
        self._jars, self._file = jars, folder / "documents.bson"
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it; what it had is there."""
        module = self._jars / "stores"
        own = sorted(map(str, module.glob("*.jar")))
        classpath = os.pathsep.join([*own, (module / "classpath").read_text().strip()])
        login = {"LOCALCLOUD_MONGODB_USERNAME": USER, "LOCALCLOUD_MONGODB_PASSWORD": PASSWORD}
        command = ["java", "-Xmx512m", "-cp", classpath, "rag.stores.Main", str(self._file), str(self.port)]
        self._process = subprocess.Popen(command, env={**os.environ, **login})
        self.client: pymongo.MongoClient[Any] = pymongo.MongoClient(
            self.host, username=USER, password=PASSWORD, authMechanism="SCRAM-SHA-256", serverSelectionTimeoutMS=1000
        )
        try:
            wait_until(lambda: self._process.poll() is not None or self._answers(), "MongoDB")
            assert self._process.poll() is None
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it."""
        self.client.close()
        self._process.terminate()
        self._process.wait(60)

    def _answers(self) -> bool:
        try:
            return bool(self.client.admin.command("ping"))
        except PyMongoError:
            return False
