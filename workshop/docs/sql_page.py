"""``docs/local-cloud-sql.md``: the statements and functions that the local cloud serves.

Generated from the lists by which the Java code decides (``localcloud/flink/src/main/resources/rag/flink``), so that
page and behaviour cannot differ.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workshop.docs.lines import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROJECT = Path(__file__).resolve().parents[2]
LISTS = _PROJECT / "localcloud" / "flink" / "src" / "main" / "resources" / "rag" / "flink"
_NOT_SERVED = "-"

_HEAD = """\
# Statements and functions

Written by `./pulumiw docs` from the lists by which the local cloud decides
(`localcloud/flink/src/main/resources/rag/flink`); a test compares them. A statement is checked as a whole, by its text,
before Flink resolves it. A refused statement has changed nothing: `status.detail` says in one sentence what is not
served and what to write instead. Statements that are in no list are refused, too. Options, properties and hints have
[a page of their own](local-cloud-options.md).
"""
_STATEMENTS = """
## Statements

These statements are served. `EXPLAIN` takes queries, INSERTs and `CREATE TABLE AS`, and `EXECUTE STATEMENT SET` takes
INSERTs. `CREATE`, `ALTER` and `DROP CONNECTION` are done by the control plane, before Flink:
"""
_REFUSED = """
These are refused. So are `OR REPLACE`, `TEMPORARY`, `PARTITIONED BY` and `INSERT OVERWRITE`. `ALTER TABLE` changes
metadata columns, computed columns, the watermark, and the type of a raw key or value
([Topics as tables](local-cloud-tables.md#alter-table)):

| statements | what to do instead |
|---|---|"""
_FUNCTIONS = """
## Confluent's own functions

Flink's functions are all there. These are Confluent's; a call of one that is not served is refused by its name,
wherever in a statement it is:

| function | what it does, or what to do instead |
|---|---|"""

_PREPROCESSING = """
### ML preprocessing

Signatures, defaults, results and refusals of the twelve `ML_` functions that split, encode and scale are those of
[Confluent's page](https://docs.confluent.io/cloud/current/flink/reference/functions/ml-preprocessing-functions.html).
An argument that is written out is checked before the statement runs; a wrong value of a row fails the statement, with
the same sentence in `status.detail`. The page is silent about some of it, and nobody has compared these answers with a
live account:

- The text splitters work as LangChain's (`CharacterTextSplitter`, `RecursiveCharacterTextSplitter`), whose arguments
  and examples the page has: merging, overlap, trimming and the formats' separators, in characters (Unicode code
  points). Regular expressions are Java's. Pieces between matches that are not kept are joined by the text that stood
  there. Three formats that library does not have: `JSON` and `SQL` are divided where a value or a statement ends, `XML`
  where an element begins. The `$` of `LATEX` is the sign, where that library takes it for the end of a text.
- `ML_ONE_HOT_ENCODER`: `dropLast` drops the column of unknown values, which is the last one. No other reading gives
  both examples of the page. `KEEP` needs that column, and has it in any case.
- `ML_LABEL_ENCODER`: numbers, dates and times are sorted by their values, texts by their characters. A NULL, NaN or
  infinite input has the label of any unknown value, which is -1 with `includeZeroLabel`.
- A value with a standard deviation of 0 is returned without centering. `median`, `mean`, the quartiles and the
  deviation may be NULL where a flag says that they are ignored.
"""


class Row(NamedTuple):
    """A line of a list; the meaning of ``answer`` and ``text`` depends on the list."""

    name: str
    answer: str
    text: str


def rows(name: str) -> list[Row]:
    """Return the lines of a list."""
    return [Row(*line.split("\t")) for line in (LISTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]


def render() -> str:
    """Return the page."""
    statements = rows("statements")
    served = ", ".join(f"`{name}`" for row in statements if not row.text for name in row.answer.split(", "))
    refused: dict[str, dict[str, None]] = {}
    for row in statements:
        if row.text:
            refused.setdefault(row.text.partition(": ")[2], {})[row.answer] = None
    lines = [_HEAD + _STATEMENTS, wrapped(f"{served}."), _REFUSED]
    lines += [f"| {', '.join(f'`{name}`' for name in names)} | {remedy} |" for remedy, names in refused.items()]
    lines += [_FUNCTIONS, *_functions(), _PREPROCESSING.rstrip("\n")]
    return "\n".join(lines) + "\n"


def _functions() -> Iterator[str]:
    for row in rows("functions"):
        yield f"| `{row.name}` | {'not supported: ' if row.answer == _NOT_SERVED else ''}{row.text} |"
