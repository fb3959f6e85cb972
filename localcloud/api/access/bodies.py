"""JSON in: the base of all request models."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from anyio.to_thread import run_sync
from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from localcloud.api.access.callers import authenticate, caller
from localcloud.control.core.errors import InvalidError
from localcloud.json_size import is_deeper

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from fastapi import Response
    from fastapi.dependencies.models import Dependant


DEEPEST = 100
"""Levels of objects and lists within one another: orjson, which writes replies, has a limit of its own (254)."""
_SMALL = 1 << 16
_LONGEST_KIND = 100
_NO_OBJECT = {"dict_type", "mapping_type", "model_type", "model_attributes_type"}


class _JsonRequest(Request):
    async def json(self) -> Any:
        """Return the parsed body. Refuses half a surrogate pair, too: a reply that repeats it could not be encoded."""
        body = await self.body()
        # A large one takes a while, and this is the thread that answers everybody else.
        return _parsed(body) if len(body) <= _SMALL else await run_sync(_parsed, body)


def _parsed(body: bytes) -> Any:
    """Return what a body holds; :class:`HTTPException`, since FastAPI has a sentence of its own for any other."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        why = error.msg.partition(": line")[0]
        raise HTTPException(
            HTTPStatus.BAD_REQUEST, f"The body is no JSON that can be read here, at character {error.pos}: {why}"
        ) from None
    if is_deeper(parsed, DEEPEST):
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"The body is nested more than {DEEPEST} levels deep")
    return parsed


class JsonRoute(APIRoute):
    """The route class of every router: authenticates the caller, then reads and checks the body.

    FastAPI by itself reads and parses a body before it authenticates: strangers could send large ones.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request."""
        handle, needs_caller = super().get_route_handler(), _needs_caller(self.dependant)
        has_body = self.body_field is not None

        async def handle_json(request: Request) -> Response:
            if needs_caller:
                request.state.caller = await run_in_threadpool(authenticate, request)
            if has_body:
                _require_json(request.headers.get("Content-Type", ""))
            return await handle(_JsonRequest(request.scope, request.receive))

        return handle_json


def _require_json(content_type: str) -> None:
    """Refuse what FastAPI would take for a text: curl sends forms, unless it is told otherwise."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and not kind.endswith(("/json", "+json")):
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"The body is sent as {kind[:_LONGEST_KIND]}: send the header Content-Type: application/json",
        )


def told(problem: Mapping[str, Any]) -> str:
    """Return what is wrong, in the words of JSON: pydantic has Python's for an object."""
    return "it must be a JSON object" if problem["type"] in _NO_OBJECT else str(problem["msg"])


def _needs_caller(dependant: Dependant) -> bool:
    return any(needed.call is caller or _needs_caller(needed) for needed in dependant.dependencies)


class Body(BaseModel):
    """A request body, or a part of one. Unknown fields are ignored, as the cloud does."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Reference(Body):
    """A reference to another resource: ``{"id": ...}``; its other fields repeat that one and are ignored."""

    id: str = Field(min_length=1)


def given(body: Body, **renamed: str) -> dict[str, Any]:
    """Return the fields that were sent and are not null, under the names that ``renamed`` gives them."""
    values = body.model_dump(exclude_unset=True, exclude_none=True)
    return {renamed.get(name, name): value for name, value in values.items() if name not in renamed or renamed[name]}


def environment_of(request: Request) -> str:
    """Return the query parameter ``environment``; :class:`InvalidError` without it, as in the cloud."""
    environment_id = request.query_params.get("environment", "")
    if not environment_id:
        raise InvalidError("The query parameter environment is missing: add ?environment=env-abc123.")
    return environment_id
