"""Qdrant's gRPC API: what its Kafka connector and qdrant-client call for points and collections."""

from __future__ import annotations

import hmac
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import TYPE_CHECKING, Any

import grpc
from qdrant_client.conversions.conversion import grpc_to_payload, payload_to_grpc
from qdrant_client.grpc import collections_pb2 as cp
from qdrant_client.grpc import collections_service_pb2_grpc as cs
from qdrant_client.grpc import points_pb2 as pp
from qdrant_client.grpc import points_service_pb2_grpc as ps
from qdrant_client.grpc import qdrant_common_pb2 as common
from qdrant_client.grpc import qdrant_pb2 as qp
from qdrant_client.grpc import qdrant_pb2_grpc as qs

from localcloud.dataplane.stores.qdrant_server.engine import (
    NO_FILTERS,
    Engine,
    EngineError,
    MissingError,
    Point,
    TakenError,
)
from localcloud.dataplane.stores.qdrant_server.rest_api import DEFAULT_INDEX, DEFAULT_LOG, DEFAULT_OPTIMIZER, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

_THREADS = 8
_LARGEST_MESSAGE = 64 << 20
_NO_NAMES = "Wrong input: named vectors are not part of the local cloud's Qdrant: name none"


class _KeyCheck(grpc.ServerInterceptor):  # type: ignore[misc] # grpc has no types here
    """Refuses a call without the key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

        def refuse(_request: Any, context: Any) -> None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Invalid API key or JWT")

        self._refusal = grpc.unary_unary_rpc_method_handler(refuse)

    def intercept_service(self, proceed: Callable[[Any], Any], call: Any) -> Any:
        """Continue with the call, or refuse it."""
        given = dict(call.invocation_metadata).get("api-key", "")
        return proceed(call) if hmac.compare_digest(given.encode(), self._key) else self._refusal


def _told(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method end with the engine's sentence, under gRPC's own status."""

    @wraps(method)
    def call(self: Any, request: Any, context: Any) -> Any:
        try:
            return method(self, request)
        except MissingError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        except TakenError as error:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, str(error))
        except EngineError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    return call


class Points(ps.PointsServicer):  # type: ignore[misc] # generated, without types
    """Points of a collection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @_told
    def Upsert(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Write points."""
        points = [Point(_id(one.id), _vector(one.vectors), grpc_to_payload(one.payload)) for one in request.points]
        self._engine.upsert(request.collection_name, points)
        return _done()

    @_told
    def Delete(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Delete points by their ids."""
        if request.points.WhichOneof("points_selector_one_of") != "points":
            raise EngineError(NO_FILTERS)
        self._engine.delete(request.collection_name, [_id(one) for one in request.points.points.ids])
        return _done()

    @_told
    def Get(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Read points."""
        wants = request.with_vectors.enable
        found = self._engine.get(request.collection_name, [_id(one) for one in request.ids], vector=wants)
        made = [
            pp.RetrievedPoint(id=_grpc_id(one), payload=payload_to_grpc(dict(one.payload)), vectors=_grpc_vector(one))
            for one in found
        ]
        return pp.GetResponse(result=made)

    @_told
    def Count(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Count all points."""
        if request.HasField("filter"):
            raise EngineError(NO_FILTERS)
        return pp.CountResponse(result=pp.CountResult(count=self._engine.describe(request.collection_name).points))

    @_told
    def Query(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Search by a vector."""
        if request.HasField("filter"):
            raise EngineError(NO_FILTERS)
        vector = list(request.query.nearest.dense.data)
        found = self._engine.query(
            request.collection_name, vector, request.limit or 10, with_vector=request.with_vectors.enable
        )
        made = [
            pp.ScoredPoint(
                id=_grpc_id(one),
                payload=payload_to_grpc(dict(one.payload)),
                score=one.score,
                vectors=_grpc_vector(one),
            )
            for one in found
        ]
        return pp.QueryResponse(result=made)


class Collections(cs.CollectionsServicer):  # type: ignore[misc] # generated, without types
    """Collections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @_told
    def Create(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Make one of vectors without a name."""
        if request.vectors_config.WhichOneof("config") != "params":
            raise EngineError(_NO_NAMES)
        params = request.vectors_config.params
        self._engine.create(request.collection_name, params.size, cp.Distance.Name(params.distance))
        return cp.CollectionOperationResponse(result=True)

    @_told
    def Delete(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Delete one."""
        return cp.CollectionOperationResponse(result=self._engine.drop(request.collection_name))

    @_told
    def List(self, _request: Any) -> Any:  # noqa: N802 - the RPC's name
        """All names."""
        names = [cp.CollectionDescription(name=name) for name in self._engine.names()]
        return cp.ListCollectionsResponse(collections=names)

    @_told
    def CollectionExists(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Whether there is one."""
        found = cp.CollectionExists(exists=self._engine.has(request.collection_name))
        return cp.CollectionExistsResponse(result=found)

    @_told
    def Get(self, request: Any) -> Any:  # noqa: N802 - the RPC's name
        """Describe one."""
        found = self._engine.describe(request.collection_name)
        vectors = cp.VectorParams(size=found.size, distance=cp.Distance.Value(found.distance))
        params = cp.CollectionParams(vectors_config=cp.VectorsConfig(params=vectors), shard_number=1)
        info = cp.CollectionInfo(
            status=cp.Green,
            optimizer_status=cp.OptimizerStatus(ok=True),
            points_count=found.points,
            segments_count=1,
            config=cp.CollectionConfig(
                params=params,
                hnsw_config=cp.HnswConfigDiff(**DEFAULT_INDEX),
                optimizer_config=cp.OptimizersConfigDiff(**DEFAULT_OPTIMIZER),
                wal_config=cp.WalConfigDiff(**DEFAULT_LOG),
            ),
        )
        return cp.GetCollectionInfoResponse(result=info)


class Health(qs.QdrantServicer):  # type: ignore[misc] # generated, without types
    """Its version."""

    def HealthCheck(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the RPC's name
        """Its version."""
        return qp.HealthCheckReply(title="qdrant - vector search engine", version=VERSION)


def make_server(engine: Engine, key: str, address: str) -> Any:
    """Return a started server at ``address``."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        interceptors=[_KeyCheck(key)],
        options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)],
    )
    ps.add_PointsServicer_to_server(Points(engine), server)
    cs.add_CollectionsServicer_to_server(Collections(engine), server)
    qs.add_QdrantServicer_to_server(Health(), server)
    server.add_insecure_port(address)
    server.start()
    return server


def _id(given: Any) -> int | str:
    return int(given.num) if given.WhichOneof("point_id_options") == "num" else str(given.uuid)


def _vector(given: Any) -> list[float]:
    if given.WhichOneof("vectors_options") != "vector":
        raise EngineError(_NO_NAMES)
    return list(given.vector.dense.data) or list(given.vector.data)


def _grpc_id(one: Point) -> Any:
    return common.PointId(num=one.id) if isinstance(one.id, int) else common.PointId(uuid=one.id)


def _grpc_vector(one: Point) -> Any:
    if not one.vector:
        return None
    return pp.VectorsOutput(vector=pp.VectorOutput(dense=pp.DenseVector(data=one.vector)))


def _done() -> Any:
    return pp.PointsOperationResponse(result=pp.UpdateResult(operation_id=0, status=pp.Completed))
