"""``python -m localcloud.dataplane.stores.qdrant_server FOLDER PORT``, the key in LOCALCLOUD_QDRANT_PASSWORD."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from localcloud.dataplane.stores.qdrant_server.engine import Engine
from localcloud.dataplane.stores.qdrant_server.grpc_api import make_server
from localcloud.dataplane.stores.qdrant_server.rest_api import make_app
from localcloud.dataplane.stores.two_apis import Apis, run

if __name__ == "__main__":
    key = os.environ.pop("LOCALCLOUD_QDRANT_PASSWORD")

    def opened() -> Apis:
        """Open the collections of the current folder."""
        engine = Engine(Path("collections"))
        return Apis(make_app(engine, key), lambda address: make_server(engine, key, address), engine.close)

    run(sys.argv[1], int(sys.argv[2]), opened)
