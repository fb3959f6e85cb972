"""Text from OpenAI's tokens: what clients such as LangChain send to ``/v1/embeddings`` in place of text.

OpenAI's embedding models have one encoding, ``cl100k_base`` (tiktoken's ``model.py``), and LangChain takes it for any
model that it does not know. A token stands for bytes; its table is a file in a jar that Maven has left.
"""

from __future__ import annotations

import base64
import os
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.dataplane.embeddings.limits import LONGEST_TEXT
from localcloud.dataplane.interface import DataPlaneError, InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENCODING = "cl100k_base"
SEND_TEXT = "send text instead, in LangChain with OpenAIEmbeddings(check_embedding_ctx_length=False)"
_MODULE, _JAR, _TABLE = "tokenizer", "jtokkit-", f"com/knuddels/jtokkit/{ENCODING}.tiktoken"


class OpenAiTokens:
    """The bytes of each token, loaded by the first call; safe to use from several threads."""

    def __init__(self, jars: Path) -> None:
        """``jars``: where Maven has left the modules' class paths."""
        self._classpath = jars / _MODULE / "classpath"
        self._lock = threading.Lock()
        self._loaded: Mapping[int, bytes] | None = None

    def text(self, tokens: Sequence[int], place: str) -> str:
        """Return the text of one input at ``place`` (``input[3]``).

        A character that was split between two inputs is replaced on both sides, as no decoder can know it.
        :class:`InvalidError` for too many tokens, or one that there is not; :class:`DataPlaneError` without the table.
        """
        if len(tokens) > LONGEST_TEXT:
            raise InvalidError(f"{place} has {len(tokens)} tokens: at most {LONGEST_TEXT} are allowed.")
        table = self._table()
        unknown = next((token for token in tokens if token not in table), None)
        if unknown is not None:
            raise InvalidError(f"{place} has the token {unknown}, which is none of {ENCODING}: {SEND_TEXT}.")
        return b"".join(table[token] for token in tokens).decode(errors="replace")

    def _table(self) -> Mapping[int, bytes]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> Mapping[int, bytes]:
        try:
            entries = self._classpath.read_text(encoding="utf-8").strip().split(os.pathsep)
            jar = next(entry for entry in entries if Path(entry).name.startswith(_JAR))
            with zipfile.ZipFile(jar) as opened:
                lines = opened.read(_TABLE).splitlines()
        except (OSError, StopIteration, KeyError, zipfile.BadZipFile) as error:
            raise DataPlaneError(
                f"Arrays of tokens cannot be read, as the table of {ENCODING} is missing: build it with"
                f" `./pulumiw cloud start`, or {SEND_TEXT}."
            ) from error
        pairs = (line.split() for line in lines if line)
        return {int(number): base64.b64decode(written) for written, number in pairs}
