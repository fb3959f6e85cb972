"""What flows through the pipeline, record by record: the connector's schema sampled, the INSERT's text computed.

The INSERT is read only as far as the text goes that it hands to ``ML_PREDICT``: columns, strings, ``||``, ``CONCAT``,
``CONCAT_WS`` and ``CAST(... AS STRING)``.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from components.flinksql.text import SqlTextError, Token, tokens
from localcloud.dataplane.connectors.random_generator import RandomGenerator, parse_annotated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Record = Mapping[str, Any]
    Text = Callable[[Record], str]

_SAMPLES = 500
_SEED = 1
_FRAME_BYTES = 5  # magic byte and schema id, before every value that a registry knows the schema of
_NUMBER_CHARACTERS = 12  # a float in JSON with its comma: what Flink writes of -0.01234567


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Means over sampled records: bytes of a record in and of one out (vector included), characters to embed.

    ``text_characters`` is ``None`` where the INSERT's text cannot be computed.
    """

    source_bytes: float
    sink_bytes: float
    text_characters: float | None


def sample(schema_text: str, insert: str, dimensions: int) -> Flow:
    """Sample the schema of the connector (Avro, annotated) and compute what the INSERT makes of it."""
    generator = RandomGenerator(parse_annotated(schema_text), random.Random(_SEED))  # noqa: S311 - test data
    records = [generator.generate() for _ in range(_SAMPLES)]
    source = [_json_bytes(record) for record in records]
    try:
        text = embedded_text(insert)
        texts = [text(record) for record in records]
    except (SqlTextError, KeyError):
        return Flow(source_bytes=fmean(source), sink_bytes=fmean(source), text_characters=None)
    added = [len(text.encode()) + dimensions * _NUMBER_CHARACTERS for text in texts]
    return Flow(
        source_bytes=fmean(source),
        sink_bytes=fmean(map(sum, zip(source, added, strict=True))),
        text_characters=fmean(map(len, texts)),
    )


def total(flows: Iterable[Flow]) -> Flow:
    """Return what several pipelines of one record each amount to."""
    found = list(flows)
    texts = [flow.text_characters for flow in found if flow.text_characters is not None]
    return Flow(
        source_bytes=sum(flow.source_bytes for flow in found),
        sink_bytes=sum(flow.sink_bytes for flow in found),
        text_characters=sum(texts) if len(texts) == len(found) else None,
    )


def _json_bytes(record: Record) -> int:
    return len(json.dumps(record, separators=(",", ":"), default=float).encode()) + _FRAME_BYTES


def embedded_text(insert: str) -> Text:
    """Return what computes the text that ``ML_PREDICT`` gets from a record; :class:`SqlTextError` if it is beyond us.

    The function raises :class:`KeyError` for a column that a record does not have.
    """
    found = list(tokens(insert))
    calls = [place for place, token in enumerate(found) if token.is_word("ML_PREDICT")]
    if not calls:
        raise SqlTextError("calls no ML_PREDICT")
    comma = next((at for at in range(calls[0], len(found)) if found[at].value == ","), len(found))
    argument = found[comma + 1 : _closing(found, comma + 1)]
    if len(argument) == 1 and argument[0].kind in {"word", "quoted"}:
        argument = _defined_as(found, argument[0].value) or argument
    return _Expression(argument).read()


def _closing(found: Sequence[Token], start: int) -> int:
    depth = 0
    for at in range(start, len(found)):
        if found[at].kind == "symbol":
            depth += {"(": 1, ")": -1}.get(found[at].value, 0)
        if depth < 0:
            return at
    return len(found)


def _defined_as(found: Sequence[Token], name: str) -> list[Token] | None:
    """Return the expression that a SELECT gives ``name`` to; ``None`` if none does."""
    for at in range(1, len(found)):
        if not (found[at - 1].is_word("AS") and found[at].value == name and found[at].kind in {"word", "quoted"}):
            continue
        depth, start = 0, at - 1
        while start > 0:
            token = found[start - 1]
            depth += {")": 1, "(": -1}.get(token.value, 0) if token.kind == "symbol" else 0
            if depth < 0 or (depth == 0 and (token.is_word("SELECT") or (token.kind, token.value) == ("symbol", ","))):
                break
            start -= 1
        return list(found[start : at - 1])
    return None


class _Expression:
    """A text expression, read from the left."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._found, self._at = found, 0

    def read(self) -> Text:
        """Read all of it."""
        text = self._joined()
        if self._at < len(self._found):
            raise SqlTextError(f"has {self._found[self._at].value!r} where the text to embed should end")
        return text

    def _joined(self) -> Text:
        parts = [self._part()]
        while self._accept("|"):
            self._expect("|")
            parts.append(self._part())
        return lambda record: "".join(part(record) for part in parts)

    def _part(self) -> Text:
        token = self._next()
        if token.kind == "string":
            return lambda _: token.value
        if token.kind == "symbol" and token.value == "(":
            inner = self._joined()
            self._expect(")")
            return inner
        if token.kind == "word" and self._accept("("):
            return self._call(token.value.upper())
        if token.kind in {"word", "quoted"}:
            return lambda record: str(record[token.value])
        raise SqlTextError(f"embeds {token.value!r}, which is neither a column nor a text")

    def _call(self, function: str) -> Text:
        if function == "CAST":
            value = self._joined()
            self._at = _closing(self._found, self._at) + 1  # AS STRING
            return value
        arguments = [self._joined()]
        while self._accept(","):
            arguments.append(self._joined())
        self._expect(")")
        if function == "CONCAT":
            return lambda record: "".join(argument(record) for argument in arguments)
        if function == "CONCAT_WS":
            separator, *rest = arguments
            return lambda record: separator(record).join(argument(record) for argument in rest)
        raise SqlTextError(f"embeds the result of {function}")

    def _next(self) -> Token:
        if self._at >= len(self._found):
            raise SqlTextError("ends in the middle of the text to embed")
        self._at += 1
        return self._found[self._at - 1]

    def _accept(self, symbol: str) -> bool:
        here = self._found[self._at] if self._at < len(self._found) else None
        if here is None or (here.kind, here.value) != ("symbol", symbol):
            return False
        self._at += 1
        return True

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise SqlTextError(f"lacks a {symbol} in the text to embed")
