"""``python -m localcloud.dataplane.stores.milvus_server FOLDER PORT``, the login in LOCALCLOUD_MILVUS_*."""

from __future__ import annotations

import logging
import os
import sys

from localcloud.dataplane.stores.milvus_server.clients import Clients
from localcloud.dataplane.stores.milvus_server.grpc_api import open_database, start_server
from localcloud.dataplane.stores.milvus_server.login import Login
from localcloud.dataplane.stores.milvus_server.rest_api import make_app
from localcloud.dataplane.stores.two_apis import Apis, run

if __name__ == "__main__":
    login = Login(os.environ.pop("LOCALCLOUD_MILVUS_USERNAME"), os.environ.pop("LOCALCLOUD_MILVUS_PASSWORD"))
    port = int(sys.argv[2])
    # Each refusal, with a traceback: the REST API answers it.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

    def opened() -> Apis:
        """Open the database of the current folder."""
        database = open_database("data")
        app = make_app(Clients(f"http://127.0.0.1:{port}", login.token), login)
        return Apis(app, lambda address: start_server(database, login, address), database.close)

    run(sys.argv[1], port, opened)
