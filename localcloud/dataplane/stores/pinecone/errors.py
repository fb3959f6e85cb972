"""Refusals, worded and numbered as Pinecone does."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

_GRPC_CODES = {  # of the data plane, which is gRPC behind its REST API
    HTTPStatus.BAD_REQUEST: 3,
    HTTPStatus.NOT_FOUND: 5,
    HTTPStatus.UNAUTHORIZED: 16,
    HTTPStatus.NOT_IMPLEMENTED: 12,
}
_NAMES = {
    HTTPStatus.BAD_REQUEST: "INVALID_ARGUMENT",
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.CONFLICT: "ALREADY_EXISTS",
    HTTPStatus.NOT_IMPLEMENTED: "UNIMPLEMENTED",
}


class RefusedError(Exception):
    """A request that is refused; ``str()`` is the sentence."""

    def __init__(self, sentence: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(sentence)
        self.status = status


def body_of(error: RefusedError, *, is_about_data: bool) -> dict[str, Any]:
    """Return the JSON that Pinecone answers with: its data plane in one form, its control plane in another."""
    if is_about_data:
        return {"code": _GRPC_CODES.get(error.status, 2), "message": str(error), "details": []}
    code = _NAMES.get(error.status, "UNKNOWN")
    return {"error": {"code": code, "message": str(error)}, "status": int(error.status)}
