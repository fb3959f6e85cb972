"""Rows for people (a table) and for programs (one JSON object a line)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDEST_COLUMN = 120
_NUMBERS_SHOWN = 4


def jsonable(value: Any) -> Any:
    """Convert a value of the driver to JSON types: decimals and times to text, bytes to base64, rows to objects."""
    fields = value._asdict() if isinstance(value, tuple) and hasattr(value, "_asdict") else value
    if isinstance(fields, dict):
        return {str(key): jsonable(item) for key, item in fields.items()}
    if isinstance(fields, list | tuple):
        return [jsonable(item) for item in fields]
    return value if value is None or isinstance(value, str | int | float | bool) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def cell(value: Any) -> str:
    """Return a value as one line for the user; a vector is cut to its first numbers and the count of dimensions."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:.6g}"
    if _is_vector(value):
        return _short_vector(value)
    shown = value if isinstance(value, str) else json.dumps(jsonable(value), ensure_ascii=False)
    line = " ".join(shown.split("\n"))
    return line if len(line) <= _WIDEST_COLUMN else f"{line[: _WIDEST_COLUMN - 3]}..."


def shortened(value: Any) -> Any:
    """Return a JSON value in which each vector is a text with its first numbers and the count of dimensions."""
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return _short_vector(value) if _is_vector(value) else [shortened(item) for item in value]
    return value


def _is_vector(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) > _NUMBERS_SHOWN and all(isinstance(number, float) for number in value)
    )


def _short_vector(vector: list[float]) -> str:
    first = ", ".join(f"{number:.4f}" for number in vector[:_NUMBERS_SHOWN])
    return f"[{first}, ... {len(vector)} dimensions]"


@dataclass
class JsonLines:
    """One JSON object a row."""

    stream: TextIO

    def rows(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Print a page."""
        for row in rows:
            named = {name: jsonable(value) for name, value in zip(columns, row, strict=True)}
            self.stream.write(json.dumps(named, ensure_ascii=False) + "\n")
        self.stream.flush()

    def end(self, columns: Sequence[str]) -> None:
        """Do nothing: all rows are printed already."""


@dataclass
class Table:
    """A table printed page by page; the first page sets the widths, since later ones are not known yet."""

    stream: TextIO
    _widths: list[int] = field(default_factory=list)

    def rows(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Print a page of rows; the first one with a header."""
        cells = [[cell(value) for value in row] for row in rows]
        if not self._widths:
            self._widths = [max(map(len, values)) for values in zip(columns, *cells, strict=True)]
            self._line(columns)
            self._line(["-" * width for width in self._widths])
        for row in cells:
            self._line(row)
        self.stream.flush()

    def end(self, columns: Sequence[str]) -> None:
        """Print the header if there were no rows."""
        if not self._widths:
            self.rows(columns, [])

    def _line(self, cells: Sequence[str]) -> None:
        padded = [text.ljust(width) for text, width in zip(cells, self._widths, strict=True)]
        self.stream.write("  ".join(padded).rstrip() + "\n")
