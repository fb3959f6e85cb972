"""Sinks into a MongoDB server that a test can stop, with no right that they can do without."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Self

from tests.support.local_cloud import LocalCloud, built_jars
from tests.support.mongodb import PASSWORD, USER, MongoDb
from tests.support.sinks import PATIENCE, PRODUCTS, Place, Sink, product_schema
from workshop.clone import wait_until
from workshop.docs.rights_table import SINK as TABLE
from workshop.docs.rights_table import STORE, bindings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DIMENSIONS = 384
# Role -> what a sink needs it on, as the program gives it.
RIGHTS = [
    (one.grant.role, one.grant.pattern.rpartition("/")[2].replace(TABLE, "{topic}"))
    for one in bindings(with_sink=True)
    if one.account == STORE
]


class MongoDbPlace(Place):
    """A local cloud and a MongoDB server."""

    def __init__(self, cloud: LocalCloud, mongodb: MongoDb) -> None:
        super().__init__(cloud)
        self.mongodb = mongodb

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[Self]:
        """Start both; at the end, stop them."""
        jars = built_jars()
        mongodb = MongoDb(jars, folder)
        try:
            with closing(LocalCloud(folder / "state", jars)) as cloud:
                yield cls(cloud, mongodb)
        finally:
            mongodb.stop()


class MongoDbSink(Sink):
    """A sink into a collection of its own."""

    place: MongoDbPlace
    rights: Sequence[tuple[str, str]] = RIGHTS

    def __init__(self, place: MongoDbPlace, *, without: int | None = None) -> None:
        super().__init__(place, product_schema())
        self.account = place.account()
        for right in range(len(self.rights)):
            if right != without:
                self.grant(right)
        self.documents = place.mongodb.client["store"][self.topic]

    def grant(self, right: int) -> None:
        """Grant one of :attr:`rights`."""
        role, resource = self.rights[right]
        crn = self.place.registry_crn if resource.startswith("subject") else self.place.kafka_crn
        self.place.grant(self.account, role, f"{crn}/{resource.format(topic=self.topic)}")

    def config(self) -> dict[str, str]:
        """Return the settings as the tutorial has them, but with an id that is the same at each delivery."""
        return {
            "connector.class": "MongoDbAtlasSink",
            "name": self.name,
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": self.account,
            "topics": self.topic,
            "input.data.format": "JSON_SR",
            "connection.host": self.place.mongodb.host,
            "connection.user": USER,
            "connection.password": PASSWORD,
            "database": "store",
            "collection": self.topic,
            "doc.id.strategy": "PartialValueStrategy",
            "value.projection.type": "allowlist",
            "value.projection.list": "product_id",
            "tasks.max": "2",
        }

    def write(self, first: int = 0, count: int = PRODUCTS) -> None:
        """Write products."""
        for number in range(first, first + count):
            vector = [((number * 31 + place) % 97) / 97 for place in range(DIMENSIONS)]
            self.put({"product_id": number, "articleType": f"hat-{number}", "vector": vector})
        self.flush()

    def until_written(self, count: int) -> None:
        """Wait for that many documents."""
        wait_until(lambda: self.documents.count_documents({}) >= count, f"{count} documents", PATIENCE)
