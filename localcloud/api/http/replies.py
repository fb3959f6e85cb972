"""JSON replies: error bodies in each service's own format, and paged lists."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from localcloud.control.core.errors import InvalidError
from localcloud.ids import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastapi import Request

    from localcloud.control.core.resources import Resource

T = TypeVar("T")
DEFAULT_PAGE, LARGEST_PAGE = 10, 100
_OPENAI_CODES = frozenset({"model_not_found"})
_DIGITS = 10  # Python refuses to parse numbers of more than 4300 digits


class Json(Response):
    """A JSON reply; numpy arrays are written straight from their memory."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def error_body(
    path: str, *, status: int, code: str, error_code: int, detail: str, pointer: str, request_id: str
) -> Any:
    """Return an error's body in the format of the service that serves ``path``."""
    if path.startswith("/v1/"):
        kind = "invalid_request_error" if status < 500 else "server_error"  # noqa: PLR2004 - HTTP's own border
        named = code if code in _OPENAI_CODES else None
        return {"error": {"message": detail, "type": kind, "param": pointer or None, "code": named}}
    if path.startswith(("/kafka/", "/schema-registry/", "/connect/")):
        return {"error_code": error_code, "message": detail}
    source = {"pointer": pointer} if pointer else {}
    return {"errors": [{"id": request_id, "status": str(status), "code": code, "detail": detail, "source": source}]}


def paged(
    request: Request,
    items: Sequence[T],
    render: Callable[[T], Any],
    *,
    base_url: str,
    key: Callable[[T], str] | None = None,
    always_next: bool = False,
) -> dict[str, Any]:
    """Return ``metadata`` and ``data`` of the page that the request asks for.

    ``key`` orders the items (default: by age). A page token holds the last key, not an index: items that are deleted
    between two pages make the next one skip nothing.
    ``always_next``: the last page has ``"next": ""`` instead of no ``next``.
    """
    size = page_size(request.query_params)
    keys = [(key or _age)(item) for item in items]
    ordered = sorted(range(len(items)), key=keys.__getitem__)
    after = _read_token(request.query_params.get("page_token", ""))
    begin = bisect_right(ordered, after, key=keys.__getitem__)
    page = ordered[begin : begin + size]
    metadata: dict[str, Any] = {"first": _link(request, base_url, None), "total_size": len(ordered)}
    if begin + size < len(ordered):
        metadata["next"] = _link(request, base_url, keys[page[-1]])
    elif always_next:
        metadata["next"] = ""
    return {"metadata": metadata, "data": [render(items[place]) for place in page]}


def page_size(query: Mapping[str, str]) -> int:
    """Return ``page_size`` (default 10, at most 100)."""
    asked = query.get("page_size", "") or str(DEFAULT_PAGE)
    if not asked.isdecimal() or len(asked) > _DIGITS or not 1 <= int(asked) <= LARGEST_PAGE:
        raise InvalidError(f"page_size must be a number from 1 to {LARGEST_PAGE}, not {asked!r}.")
    return int(asked)


def _age(item: Any) -> str:
    resource: Resource = item
    return f"{rfc3339(resource.created_at)} {resource.id}"


def _read_token(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidError("page_token is not one that a reply of this list had in metadata.next.") from None


def _link(request: Request, base_url: str, after: str | None) -> str:
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "page_token"]
    if after is not None:
        query.append(("page_token", base64.urlsafe_b64encode(after.encode()).decode()))
    return f"{base_url}{request.url.path}" + (f"?{urlencode(query)}" if query else "")
