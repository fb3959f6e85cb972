"""``docs/local-cloud-options.md``: every option, property, hint and setting that is known, and what is done with it.

Generated from what the local cloud decides by: ``options.tsv`` in the Flink plug-in's resources, and the tables of
connections and connectors in ``localcloud``, so that page and behaviour cannot differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from localcloud.control.connect.elasticsearch_sink import ELASTICSEARCH_SINK_V2
from localcloud.control.connect.mongodb_atlas_sink import MONGODB_ATLAS_SINK
from localcloud.control.connect.neo4j_sink import NEO4J_SINK
from localcloud.control.connect.sinks import COMMON, only
from localcloud.control.flink.connection_sql import SECRETS
from localcloud.control.flink.connections import TYPES
from localcloud.datagen_settings import FIXED, KNOWN
from workshop.docs.lines import wrapped
from workshop.docs.sql_page import LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localcloud.control.connect.settings import Setting

_PAGES = "https://docs.confluent.io/cloud/current/"
_PAGE = {
    "alter-table": "flink/reference/statements/alter-table.html",
    "create-model": "flink/reference/statements/create-model.html",
    "create-table": "flink/reference/statements/create-table.html",
    "custom-sample-data": "flink/how-to-guides/custom-sample-data.html",
    "hints": "flink/reference/queries/hints.html",
    "model-inference-functions": "flink/reference/functions/model-inference-functions.html",
    "set": "flink/reference/statements/set.html",
}
_SINKS = (MONGODB_ATLAS_SINK, ELASTICSEARCH_SINK_V2, NEO4J_SINK)

_HEAD = f"""\
# Options, properties, hints and settings

Written by `./pulumiw docs` from what the local cloud decides by: `options.tsv` in
`localcloud/flink/src/main/resources/rag/flink`, and the settings of connections and connectors in `localcloud/control`.
A test compares them, and `tests/integration/on_one_cloud/test_options.py` tries every one that SQL has.

What is not here is refused, with the name that was probably meant. So is a value that is not served. A refused
statement or connector leaves nothing behind. Names and defaults are those of Confluent's pages, which begin with
`{_PAGES}`.

**Here** says what the local cloud does with it:

- **honoured**: what Confluent Cloud does.
- **no effect**: it is taken where it asks for what is done anyway.
- **refused**: with the sentence of the last column.
"""
_SECTIONS = {
    "table": (
        "Options of a table",
        (
            "They are given in `WITH`, and changed where the second column has `alter`: by `ALTER TABLE ... SET` and"
            " `RESET`. A hint `/*+ OPTIONS(...) */` takes those with `hint`. `FORMAT` is `avro-registry`,"
            " `json-registry` or `proto-registry`."
        ),
    ),
    "statement": (
        "Properties of a statement",
        (
            "`SET` is the SQL shell's: over the API, properties go with each statement. A mode of reading holds for the"
            " tables whose own option is the default; a snapshot query reads all tables as they are."
        ),
    ),
    "metadata": (
        "Metadata columns",
        (
            "`METADATA FROM 'key' VIRTUAL`, in `CREATE TABLE` and `ALTER TABLE ... ADD`. Without `VIRTUAL` a column is"
            " written, too. A column may have any type that the given one can be cast to."
        ),
    ),
    "hint": ("Hints", "They stand behind `SELECT`, `OPTIONS` behind a table's name."),
    "model": ("Options of a model", "Their names, and the values that are words, may be in any case."),
    "call": (
        "Options of a call",
        "They are a `MAP` behind the other arguments of `AI_EMBEDDING`, `ML_PREDICT` and `VECTOR_SEARCH_AGG`.",
    ),
}
_CONNECTIONS = """
## Options of a connection

`CREATE CONNECTION ... WITH` and the API's connections take a type, an endpoint, and the secrets that the type needs.
What begins with `openai` is called by models, `mongodb`, `elastic` and `pinecone` by external tables. Connections of
the other types are kept, and nothing here calls them.

