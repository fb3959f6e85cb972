"""Couchbase: the connector ``CouchbaseSink``."""

from collections.abc import Mapping

from components.config.sinks import Couchbase
from components.sinks.store import Store


class CouchbaseStore(Store[Couchbase]):
    """A collection of Couchbase. A document's key is the id column: a record that comes again replaces its own."""

    connector_class = "CouchbaseSink"

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        return {
            "couchbase.seed.nodes": entry.nodes,
            "couchbase.username": entry.username,
            "couchbase.bucket": entry.bucket,
            "couchbase.default.collection": entry.collection,
            "couchbase.document.id": f"${{/{entry.id}}}",
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"couchbase.password": self.entry.password.get_secret_value()}

    def make_index(self, dimension: int) -> str:
        """Return what the index needs, which is made in Couchbase's own console."""
        place = f"{self.entry.bucket}.{self.entry.collection}"
        return (
            f"Couchbase finds vectors once {place} has a search index on the field vector, of type vector, with"
            f" {dimension} dimensions and similarity dot_product: make it in Couchbase's console (Search)"
        )
