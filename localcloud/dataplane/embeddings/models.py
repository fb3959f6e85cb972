"""Which model answers to which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.dataplane.embeddings import sentence_model
from localcloud.dataplane.embeddings.openai_tokens import OpenAiTokens
from localcloud.dataplane.embeddings.sentence_model import SentenceModel
from localcloud.dataplane.embeddings.wordllama_model import WordLlamaModel
from localcloud.dataplane.interface import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localcloud.dataplane.interface import EmbeddingModel

WORDLLAMA = "wordllama-256"
OPENAI = ("text-embedding-ada-002", "text-embedding-3-small", "text-embedding-3-large")
"""OpenAI's models (API reference, "Models"): wordllama answers for them, so that a stack need not be changed."""


class Models:
    """The :class:`~localcloud.dataplane.interface.EmbeddingPlane`."""

    def __init__(self, folder: Path | None, jars: Path) -> None:
        """Start loading wordllama, which is small; ``folder`` as in :class:`SentenceModel`, ``jars`` as for tokens."""
        self._tokens = OpenAiTokens(jars)
        wordllama = WordLlamaModel()
        self._models: dict[str, EmbeddingModel] = dict.fromkeys((WORDLLAMA, *OPENAI), wordllama)
        self._models[sentence_model.NAME] = SentenceModel(folder)

    def names(self) -> list[str]:
        """Names that can be asked for."""
        return list(self._models)

    def text(self, tokens: Sequence[int], place: str) -> str:
        """Return the text of OpenAI's tokens; ``place`` names the input in an error's sentence."""
        return self._tokens.text(tokens, place)

    def model(self, name: str) -> EmbeddingModel:
        """Return the model of that name, else :class:`NotFoundError`."""
        try:
            return self._models[name]
        except KeyError:
            raise NotFoundError(f"There is no model {name}: the models are {', '.join(self._models)}.") from None
