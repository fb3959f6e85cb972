"""Milvus's gRPC API: Milvus Lite's, for whom the login lets in, one call at a time.

Milvus Lite says that its engine is not made for several writers of one collection.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.adapter.grpc.translators.search import parse_search_request
from milvus_lite.db import MilvusLite
from milvus_lite.exceptions import MilvusLiteError
from pymilvus.grpc_gen import common_pb2, milvus_pb2, milvus_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.dataplane.stores.milvus_server.login import Login

_LARGEST_MESSAGE = 64 << 20
_FLOAT_BYTES = 4
_ILLEGAL_ARGUMENT = 6
_PARAMETER_INVALID = 1100


class _LoginCheck(grpc.ServerInterceptor):  # type: ignore[misc] # grpc has no types here
    """Refuses a call without the token."""

    def __init__(self, login: Login) -> None:
        self._login = login

        def refuse(_request: Any, context: Any) -> None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check api key is correct")

        self._refusal = grpc.unary_unary_rpc_method_handler(refuse)

    def intercept_service(self, proceed: Callable[[Any], Any], call: Any) -> Any:
        """Continue with the call, or refuse it."""
        given = dict(call.invocation_metadata).get("authorization", "")
        return proceed(call) if self._login.lets_in_encoded(given) else self._refusal


class _Service(MilvusServicer):  # type: ignore[misc] # no types, as above
    """Milvus Lite's, with Milvus's own sentence for a vector of another size."""

    def Search(self, request: Any, context: Any) -> Any:  # noqa: N802 - its name in the API
        """Search, or refuse."""
        if problem := self._mismatch(request, context):
            status = common_pb2.Status(error_code=_ILLEGAL_ARGUMENT, code=_PARAMETER_INVALID, reason=problem)
            return milvus_pb2.SearchResults(status=status)
        return super().Search(request, context)

    def _mismatch(self, request: Any, context: Any) -> str:
        try:
            schema = self._get_collection(request, context).schema
            parsed = parse_search_request(request)
        except MilvusLiteError:
            return ""  # the search itself says it
        named = parsed.get("anns_field")
        sizes = [one.dim for one in schema.fields if one.dim and named in (None, "", one.name)]
        for vector in parsed["query_vectors"]:
            if isinstance(vector, list) and len(sizes) == 1 and len(vector) != sizes[0]:
                expected, actual = _FLOAT_BYTES * sizes[0], _FLOAT_BYTES * len(vector)
                return f"vector dimension mismatch, expected vector size(byte) {expected}, actual {actual}."
        return ""


def open_database(folder: str) -> MilvusLite:
    """Open what ``folder`` has. Every collection is loaded, as a Milvus that starts again does it."""
    opened = MilvusLite(folder)
    for database in opened.list_databases():
        for name in opened.list_collections(database_name=database):
            collection = opened.get_collection(name, database_name=database)
            if collection.load_state != "loaded":
                collection.load()
    return opened


def start_server(database: MilvusLite, login: Login, address: str) -> grpc.Server:
    """Start the API at ``address``."""
    server = grpc.server(
        ThreadPoolExecutor(1),
        interceptors=[_LoginCheck(login)],
        options=[
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ],
    )
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(_Service(database), server)
    server.add_insecure_port(address)
    server.start()
    return server
