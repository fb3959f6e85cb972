"""The statements of ``sql/``, checked against each other before anything is created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.sql_text import Kind, SqlTextError, Statement

if TYPE_CHECKING:
    from pathlib import Path

MODEL_FILE = "create-model-vector-embedding.sql"
TABLE_FILE = "create-table-product-vector.sql"
INSERT_FILE = "insert-into-product-vector.sql"

_CONNECTION = "OPENAI.CONNECTION"
_MODEL_VERSION = "OPENAI.MODEL_VERSION"


@dataclass(frozen=True, kw_only=True)
class PipelineSql:
    """The three statements of the pipeline."""

    model: Statement
    table: Statement
    insert: Statement

    @property
    def connection(self) -> str:
        """Name of the Flink connection that the model calls."""
        return self.model.options[_CONNECTION]

    @classmethod
    def load(cls, folder: Path, *, source: str, embedding_model: str | None) -> PipelineSql:
        """Read ``folder``; every mistake found is in the one :class:`pulumi.RunError`.

        ``source`` is the topic that the INSERT has to read; ``embedding_model`` is written into CREATE MODEL unless it
        is ``None`` (the provider's own default).
        """
        mistakes: list[str] = []
        model = _read(folder / MODEL_FILE, Kind.CREATE_MODEL, mistakes)
        table = _read(folder / TABLE_FILE, Kind.CREATE_TABLE, mistakes)
        insert = _read(folder / INSERT_FILE, Kind.INSERT_INTO, mistakes)
        if model and _CONNECTION not in model.options:
            mistakes.append(
                f"sql/{MODEL_FILE} names no connection: add '{_CONNECTION}' = 'openai-embedding-connection'."
            )
        if model and embedding_model and _MODEL_VERSION in model.options:
            mistakes.append(
                f"sql/{MODEL_FILE} sets '{_MODEL_VERSION}' and confluent-rag:embeddingModel is {embedding_model!r}: "
                "keep one."
            )
        if insert and model and insert.predicts_with != {model.target}:
            used = ", ".join(sorted(insert.predicts_with)) or "no model"
            mistakes.append(
                f"sql/{INSERT_FILE} calls ML_PREDICT with {used}, sql/{MODEL_FILE} makes {model.target}: "
                "write the same name."
            )
        if insert and table and insert.target != table.target:
            mistakes.append(
                f"sql/{INSERT_FILE} fills {insert.target}, sql/{TABLE_FILE} makes {table.target}: write the same name."
            )
        if insert and source not in insert.names:
            mistakes.append(f"sql/{INSERT_FILE} does not read `{source}`, the topic of the connector: select from it.")
        if mistakes or not (model and table and insert):
            raise pulumi.RunError("\n".join(mistakes))
        if embedding_model:
            model = model.with_option(_MODEL_VERSION, embedding_model)
        return cls(model=model, table=table, insert=insert)


def _read(path: Path, kind: Kind, mistakes: list[str]) -> Statement | None:
    name = f"sql/{path.name}"
    try:
        return Statement.parse(path.read_text(encoding="utf-8"), kind)
    except FileNotFoundError:
        mistakes.append(f"{name} is missing: write one {kind} statement into it.")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name} cannot be read ({error}).")
    except SqlTextError as error:
        mistakes.append(f"{name} {error}.")
    return None
