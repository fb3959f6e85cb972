"""The statements of ``sql/``: every file is one, and they are checked against each other before anything is created."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pulumi

from components.flinksql import Kind, SqlTextError, Statement

_CONNECTION = "OPENAI.CONNECTION"
_MODEL_VERSION = "OPENAI.MODEL_VERSION"
_CONNECTOR = "CONNECTOR"
_FILE_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, kw_only=True)
class SqlFiles:
    """``statements``: by purpose, which is a file's name without ``.sql``. ``topics``: those that connectors fill."""

    statements: Mapping[str, Statement]
    topics: frozenset[str]

    @classmethod
    def load(cls, folder: Path, *, topics: Collection[str], embedding_model: str | None, search: bool = False) -> Self:
        """Read ``folder``, with its folder ``search`` on request; every mistake is in the one :class:`pulumi.RunError`.

        ``embedding_model`` is written into each CREATE MODEL unless it is ``None`` (the provider's own default).
        """
        mistakes: list[str] = []
        paths = [*sorted(folder.glob("*.sql")), *(sorted(folder.glob("search/*.sql")) if search else [])]
        found = {path.stem: _read(path, f"sql/{path.relative_to(folder)}", mistakes) for path in paths}
        files = cls(statements={key: one for key, one in found.items() if one}, topics=frozenset(topics))
        if not mistakes:  # what one file says wrongly, others would be blamed for
            mistakes += [f"{statement.file} {mistake}." for statement, mistake in files._mistakes(embedding_model)]
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
        """Every topic that a CREATE TABLE makes."""
        return frozenset(table.target for key, table in self.tables.items() if key not in self.external)

    @property
    def asked(self) -> frozenset[str]:
        """Every such topic that no INSERT of a file fills: it is for rows that are typed, such as questions."""
        return self.writes - {insert.target for insert in self.inserts.values()}

    @property
    def external(self) -> dict[str, Statement]:
        """Each CREATE TABLE of a store's data, which makes no topic, by purpose."""
        return {purpose: table for purpose, table in self.tables.items() if _CONNECTOR in table.options}

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
        external = {table.target for table in self.external.values()}
        tables = self.read_by(insert) | (external & insert.names) | {insert.target}
        makers = [purpose for purpose, table in self.tables.items() if table.target in tables]
        return makers + [key for key, model in self.models.items() if model.target in insert.predicts_with]

    def _of(self, kind: Kind) -> dict[str, Statement]:
        return {purpose: one for purpose, one in self.statements.items() if one.kind is kind}

    def _mistakes(self, embedding_model: str | None) -> Iterator[tuple[Statement, str]]:
        made: dict[tuple[str | None, str], str] = {("TABLE", topic): "a connector" for topic in self.topics}
        for statement in (*self.models.values(), *self.tables.values()):
            thing = (statement.kind.makes, statement.target)
            if thing in made:
                yield statement, f"makes {statement.target}, which {made[thing]} makes too: write another name"
            made.setdefault(thing, statement.file)
        for model in self.models.values():
            if _CONNECTION not in model.options:
                yield model, f"names no connection: add '{_CONNECTION}' = 'openai-embedding-connection'"
            elif len(self.connections) > 1:
                yield model, f"is one of models with several connections: write one '{_CONNECTION}' in all of them"
            if embedding_model and _MODEL_VERSION in model.options:
                both = f"'{_MODEL_VERSION}' and confluent-rag:embeddingModel is {embedding_model!r}"
                yield model, f"sets {both}: keep one"
        yield from self._mistakes_of_inserts()

    def _mistakes_of_inserts(self) -> Iterator[tuple[Statement, str]]:
        for insert in self.inserts.values():
            if insert.target not in self.writes:
                yield insert, f"fills {insert.target}, which no CREATE TABLE of sql/ makes: write one, or another name"
            for model_name in sorted(insert.predicts_with - {model.target for model in self.models.values()}):
                yield insert, f"calls the model {model_name}, which no CREATE MODEL of sql/ makes: write one"
            if not self.read_by(insert):
                known = ", ".join(f"`{topic}`" for topic in sorted(self.topics | self.writes - {insert.target}))
                yield insert, f"reads no topic of the stack: select from one of {known}"


def _read(path: Path, name: str, mistakes: list[str]) -> Statement | None:
    if not _FILE_NAME.fullmatch(path.stem):
        mistakes.append(f"{name} names its statement: write a file name of a-z, 0-9 and -, starting with a letter.")
    try:
        return Statement.parse(path.read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name} cannot be read ({error}).")
    except SqlTextError as error:
        mistakes.append(f"{name} {error}.")
    return None
