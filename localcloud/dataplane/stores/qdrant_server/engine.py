"""Collections of points, each in a shard of Qdrant's engine, in a folder of its own."""

from __future__ import annotations

import json
import re
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import qdrant_edge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PointId = int | str
DISTANCES = ("Cosine", "Dot", "Euclid", "Manhattan")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_LARGEST = 65536
_NO_ID = "Wrong input: a point's id is an unsigned integer or a UUID"
NO_FILTERS = "Wrong input: filters are not part of the local cloud's Qdrant: search without one"
_PARAMETERS, _SHARD = "collection.json", "shard"


class EngineError(Exception):
    """What was asked for cannot be done; ``str()`` is Qdrant's own sentence."""


class MissingError(EngineError):
    """There is no such collection."""


class TakenError(EngineError):
    """There is such a collection."""


@dataclass(frozen=True)
class Point:
    """A point; ``score`` of one that was found by its vector."""

    id: PointId
    vector: Sequence[float] | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    score: float = 0.0


@dataclass(frozen=True)
class Described:
    """A collection's parameters, and how many points it has."""

    size: int
    distance: str
    points: int


@dataclass
class _Collection:
    shard: Any
    size: int
    distance: str
    lock: threading.Lock = field(default_factory=threading.Lock)


class Engine:
    """Safe to use from several threads. An update is durable when its method returns."""

    def __init__(self, folder: Path) -> None:
        """Load what ``folder`` has."""
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._collections = dict(self._loaded())

    def _loaded(self) -> Iterator[tuple[str, _Collection]]:
        for one in sorted(self._folder.iterdir()):
            if (one / _PARAMETERS).exists():
                shard = qdrant_edge.EdgeShard.load(str(one / _SHARD))
                yield one.name, _Collection(shard, **json.loads((one / _PARAMETERS).read_text()))
            else:
                shutil.rmtree(one, ignore_errors=True)  # its creation was interrupted

    def names(self) -> list[str]:
        """Names of all collections."""
        return sorted(self._collections)

    def has(self, name: str) -> bool:
        """Whether there is such a collection."""
        return name in self._collections

    def create(self, name: str, size: int, distance: str) -> None:
        """Make a collection; :class:`TakenError` if there is one."""
        if not _NAME.fullmatch(name):
            raise EngineError(f"Wrong input: the collection name {name!r} needs 1 to 255 letters, digits, _ and -")
        if distance not in DISTANCES or not 1 <= size <= _LARGEST:
            raise EngineError(f"Wrong input: vectors need a size of 1 to {_LARGEST} and one of {', '.join(DISTANCES)}")
        with self._lock:
            if name in self._collections:
                raise TakenError(f"Wrong input: Collection `{name}` already exists!")
            params = qdrant_edge.EdgeVectorParams(size=size, distance=getattr(qdrant_edge.Distance, distance))
            folder = self._folder / name
            (folder / _SHARD).mkdir(parents=True)
            config = qdrant_edge.EdgeConfig(vectors={"": params})
            shard = qdrant_edge.EdgeShard.create(str(folder / _SHARD), config)
            # Last: without it, the folder is that of an interrupted creation.
            (folder / _PARAMETERS).write_text(json.dumps({"size": size, "distance": distance}))
            self._collections[name] = _Collection(shard, size, distance)

    def drop(self, name: str) -> bool:
        """Delete a collection; return whether there was one."""
        with self._lock:
            found = self._collections.pop(name, None)
            if found is not None:
                with found.lock:
                    found.shard.close()
                shutil.rmtree(self._folder / name, ignore_errors=True)
        return found is not None

    def describe(self, name: str) -> Described:
        """What it is like."""
        found = self._known(name)
        with found.lock:
            points = found.shard.count(qdrant_edge.CountRequest(exact=True))
        return Described(found.size, found.distance, points)

    def upsert(self, name: str, points: Sequence[Point]) -> None:
        """Write points, in place of those of their ids."""
        with _converting(f"{_NO_ID}, its payload JSON"):
            made = [
                qdrant_edge.Point(id=one.id, vector=list(one.vector or ()), payload=dict(one.payload or {}))
                for one in points
            ]
        self._update(name, qdrant_edge.UpdateOperation.upsert_points(made))

    def delete(self, name: str, ids: Sequence[PointId]) -> None:
        """Delete points; those that are not there are none."""
        with _converting(_NO_ID):
            operation = qdrant_edge.UpdateOperation.delete_points(list(ids))
        self._update(name, operation)

    def get(self, name: str, ids: Sequence[PointId], *, vector: bool = False) -> list[Point]:
        """Return those points that are there."""
        found = self._known(name)
        with found.lock, _converting(_NO_ID):
            records = found.shard.retrieve(list(ids), with_payload=True, with_vector=vector)
        return [_point(one) for one in records]

    def scroll(self, name: str, limit: int, after: PointId | None) -> tuple[list[Point], PointId | None]:
        """Return points in the order of their ids, and the id that the next page begins with."""
        found = self._known(name)
        with _converting(_NO_ID):
            request = qdrant_edge.ScrollRequest(offset=after, limit=limit, with_payload=True)
        with found.lock:
            records, following = found.shard.scroll(request)
        return [_point(one) for one in records], following

    def query(self, name: str, vector: Sequence[float], limit: int, *, with_vector: bool = False) -> list[Point]:
        """Return the nearest points, best first."""
        found = self._known(name)
        request = qdrant_edge.QueryRequest(
            query=qdrant_edge.Query.Nearest(list(vector)), limit=limit, with_payload=True, with_vector=with_vector
        )
        with found.lock:
            try:
                return [_point(one, one.score) for one in found.shard.query(request)]
            except Exception as error:  # noqa: BLE001 - the engine has no class of its own
                raise EngineError(f"Wrong input: {error}") from None

    def close(self) -> None:
        """Write everything to the disk."""
        for one in self._collections.values():
            with one.lock:
                one.shard.close()

    def _update(self, name: str, operation: Any) -> None:
        found = self._known(name)
        with found.lock:
            try:
                found.shard.update(operation)
            except Exception as error:  # noqa: BLE001 - as above
                raise EngineError(f"Wrong input: {error}") from None

    def _known(self, name: str) -> _Collection:
        found = self._collections.get(name)
        if found is None:
            raise MissingError(f"Not found: Collection `{name}` doesn't exist!")
        return found


@contextmanager
def _converting(wrong: str) -> Iterator[None]:
    """Give the sentence ``wrong`` to what the engine cannot convert."""
    try:
        yield
    except (TypeError, ValueError, OverflowError):
        raise EngineError(wrong) from None


def _point(one: Any, score: float = 0.0) -> Point:
    return Point(one.id if isinstance(one.id, int) else str(one.id), one.vector, one.payload or {}, score)
