"""Checks of the sinks: what they could not deliver, and the documents in their stores."""

from __future__ import annotations

import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import confluent_sql

from toolchain.frontdoor.verify.report import SinkHealth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.frontdoor.sql.session import Session
    from toolchain.frontdoor.verify.report import Report

_COUNT_SECONDS = 120
_MISSING = re.compile(r"does ?n[o']t exist|not found|unknown topic", re.IGNORECASE)


class StoreUnreadableError(Exception):
    """The store does not say how many documents it has; ``str()`` is one sentence."""


class Sink(Protocol):
    """A sink of the stack."""

    @property
    def name(self) -> str:
        """Name in the stack."""

    @property
    def dead_letter_topic(self) -> str:
        """Topic of the records that it could not deliver."""

    def dead_letters(self) -> int:
        """Return how many records it could not deliver."""

    def documents(self) -> int | None:
        """Return how many documents its store has, ``None`` if that cannot be asked from here."""


@dataclass(frozen=True)
class DeployedSink:
    """A sink by the stack's outputs. ``output``: its own of ``sinks``; ``secrets``: its own of ``sinkSecrets``."""

    name: str
    session: Session
    output: Mapping[str, Any]
    secrets: Mapping[str, str]

    @property
    def dead_letter_topic(self) -> str:
        """Topic of the records that it could not deliver."""
        return str(self.output["deadLetters"])

    def dead_letters(self) -> int:
        """Count them in one bounded statement. The topic may not be there before there is one."""
        connection = self.session.connection
        name = f"pulumiw-{uuid.uuid4().hex}"
        cursor = connection.cursor()
        try:
            count = f"SELECT COUNT(*) AS records FROM `{self.dead_letter_topic}`"  # noqa: S608 - of the stack's own connector
            cursor.execute(count, statement_name=name, timeout=_COUNT_SECONDS)
            return sum(int(row[0]) for row in cursor.fetchall())
        except confluent_sql.Error as error:
            if _MISSING.search(str(error)):
                return 0
            raise
        finally:
            with suppress(confluent_sql.Error):
                connection.delete_statement(name)

    def documents(self) -> int | None:
        """Ask MongoDB or Qdrant; other stores are not asked."""
        if self.output["kind"] == "qdrant":
            return self._points()
        if self.output["kind"] != "mongodb":
            return None
        from pymongo.errors import PyMongoError  # noqa: PLC0415 - for stacks with such a sink

        from toolchain.frontdoor.stores.mongodb import client_of  # noqa: PLC0415 - as above

        store = self.output["store"]
        try:
            with client_of(store, self.secrets) as client:
                return int(client[store["database"]][store["collection"]].estimated_document_count())
        except PyMongoError as error:
            reason = " ".join(str(error).split(", Timeout:")[0].split()).rstrip(".")
            raise StoreUnreadableError(f"MongoDB at {store['host']} cannot be asked: {reason}.") from None

    def _points(self) -> int:
        from toolchain.frontdoor.stores.qdrant import Collection, QdrantError  # noqa: PLC0415 - as above

        try:
            return Collection.of(self.output["store"], self.secrets).count()
        except QdrantError as error:
            raise StoreUnreadableError(f"{error}.") from None


def check_sink(sink: Sink, report: Report) -> None:
    """Add the sink's health to ``report``: a record that it could not deliver is a problem."""
    dead = sink.dead_letters()
    if dead:
        topic = sink.dead_letter_topic
        report.problems.append(
            f"Sink {sink.name} could not deliver {dead} records: they are in the topic {topic}, each with the reason in"
            " its headers."
        )
    documents = None
    try:
        documents = sink.documents()
    except StoreUnreadableError as error:
        report.problems.append(str(error))
    report.sinks.append(SinkHealth(sink.name, dead, documents))
