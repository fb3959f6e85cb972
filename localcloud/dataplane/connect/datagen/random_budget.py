"""The size of the largest record that an annotated schema can generate, computed before the first one is generated.

Every way in which a short schema can demand much work (lengths, nested arrays, repetitions in a regular expression,
named types that use one another twice) makes records larger. So one limit on their size bounds time and memory, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.dataplane.connect.datagen import random_values as values

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_RECORD = 1_000_000
"""Bytes: librdkafka's ``message.max.bytes``."""
_WIDEST = 32
"""Bytes assumed for a value without a length: more than any number has digits."""


def check(schema: Any) -> None:
    """Raise :class:`InvalidError`, naming the field, if a record can be larger than :data:`LARGEST_RECORD`."""
    _Budget().size(schema, "")


class _Budget:
    """Computes sizes, in characters or bytes; at least 1 for every value, so that each costs something."""

    def __init__(self) -> None:
        self._named: dict[str, int] = {}

    def size(self, schema: Any, path: str) -> int:
        """Return the size of the largest value of ``schema``."""
        if isinstance(schema, list):
            return max((self.size(branch, path) for branch in schema), default=1)
        if isinstance(schema, str):
            return self._named.get(schema) or self._within(_scalar(schema, {"type": schema}, path), path)
        if not isinstance(schema["type"], str):
            return self.size(schema["type"], path)
        found = self._within(self._of(schema, path), path)
        if "name" in schema:
            name, namespace = schema["name"], schema.get("namespace")
            self._named[name] = self._named[f"{namespace}.{name}"] = found
        return found

    def _of(self, schema: Mapping[str, Any], path: str) -> int:
        annotations = values.properties(schema, path)
        match schema["type"]:
            case "record":
                size = 2 + sum(self._field(one, path) for one in schema["fields"])
            case "array":
                size = 2 + _most(annotations, path) * (1 + self.size(schema["items"], f"{path}[]"))
            case "map":
                keys = annotations.get("keys", {"length": 1})
                key = _text(keys, f"{path} (keys)") if isinstance(keys, dict) else 1
                size = 2 + _most(annotations, path) * (4 + key + self.size(schema["values"], f"{path}{{}}"))
            case kind:
                size = self._named.get(kind) or _scalar(kind, schema, path)
        return max(size, _longest_option(annotations))

    def _field(self, field: Mapping[str, Any], path: str) -> int:
        inner = f"{path}.{field['name']}" if path else field["name"]
        return 4 + len(field["name"]) + self.size(field["type"], inner)

    @staticmethod
    def _within(size: int, path: str) -> int:
        if size > LARGEST_RECORD:
            raise values.wrong(
                path,
                f"a value can have {size if size < 10**15 else 'more than 10^15'} bytes, but a record has at most"
                f" {LARGEST_RECORD}: lower the lengths, sizes and repetitions in it",
            )
        return size


def _most(annotations: Mapping[str, Any], path: str) -> int:
    """Return the largest number of items; at least 1, since the item's type is compiled even if none is generated."""
    return max(1, values.length(annotations, path)[1] - 1)


def _scalar(kind: str, schema: Mapping[str, Any], path: str) -> int:
    annotations = values.properties(schema, path)
    match kind:
        case "string":
            return _text(annotations, path)
        case "bytes" if schema.get("logicalType") != "decimal":
            return _most(annotations, path)
        case "fixed":
            return max(1, int(schema["size"]))
        case "enum":
            return max((len(str(symbol)) for symbol in schema["symbols"]), default=1)
        case _:
            return _WIDEST


def _text(annotations: Mapping[str, Any], path: str) -> int:
    longest = _most(annotations, path)
    affixes = sum(len(str(annotations.get(affix, ""))) for affix in ("prefix", "suffix"))
    size = _WIDEST if "iteration" in annotations else longest
    if isinstance(annotations.get("regex"), str):
        size = _Pattern(longest).size(values.parsed(annotations["regex"], path))
    return affixes + max(1, size, _longest_option(annotations))


def _longest_option(annotations: Mapping[str, Any]) -> int:
    options = annotations.get("options", ())
    return max((len(str(option)) for option in options), default=0) if isinstance(options, list) else 0


class _Pattern:
    """Computes the length of the longest string that a parsed regular expression generates."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._groups: dict[int, int] = {}

    def size(self, parsed: Any) -> int:
        return sum(self._state(opcode.name, value) for opcode, value in parsed)

    def _state(self, opcode: str, value: Any) -> int:  # noqa: PLR0911 - one per opcode
        match opcode:
            case "AT" | "ASSERT_NOT":
                return 0
            case "MAX_REPEAT" | "MIN_REPEAT":
                low, high, inner = value
                return values.repetitions(low, high, self._longest) * max(1, self.size(inner))
            case "SUBPATTERN":
                size = self._groups[value[0]] = self.size(value[-1])
                return size
            case "BRANCH":
                return max(self.size(branch) for branch in value[1])
            case "ASSERT":
                return self.size(value[1])
            case "GROUPREF":
                return self._groups.get(value, 1)
            case "IN":  # rstr lists all candidates for a character each time
                return 1 + int(sum(high - low for _, (low, high) in _ranges(value))) // 100
            case _:
                return 1


def _ranges(value: Any) -> Any:
    return [(opcode, bounds) for opcode, bounds in value if opcode.name == "RANGE"]