| type | secrets |
|---|---|"""
_CONNECTORS = """
## Settings of connectors

Every setting that is not here is refused, except for those that begin with `transforms` and `predicates`. **One value**
means that Confluent Cloud has others, and only this one is right here.

### DatagenSource
"""


class Option(NamedTuple):
    """A line of ``options.tsv``."""

    scope: str
    name: str
    where: str
    values: str
    default: str
    effect: str
    text: str
    page: str

    @property
    def is_served(self) -> bool:
        """Whether it is taken at all."""
        return self.effect != "refused"


def options(scope: str = "") -> list[Option]:
    """Return all lines, or those of a scope."""
    _, *lines = (LISTS / "options.tsv").read_text(encoding="utf-8").splitlines()
    found = [Option(*line.split("\t")) for line in lines]
    return [option for option in found if scope in {"", option.scope}]


def render() -> str:
    """Return the page."""
    lines = [_HEAD]
    for scope, (title, text) in _SECTIONS.items():
        lines += [f"## {title}\n", wrapped(text), "", *_table(options(scope)), ""]
    lines += [_CONNECTIONS.lstrip("\n"), *_connections(), _CONNECTORS]
    lines += [*_datagen(), "\n### All sinks\n", *_settings(COMMON)]
    for sink in _SINKS:
        own = [setting for setting in sink.settings if setting not in COMMON]
        lines += [f"\n### {sink.name}\n", *_settings(own)]
    return "\n".join(lines) + "\n"


def _table(found: Sequence[Option]) -> Iterator[str]:
    columns = ["name", "where", "values", "default", "here", "what it does, or what to do instead", "page"]
    places = any(option.where for option in found)
    if not places:
        columns.remove("where")
    yield _row(columns)
    yield f"|{'---|' * len(columns)}"
    for one in found:
        where = [one.where or "-"] if places else []
        page = f"[{one.page}]({_PAGES}{_PAGE[one.page]})"
        yield _row([f"`{one.name}`", *where, _values(one.values), one.default or "-", one.effect, one.text, page])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _values(notation: str) -> str:
    if notation.startswith("<") and "|" not in notation:
        return {"<text>": "any text", "<milliseconds>": "milliseconds since 1970"}.get(notation, notation.strip("<>"))
    return ", ".join(f"`{value}`" for value in notation.split("|")) if notation else "-"


def _connections() -> Iterator[str]:
    names = {secret: option for option, secret in SECRETS.items()}
    for kind, groups in TYPES.items():
        each = [", ".join(f"`{names.get(secret, secret)}`" for secret in sorted(group)) for group in groups]
        yield f"| `{kind.lower()}` | {' or '.join(one or 'none' for one in each)} |"


def _datagen() -> Iterator[str]:
    yield "| setting | values |"
    yield "|---|---|"
    for name in sorted(KNOWN | FIXED.keys()):
        yield f"| `{name}` | {f'one value: `{FIXED[name]}`' if name in FIXED else 'as on Confluent Cloud'} |"


def _settings(found: Sequence[Setting]) -> Iterator[str]:
    yield "| setting | values | default |"
    yield "|---|---|---|"
    for setting in found:
        yield f"| `{setting.name}` | {_setting(setting)} | {f'`{setting.default}`' if setting.default else '-'} |"


def _setting(setting: Setting) -> str:
    choices = ", ".join(f"`{choice}`" for choice in setting.choices)
    if setting == only(setting.name, setting.default, setting.note):
        return f"one value: {choices}{f'. {setting.note}' if setting.note else ''}"
    if setting.unserved:
        choices += f"; not {', '.join(f'`{value}`' for value in setting.unserved)}"
    if setting.bounds:
        choices = f"{setting.bounds[0]} to {setting.bounds[1]}"
    required = "required" if setting.is_required else ""
    return "; ".join(part for part in (choices.removeprefix("; "), required) if part) or "any text"
