"""Construction of the data plane: every part, with the others that it uses."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from localcloud.dataplane.connect.connectors import ConnectorPlane
from localcloud.dataplane.connect.plugin_files import PluginFiles
from localcloud.dataplane.connect.worker.sinks import Sinks
from localcloud.dataplane.embeddings.models import Models
from localcloud.dataplane.flink.jobs import FlinkPlane
from localcloud.dataplane.interface import DataPlane
from localcloud.dataplane.kafka.brokers import BrokerPlane
from localcloud.dataplane.process.processes import ProcessHost
from localcloud.dataplane.registry.client import RegistryClient
from localcloud.dataplane.registry.registry import SqliteRegistry
from localcloud.dataplane.stores.elasticsearch import Elasticsearch
from localcloud.dataplane.stores.milvus import Milvus
from localcloud.dataplane.stores.mongodb import MongoDb
from localcloud.dataplane.stores.neo4j import Neo4j
from localcloud.dataplane.stores.pinecone.store import Pinecone
from localcloud.dataplane.stores.qdrant import Qdrant
from localcloud.dataplane.stores.servers import Servers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from localcloud.dataplane.stores.servers import Store
    from localcloud.store_login import StoreLogin


def open_data_plane(
    state: Path,
    jars: Path,
    models: Path | None,
    *,
    base_url: str,
    internal_token: str,
    stores: Mapping[str, StoreLogin],
    servers: Mapping[str, Path],
    connectors: Mapping[str, Path],
) -> DataPlane:
    """Open the data plane kept in ``state``. Flink and wordllama start loading; brokers start when called.

    ``jars`` and ``models`` are where Maven left them, ``base_url`` where this server's own API answers (Flink asks its
    Schema Registry there), ``internal_token`` the password among the parts, ``stores`` where their servers
    are to listen, ``servers`` and ``connectors`` where the front door leaves those that are not
    among the jars.
    :class:`DataPlaneError` if the folder cannot be used.
    """
    with (
        ExitStack() as opened
    ):  # closes in reverse order: writers (Flink, connectors) before the brokers that they write to
        host = ProcessHost(state)
        opened.callback(host.close)
        registry = SqliteRegistry(state)
        opened.callback(registry.close)
        kafka = BrokerPlane(state, jars, host, internal_token)
        opened.callback(kafka.close)
        kinds: list[Store] = [
            MongoDb(jars, stores["mongodb"]),
            Elasticsearch(servers.get("elasticsearch"), stores["elasticsearch"]),
            Neo4j(servers.get("neo4j"), stores["neo4j"]),
            Pinecone(stores["pinecone"]),
            Qdrant(stores["qdrant"]),
            Milvus(servers.get("milvus"), stores["milvus"]),
        ]
        store_servers = Servers(state, host, kinds)
        opened.callback(store_servers.close)
        flink = FlinkPlane(state, jars, host, kafka, base_url=base_url, internal_token=internal_token)
        opened.callback(flink.close)
        plugins = PluginFiles(state, {"neo4j": connectors.get("neo4j")})
        connect = ConnectorPlane(
            state,
            kafka,
            registry,
            registry_as=lambda principal: RegistryClient(base_url, principal, internal_token),
            sinks=Sinks(state, jars, host, kafka, plugins=plugins, base_url=base_url, internal_token=internal_token),
        )
        opened.callback(connect.close)
        return DataPlane(
            kafka=kafka,
            registry=registry,
            flink=flink,
            connect=connect,
            plugins=plugins,
            stores=store_servers,
            embeddings=Models(models, jars),
            processes=host.infos,
            close=opened.pop_all().close,
        )
    raise AssertionError  # never reached: an ExitStack here suppresses no exception
