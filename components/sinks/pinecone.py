"""Pinecone: the connector ``PineconeSink``, a preview."""

from collections.abc import Mapping

from components.config.sinks import Pinecone
from components.sinks.store import Store


class PineconeStore(Store[Pinecone]):
    """An index of Pinecone, which has to be there.

    The connector is made to embed text itself. What it does with a record that has its vector is documented nowhere.
    """

    connector_class = "PineconeSink"
    reports = ("dlq", "error")

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        return {
            "pinecone.project": entry.project,
            "pinecone.environment": entry.environment,
            "pinecone.index": entry.index,
            "pinecone.namespace": entry.namespace,
            "pinecone.use.openai": "false",
            "behavior.on.error": "log",
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"pinecone.api.key": self.entry.api_key.get_secret_value()}

    def make_index(self, dimension: int) -> str:
        """Return what is known of the index, and what is not known of the connector."""
        return (
            f"Pinecone needs an index {self.entry.index} of dimension {dimension} and metric dotproduct before the"
            " first record; PineconeSink is a preview, and how it reads a record that has its vector, and which id it"
            " gives it, is unknown: look at what arrives, and at the topics error-lcc-... and dlq-lcc-..."
        )
