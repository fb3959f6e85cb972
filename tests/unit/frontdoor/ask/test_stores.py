"""Which stores can be asked, and what is loaded for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from toolchain.frontdoor.ask.choice import KINDS
from toolchain.frontdoor.ask.stores import store_of

PLACE = {"host": "127.0.0.1:1", "uri": "bolt://127.0.0.1:1", "url": "http://127.0.0.1:1", "node": "Product"}
MORE = {"endpoint": "http://127.0.0.1:1", "id": "product_id"}
NAMES = {"username": "admin", "database": "store", "collection": "products", "index": "products"}
SECRETS = {"connection.password": "p", "pinecone.api.key": "k", "qdrant.api.key": "k", "token": "t"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_can_be_asked_has_a_module(kind: str) -> None:
    store = store_of({"kind": kind, "store": {**PLACE, **NAMES, **MORE}}, SECRETS)
    assert type(store).__module__ == f"toolchain.frontdoor.ask.{kind}"


@pytest.mark.process
def test_no_client_of_a_store_is_loaded_before_one_is_asked() -> None:
    loaded = "import sys, toolchain.frontdoor.ask.run; print(sorted({'neo4j', 'pymongo'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True, timeout=60)
    assert told.stdout == "[]\n"
