"""OpenAI's embeddings API over the local models (``/v1``)."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

import orjson
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from localcloud.api.access.bodies import JsonRoute
from localcloud.api.access.callers import TheCloud
from localcloud.api.http.replies import Json
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import InvalidError, TooManyError, UnauthenticatedError
from localcloud.control.flink.embeddings import Embeddings

router = APIRouter(route_class=JsonRoute, prefix="/v1")

MOST_INPUTS = 2048
AT_ONCE, MOST_WAITING = 2, 64
"""Requests embedded at the same time, and those that may wait for them; the next one is answered 429."""
FORMATS = ("float", "base64")
FLOATS = "application/vnd.confluent-rag.float32"
"""What ``ML_PREDICT`` accepts (``rag.flink.model.EmbeddingReply``): text costs both sides more than the vectors do."""
_OWNER = {"object": "model", "created": 1700000000, "owned_by": "local"}


class Queue:
    """Counts the requests for embeddings in progress. Not thread-safe: only the event loop's thread uses it."""

    def __init__(self) -> None:
        self.threads = CapacityLimiter(AT_ONCE)
        self._places = AT_ONCE + MOST_WAITING

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place in the queue during a ``with`` block; :class:`TooManyError` (429) if it is full."""
        if not self._places:
            raise TooManyError(f"{MOST_WAITING} requests for embeddings wait already: send this one again in a second.")
        self._places -= 1
        try:
            yield
        finally:
            self._places += 1


@router.post("/embeddings")
async def create_embeddings(request: Request, cloud: TheCloud) -> Response:
    """Embed up to 2048 texts, or arrays of OpenAI's tokens, with the named model.

    A caller that accepts :data:`FLOATS` gets the numbers of all vectors as little-endian floats, without JSON.
    """
    _authenticate(request, cloud)
    body = await request.body()
    is_plain = FLOATS in request.headers.get("accept", "")
    queue: Queue = request.app.state.embeddings
    with queue.place():
        # A limiter of its own: long batches would otherwise take all threads of the pool that every endpoint shares.
        return await run_sync(_answer, body, cloud, is_plain, limiter=queue.threads)


@router.get("/models")
async def list_models(request: Request, cloud: TheCloud) -> Json:
    """The models that are served."""
    _authenticate(request, cloud)
    return Json({"object": "list", "data": [{"id": name, **_OWNER} for name in cloud.embeddings.names()]})


@router.get("/models/{model}")
async def read_model(model: str, request: Request, cloud: TheCloud) -> Json:
    """One of the models that are served, by its name."""
    _authenticate(request, cloud)
    cloud.embeddings.require(model)
    return Json({"id": model, **_OWNER})


def _authenticate(request: Request, cloud: Cloud) -> None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not token:
        raise UnauthenticatedError("You didn't provide an API key: send it as Authorization: Bearer KEY.")
    if not cloud.authenticator.is_embeddings_key(token.strip()):
        raise UnauthenticatedError(
            "Incorrect API key provided: the local cloud's is openai_api_key in credentials.json."
        )


def _answer(body: bytes, cloud: Cloud, is_plain: bool) -> Response:  # noqa: FBT001 - run_sync passes no names
    try:
        asked = orjson.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise InvalidError('The body must be a JSON object such as {"model": "...", "input": "..."}.')
    model, texts, encoding = _model(asked), _texts(asked, cloud.embeddings), asked.get("encoding_format") or "float"
    if encoding not in FORMATS:
        raise InvalidError(
            f"encoding_format must be {' or '.join(FORMATS)}, not {encoding!r}.", pointer="encoding_format"
        )
    vectors, tokens = cloud.embeddings.embed(model, texts, _dimensions(asked))
    if is_plain:
        return Response(vectors.astype("<f4", copy=False).tobytes(), media_type=FLOATS)
    rows: list[Any] = list(vectors)
    if encoding == "base64":
        rows = [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]
    return Json(
        {
            "object": "list",
            "data": [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)],
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
    )


def _model(asked: dict[str, Any]) -> str:
    model = asked.get("model")
    if not isinstance(model, str) or not model:
        raise InvalidError("you must provide a model parameter", pointer="model")
    return model


def _texts(asked: dict[str, Any], embeddings: Embeddings) -> list[str]:
    """Return the inputs as texts: each is a text or an array of tokens, and a single one may stand alone."""
    given = asked.get("input")
    inputs = [given] if isinstance(given, str) or _are_tokens(given) else given
    if not isinstance(inputs, list) or not inputs:
        raise InvalidError("input must be a text or a list of texts, and not empty.", pointer="input")
    if len(inputs) > MOST_INPUTS:
        raise InvalidError(f"input has {len(inputs)} texts: at most {MOST_INPUTS} are allowed.", pointer="input")
    return [_text(one, f"input[{index}]", embeddings) for index, one in enumerate(inputs)]


def _text(given: Any, place: str, embeddings: Embeddings) -> str:
    if given in ("", []):
        raise InvalidError(f"{place} is empty: a text to embed has at least one character.", pointer="input")
    if _are_tokens(given):
        return embeddings.text(given, place)
    if not isinstance(given, str):
        raise InvalidError(f"{place} must be a text, or an array of tokens, which are numbers.", pointer="input")
    return given


def _are_tokens(given: Any) -> TypeGuard[list[int]]:
    return isinstance(given, list) and bool(given) and all(type(token) is int for token in given)


def _dimensions(asked: dict[str, Any]) -> int | None:
    dimensions = asked.get("dimensions")
    if dimensions is None or (isinstance(dimensions, int) and not isinstance(dimensions, bool)):
        return dimensions
    raise InvalidError(f"dimensions must be a number, not {dimensions!r}.", pointer="dimensions")
