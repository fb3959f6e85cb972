"""Wires the parts of the data plane together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.dataplane.connect import ConnectorPlane
from localcloud.dataplane.embeddings import WordLlamaModel
from localcloud.dataplane.interface import DataPlane, DataPlaneError
from localcloud.dataplane.kafka import BrokerPlane
from localcloud.dataplane.processes import ProcessHost
from localcloud.dataplane.registry import SqliteRegistry

if TYPE_CHECKING:
    from pathlib import Path


def open_data_plane(state: Path, jars: Path, *, base_url: str, internal_token: str) -> DataPlane:
    """Open the data plane kept in ``state``; nothing runs yet but the loading of the embedding model.

    ``jars`` is where Maven left them, ``base_url`` where this server's own API answers (Flink asks its Schema Registry
    there), ``internal_token`` the password among the parts. :class:`DataPlaneError` if the folder cannot be used.
    """
    host = ProcessHost(state)
    registry = SqliteRegistry(state)
    kafka = BrokerPlane(state, jars, host, internal_token)
    connect = ConnectorPlane(state, kafka, registry)
    flink = _flink(state, jars, host, kafka, base_url=base_url, internal_token=internal_token)

    def close() -> None:
        """Stop what writes before what it writes to."""
        connect.close()
        getattr(flink, "close", lambda: None)()
        kafka.close()
        host.close()
        registry.close()

    return DataPlane(
        kafka=kafka,
        registry=registry,
        flink=flink,
        connect=connect,
        embeddings=WordLlamaModel(),
        processes=host.infos,
        close=close,
    )


class _Missing:
    def __getattr__(self, name: str) -> Any:
        if name == "close":
            raise AttributeError(name)
        raise DataPlaneError("Flink is not there yet.")


def _flink(state: Path, jars: Path, host: ProcessHost, kafka: BrokerPlane, **rest: str) -> Any:
    try:
        from localcloud.dataplane.flink import FlinkPlane  # noqa: PLC0415
    except ImportError:
        return _Missing()
    return FlinkPlane(state, jars, host, kafka, **rest)
