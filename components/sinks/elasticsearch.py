"""Elasticsearch: the connector ``ElasticsearchSinkV2``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.config.sinks import Elasticsearch
from components.sinks.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping


class ElasticsearchStore(Store[Elasticsearch]):
    """An index of Elasticsearch.

    The id column becomes the record's key, and the key the document's id; the record's offset is its version, so that
    a record that is delivered again changes nothing.
    """

    connector_class = "ElasticsearchSinkV2"
    reports = ("dlq", "success", "error")

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        return {
            "connection.url": entry.url,
            "elastic.server.version": entry.version,
            "elastic.ssl.enabled": "true",
            "auth.type": "API_KEY",
            "auto.create": "true",
            "resource.type": "INDEX",
            "topic.to.resource.mapping": ",".join(f"{topic}:{entry.index}" for topic in self.topics),
            "key.ignore": "false",
            # The connector's own mapping makes a vector an array of float, which no vector search finds.
            "schema.ignore": "true",
            "transforms": "idToKey,idOfKey",
            "transforms.idToKey.type": "org.apache.kafka.connect.transforms.ValueToKey",
            "transforms.idToKey.fields": entry.id,
            "transforms.idOfKey.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
            "transforms.idOfKey.field": entry.id,
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"api.key.value": self.entry.api_key.get_secret_value()}

    def make_index(self, dimension: int) -> str:
        """Return the request that makes the index with a mapping of one's own."""
        field = f'"vector": {{"type": "dense_vector", "dims": {dimension}, "similarity": "dot_product"}}'
        index = f"{self.entry.url.rstrip('/')}/{self.entry.index}"
        return (
            "Elasticsearch maps the vector by itself at the first document; to choose its similarity, make the index"
            f' before that: PUT {index} {{"mappings": {{"properties": {{{field}}}}}}}'
        )
