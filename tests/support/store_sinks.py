"""Sinks into the servers of other makers that a local cloud starts: Elasticsearch and Neo4j."""

from __future__ import annotations

import math
import random
from abc import abstractmethod
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from localcloud.credentials import Credentials
from tests.support.local_cloud import LocalCloud, built_jars
from tests.support.sinks import PATIENCE, Place, Sink
from tests.support.store_servers import connector_options, installed
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from components.sinks.store import Store

DIMENSIONS = 64  # an index may keep 8 bits of each number, or one: of a few numbers that tells too little


def direction(number: int, dimensions: int = DIMENSIONS) -> list[float]:
    """Return a vector of length 1 for a number, far from every other one's."""
    numbers = random.Random(number)
    vector = [numbers.gauss(0, 1) for _ in range(dimensions)]
    length = math.hypot(*vector)
    return [one / length for one in vector]


class StorePlace(Place):
    """A local cloud and a server that it has started."""

    kind: ClassVar[str]

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        login = Credentials.load_or_make(cloud.state).stores[self.kind]
        self.port, self.password = login.port, login.password
        assert self.processes(self.kind) == []
        self.start()

    @classmethod
    @contextmanager
    def opened(cls, state: Path) -> Iterator[Self]:
        """Start both; at the end, stop them."""
        options = [f"--server={cls.kind}={installed(cls.kind)}", *connector_options(cls.kind)]
        with closing(LocalCloud(state, built_jars(), *options)) as cloud:
            yield cls(cloud)

    def start(self) -> None:
        """Start the server, and wait as long as it takes."""

        def is_up() -> bool:
            try:
                self.cloud.call("PUT", f"/local/v1/stores/{self.kind}")
            except httpx.ReadTimeout:
                return False
            return True

        wait_until(is_up, self.kind, 2 * PATIENCE)

    def kill(self) -> None:
        """Kill the server; return when it is gone, for until then it counts as one that runs."""
        (server,) = self.processes(self.kind)
        server.kill()
        server.wait(PATIENCE)


class StoreSink(Sink):
    """A sink as the program makes it, but with an API key."""

    @property
    @abstractmethod
    def store(self) -> Store[Any]:
        """The program's view of where it writes."""

    def config(self) -> dict[str, str]:
        """Return the settings of the store's own class."""
        return {
            "connector.class": self.store.connector_class,
            "name": self.name,
            "kafka.auth.mode": "KAFKA_API_KEY",
            "kafka.api.key": self.place.login["sasl.username"],
            "kafka.api.secret": self.place.login["sasl.password"],
            "topics": self.topic,
            "input.data.format": "JSON_SR",
            "tasks.max": "2",
            **self.store.plain(),
            **self.store.secrets(),
        }

    def send(self, numbers: Sequence[int | None], article: str = "shoes", dimensions: int = DIMENSIONS) -> None:
        """Write products, those of an id in order."""
        for number in numbers:
            vector = direction(number or 0, dimensions)
            self.put({"product_id": number, "articleType": article, "vector": vector}, partition=(number or 0) % 2)
        self.flush()

    @abstractmethod
    def count(self, article: str | None = None) -> int:
        """How many products there are, or how many of that kind."""

    def until_there(self, count: int, article: str | None = None) -> None:
        """Wait until so many products are there."""
        wait_until(lambda: self.count(article) == count, f"{count} products", PATIENCE)
