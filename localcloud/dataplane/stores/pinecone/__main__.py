"""``python -m localcloud.dataplane.stores.pinecone FOLDER PORT``: serves until SIGTERM; its API key is a variable."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import uvicorn

from localcloud.database import unusable
from localcloud.dataplane.stores.pinecone.app import create_app
from localcloud.dataplane.stores.pinecone.database import Database
from localcloud.dataplane.stores.pinecone.service import Service
from localcloud.dataplane.stores.pinecone.store import KEY_VARIABLE

HOST = "127.0.0.1"
_GOODBYE_SECONDS = 5


def main(folder: Path, port: int) -> int:
    """Serve the vectors in ``folder``; return the exit status."""
    path = folder / "vectors.sqlite"
    try:
        database = Database(path)
        service = Service(database)
    except sqlite3.Error as error:
        sys.stderr.write(f"Error: {unusable(path, error)}\n")
        return 1
    app = create_app(service, os.environ[KEY_VARIABLE], f"http://{HOST}:{port}")
    uvicorn.run(
        app,
        host=HOST,
        port=port,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
    )
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
