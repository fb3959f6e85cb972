"""Processes and bytes: brokers, Flink, schema storage, connectors, embeddings. Knows nothing of the control plane."""

from localcloud.dataplane.opening import open_data_plane

__all__ = ["open_data_plane"]
