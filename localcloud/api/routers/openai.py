"""OpenAI's embeddings API over the local model (``/v1``)."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request

from localcloud.api.access.bodies import JsonRoute
from localcloud.api.access.callers import TheCloud
from localcloud.api.http.replies import Json
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import InvalidError, NotFoundError, TooManyError, UnauthenticatedError

router = APIRouter(route_class=JsonRoute, prefix="/v1")

MOST_INPUTS = 2048
AT_ONCE, MOST_WAITING = 2, 64
"""Requests embedded at the same time, and those that may wait for them; the next one is answered 429."""
FORMATS = ("float", "base64")
MODEL = "wordllama-256"
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
async def create_embeddings(request: Request, cloud: TheCloud) -> Json:
    """Embed up to 2048 texts; the local model answers for any model name."""
    _authenticate(request, cloud)
    body = await request.body()
    queue: Queue = request.app.state.embeddings
    with queue.place():
        # A limiter of its own: long batches would otherwise take all threads of the pool that every endpoint shares.
        return await run_sync(_answer, body, cloud, limiter=queue.threads)


@router.get("/models")
async def list_models(request: Request, cloud: TheCloud) -> Json:
    """The one model that is served."""
    _authenticate(request, cloud)
    return Json({"object": "list", "data": [{"id": MODEL, **_OWNER}]})


@router.get("/models/{model}")
async def read_model(model: str, request: Request, cloud: TheCloud) -> Json:
    """The one model that is served, by its name."""
    _authenticate(request, cloud)
    if model != MODEL:
        raise NotFoundError(f"The model '{model}' does not exist: this server has {MODEL}.", pointer="model")
    return Json({"id": MODEL, **_OWNER})


def _authenticate(request: Request, cloud: Cloud) -> None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not token:
        raise UnauthenticatedError("You didn't provide an API key: send it as Authorization: Bearer KEY.")
    if not cloud.authenticator.is_embeddings_key(token.strip()):
        raise UnauthenticatedError(
            "Incorrect API key provided: the local cloud's is openai_api_key in credentials.json."
        )


def _answer(body: bytes, cloud: Cloud) -> Json:
    try:
        asked = orjson.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise InvalidError('The body must be a JSON object such as {"model": "...", "input": "..."}.')
    model, texts, encoding = _model(asked), _texts(asked), asked.get("encoding_format") or "float"
    if encoding not in FORMATS:
        raise InvalidError(
            f"encoding_format must be {' or '.join(FORMATS)}, not {encoding!r}.", pointer="encoding_format"
        )
    vectors, tokens = cloud.embeddings.embed(texts, _dimensions(asked))
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


def _texts(asked: dict[str, Any]) -> list[str]:
    given = asked.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts:
        raise InvalidError("input must be a text or a list of texts, and not empty.", pointer="input")
    if len(texts) > MOST_INPUTS:
        raise InvalidError(f"input has {len(texts)} texts: at most {MOST_INPUTS} are allowed.", pointer="input")
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidError(
                f"input[{index}] must be text: arrays of tokens are not supported here.", pointer="input"
            )
        if not text:
            raise InvalidError(f"input[{index}] is empty: a text to embed has at least one character.", pointer="input")
    return texts


def _dimensions(asked: dict[str, Any]) -> int | None:
    dimensions = asked.get("dimensions")
    if dimensions is None or (isinstance(dimensions, int) and not isinstance(dimensions, bool)):
        return dimensions
    raise InvalidError(f"dimensions must be a number, not {dimensions!r}.", pointer="dimensions")
