"""The statements of ``sql/``: every file is one, and they are checked against each other before anything is created."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.flinksql import Kind, SqlTextError, Statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_CONNECTION = "OPENAI.CONNECTION"
_MODEL_VERSION = "OPENAI.MODEL_VERSION"
_FILE_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, kw_only=True)
class SqlFiles:
    """``statements``: by purpose, which is a file's name without ``.sql``. ``topics``: those that connectors fill."""

    statements: Mapping[str, Statement]
    topics: frozenset[str]

    @classmethod
    def load(cls, folder: Path, *, topics: Collection[str], embedding_model: str | None) -> SqlFiles:
        """Read ``folder``; every mistake found is in the one :class:`pulumi.RunError`.

        ``embedding_model`` is written into each CREATE MODEL unless it is ``None`` (the provider's own default).
        """
        mistakes: list[str] = []
        found = {path.stem: _read(path, mistakes) for path in sorted(folder.glob("*.sql"))}
        files = cls(statements={key: one for key, one in found.items() if one}, topics=frozenset(topics))
        if not mistakes:  # what one file says wrongly, others would be blamed for
            mistakes += [f"sql/{purpose}.sql {mistake}." for purpose, mistake in files._mistakes(embedding_model)]
        if not found:
            mistakes.append("sql/ holds no statement: write CREATE TABLE and INSERT INTO into a file each.")
        if mistakes:
            raise pulumi.RunError("\n".join(mistakes))
        if embedding_model:
            models = {key: one.with_option(_MODEL_VERSION, embedding_model) for key, one in files.models.items()}
            files = cls(statements={**files.statements, **models}, topics=files.topics)
        return files

    @property
    def models(self) -> dict[str, Statement]:
        """Each CREATE MODEL, by purpose."""
        return self._of(Kind.CREATE_MODEL)

    @property
    def tables(self) -> dict[str, Statement]:
        """Each CREATE TABLE, by purpose."""
        return self._of(Kind.CREATE_TABLE)

    @property
    def inserts(self) -> dict[str, Statement]:
        """Each INSERT INTO, by purpose."""
        return self._of(Kind.INSERT_INTO)

    @property
    def connections(self) -> set[str]:
        """Names of the Flink connections that the models call."""
        return {model.options[_CONNECTION] for model in self.models.values() if _CONNECTION in model.options}

    @property
    def reads(self) -> frozenset[str]:
        """Every topic that an INSERT reads."""
        return frozenset[str]().union(*(self.read_by(insert) for insert in self.inserts.values()))

    @property
    def writes(self) -> frozenset[str]:
        """Every topic that a CREATE TABLE makes, and an INSERT fills."""
        return frozenset(table.target for table in self.tables.values())

    @property
    def flows(self) -> dict[str, dict[str, object]]:
        """Source topics, sink topic and models of each INSERT, by purpose."""
        return {
            purpose: {
                "sources": sorted(self.read_by(insert)),
                "sink": insert.target,
                "models": sorted(insert.predicts_with),
            }
            for purpose, insert in self.inserts.items()
        }

    def read_by(self, insert: Statement) -> frozenset[str]:
        """Return the topics that it reads."""
        return (self.topics | self.writes) & insert.names - {insert.target}

    def used_by(self, insert: Statement) -> list[str]:
        """Return the purposes of the statements that make what it fills, reads and predicts with."""
        tables = self.read_by(insert) | {insert.target}
        makers = [purpose for purpose, table in self.tables.items() if table.target in tables]
        return makers + [key for key, model in self.models.items() if model.target in insert.predicts_with]

    def _of(self, kind: Kind) -> dict[str, Statement]:
        return {purpose: one for purpose, one in self.statements.items() if one.kind is kind}

    def _mistakes(self, embedding_model: str | None) -> Iterator[tuple[str, str]]:
        made: dict[tuple[str | None, str], str] = {("TABLE", topic): "a connector" for topic in self.topics}
        for purpose, statement in {**self.models, **self.tables}.items():
            thing = (statement.kind.makes, statement.target)
            if thing in made:
                yield purpose, f"makes {statement.target}, which {made[thing]} makes too: write another name"
            made.setdefault(thing, f"sql/{purpose}.sql")
        for purpose, model in self.models.items():
            if _CONNECTION not in model.options:
                yield purpose, f"names no connection: add '{_CONNECTION}' = 'openai-embedding-connection'"
            elif len(self.connections) > 1:
                yield purpose, f"is one of models with several connections: write one '{_CONNECTION}' in all of them"
            if embedding_model and _MODEL_VERSION in model.options:
                both = f"'{_MODEL_VERSION}' and confluent-rag:embeddingModel is {embedding_model!r}"
                yield purpose, f"sets {both}: keep one"
        yield from self._mistakes_of_inserts()

    def _mistakes_of_inserts(self) -> Iterator[tuple[str, str]]:
        for purpose, insert in self.inserts.items():
            if insert.target not in self.writes:
                yield purpose, f"fills {insert.target}, which no CREATE TABLE of sql/ makes: write one, or another name"
            for model_name in sorted(insert.predicts_with - {model.target for model in self.models.values()}):
                yield purpose, f"calls ML_PREDICT with {model_name}, which no CREATE MODEL of sql/ makes: write one"
            if not self.read_by(insert):
                known = ", ".join(f"`{topic}`" for topic in sorted(self.topics | self.writes - {insert.target}))
                yield purpose, f"reads no topic of the stack: select from one of {known}"


def _read(path: Path, mistakes: list[str]) -> Statement | None:
    name = f"sql/{path.name}"
    if not _FILE_NAME.fullmatch(path.stem):
        mistakes.append(f"{name} names its statement: write a file name of a-z, 0-9 and -, starting with a letter.")
    try:
        return Statement.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name} cannot be read ({error}).")
    except SqlTextError as error:
        mistakes.append(f"{name} {error}.")
    return None
