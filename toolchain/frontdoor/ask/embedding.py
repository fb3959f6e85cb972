"""The question's vector, from the model that made the products' vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from toolchain.frontdoor.ask.failure import AskError

_SECONDS = 30
_ATTEMPTS = 4
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Model:
    """An embedding model at an endpoint that speaks OpenAI's API."""

    name: str
    endpoint: str
    key: str = field(repr=False)

    def embed(self, text: str) -> list[float]:
        """Return the vector of ``text``; :class:`AskError` if the endpoint gives none. A busy endpoint is retried."""
        retries = Retrying(
            retry=retry_if_exception_type(_BusyError),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential_jitter(multiplier=0.5, max=4),
            reraise=True,
        )
        return retries(self._embed, text)

    def _embed(self, text: str) -> list[float]:
        try:
            reply = httpx.post(
                self.endpoint,
                json={"model": self.name, "input": [text], "encoding_format": "float"},
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=_SECONDS,
            )
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise AskError(
                f"The embeddings endpoint {self.endpoint} cannot be reached ({type(error).__name__}): check the"
                " network and confluent-rag:openaiEndpoint."
            ) from None
        if reply.status_code == HTTPStatus.UNAUTHORIZED:
            raise AskError(
                f"The embeddings endpoint {self.endpoint} refuses the key (401): set the right one with"
                " `./pulumiw config set --secret confluent-rag:openaiApiKey`, or in OPENAI_API_KEY."
            )
        if not reply.is_success:
            said = f"The embeddings endpoint {self.endpoint} answered {reply.status_code}: {self._reason(reply)}"
            raise (_BusyError if _is_transient(reply.status_code) else AskError)(said)
        return self._vector(reply)

    def _vector(self, reply: httpx.Response) -> list[float]:
        try:
            vector = [float(number) for number in reply.json()["data"][0]["embedding"]]
        except (ValueError, KeyError, IndexError, TypeError):
            vector = []
        if not vector:
            raise AskError(
                f"The embeddings endpoint {self.endpoint} sent no vector: check that confluent-rag:openaiEndpoint"
                " speaks OpenAI's embeddings API."
            )
        return vector

    def _reason(self, reply: httpx.Response) -> str:
        try:
            error: Any = reply.json()["error"]
            text = str(error["message"] if isinstance(error, dict) else error)
        except (ValueError, KeyError, TypeError):
            text = reply.text or reply.reason_phrase
        text = " ".join(text.replace(self.key, "***").split())[:_LONGEST_REASON]
        return text if text.endswith(".") else f"{text}."


class _BusyError(AskError):
    """The endpoint may answer if it is asked again."""


def _is_transient(status: int) -> bool:
    busy = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}
    return status in busy or status >= HTTPStatus.INTERNAL_SERVER_ERROR
