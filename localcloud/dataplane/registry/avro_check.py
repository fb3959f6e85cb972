"""Whether a JSON value is an Avro schema, by the rules of Avro's own parser, and in a sentence if it is not.

What the parser ignores is ignored: unknown attributes, and logical types that do not fit.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.interface import InvalidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
_ORDERS = frozenset({"ascending", "descending", "ignore"})
_SHOWN = 60
"""Characters of a value in a sentence."""
_INTEGERS = {"int": 2**31, "long": 2**63}
_AN = {"items": "an item", "values": "a value"}
_HOW = "write the name of a type, a union (a list of types), or an object with 'type'"


def require_avro(parsed: Any, referenced: Iterable[Any] = ()) -> None:
    """Raise :class:`InvalidError` unless it is an Avro schema; it may use the names of the ``referenced`` ones."""
    check = _Check()
    for schema in referenced:
        check.type(schema, "a schema that this one refers to", "")
    check.type(parsed, "the schema", "")


class _Check:
    """Walks a schema; knows the named types that it has met, by full name."""

    def __init__(self) -> None:
        self._named: dict[str, dict[str, Any]] = {}
        self._complex: dict[str, Callable[[dict[str, Any], str, str], None]] = {
            "record": self._record,
            "error": self._record,
            "enum": self._enum,
            "fixed": self._fixed,
            "array": lambda schema, holder, space: self._part(schema, "items", holder, space),
            "map": lambda schema, holder, space: self._part(schema, "values", holder, space),
        }

    def type(self, schema: Any, holder: str, space: str) -> None:
        """``holder`` begins a sentence about the schema, ``space`` is the namespace that it is in."""
        if isinstance(schema, str):
            if schema not in _PRIMITIVES and self._find(schema, space) is None:
                raise _invalid(f"{holder} has the type '{schema}', which is neither Avro's own nor defined before")
        elif isinstance(schema, list):
            self._union(schema, holder, space)
        elif isinstance(schema, dict):
            self._object(schema, holder, space)
        else:
            raise _invalid(f"{holder} is {_shown(schema)}: {_HOW}")

    def _object(self, schema: dict[str, Any], holder: str, space: str) -> None:
        kind = schema.get("type")
        if kind is None:
            raise _invalid(f"{holder} is an object without 'type': {_HOW}")
        if not isinstance(kind, str):
            raise _invalid(f"{holder} has the 'type' {_shown(kind)}: within an object it must be the name of a type")
        if kind in self._complex:
            self._complex[kind](schema, holder, space)
        else:
            self.type(kind, holder, space)

    def _union(self, branches: list[Any], holder: str, space: str) -> None:
        seen: set[str] = set()
        for branch in branches:
            if isinstance(branch, list):
                raise _invalid(f"{holder} has a union within a union: write one list")
            self.type(branch, f"a branch of the union of {holder}" if holder != "the schema" else "a branch", space)
            key = self._key(branch, space)
            if key in seen:
                raise _invalid(f"{holder} has '{key}' twice in a union")
            seen.add(key)

    def _key(self, branch: Any, space: str) -> str:
        """What tells branches apart: full names, else the types themselves."""
        kind = branch.get("type") if isinstance(branch, dict) else branch
        if isinstance(branch, dict) and "name" in branch and kind in {"record", "error", "enum", "fixed"}:
            return _full_name(branch["name"], branch.get("namespace", space))
        return str(kind) if kind in _PRIMITIVES | {"array", "map"} else self._find(str(kind), space) or str(kind)

    def _record(self, schema: dict[str, Any], holder: str, space: str) -> None:
        name, inner = self._name(schema, holder, space)
        fields = schema.get("fields")
        if not isinstance(fields, list):
            raise _invalid(f"the record '{name}' needs 'fields', a list of fields")
        seen: set[str] = set()
        for field in fields:
            self._field(field, name, inner, seen)

    def _field(self, field: Any, record: str, space: str, seen: set[str]) -> None:
        if not isinstance(field, dict):
            raise _invalid(
                f"the record '{record}' has the field {_shown(field)}: write an object with 'name' and 'type'"
            )
        name = field.get("name")
        if not isinstance(name, str) or not _is_name(name):
            raise _invalid(f"the record '{record}' has a field with {_bad_name(name)}")
        if name in seen:
            raise _invalid(f"the record '{record}' has the field '{name}' twice")
        seen.add(name)
        holder = f"the field '{name}' of '{record}'"
        if "type" not in field:
            raise _invalid(f"{holder} needs a 'type'")
        self.type(field["type"], holder, space)
        _require_names(field.get("aliases", []), f"the aliases of {holder}")
        if field.get("order", "ascending") not in _ORDERS:
            raise _invalid(f"{holder} has the order {_shown(field['order'])}: use ascending, descending or ignore")
        if "default" in field and not self._fits(field["default"], field["type"], space):
            raise _invalid(f"{holder} has the default {_shown(field['default'])}, which is no value of its type")

    def _enum(self, schema: dict[str, Any], holder: str, space: str) -> None:
        name, _ = self._name(schema, holder, space)
        symbols = schema.get("symbols")
        _require_names(symbols, f"the symbols of the enum '{name}'")
        if len(set(symbols or [])) != len(symbols or []):
            raise _invalid(f"the enum '{name}' has a symbol twice")
        if "default" in schema and schema["default"] not in (symbols or []):
            raise _invalid(
                f"the enum '{name}' has the default {_shown(schema['default'])}, which is none of its symbols"
            )

    def _fixed(self, schema: dict[str, Any], holder: str, space: str) -> None:
        name, _ = self._name(schema, holder, space)
        size = schema.get("size")
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < _INTEGERS["int"]:
            raise _invalid(f"the fixed type '{name}' needs a 'size', a number of bytes")

    def _part(self, schema: dict[str, Any], part: str, holder: str, space: str) -> None:
        if part not in schema:
            raise _invalid(
                f"{holder} is an object of type '{schema['type']}' and needs '{part}', the type of its {part}"
            )
        self.type(schema[part], f"{_AN[part]} of {holder}", space)

    def _name(self, schema: dict[str, Any], holder: str, space: str) -> tuple[str, str]:
        """Return the full name that a schema defines, and the namespace of what is in it."""
        name, space = schema.get("name"), schema.get("namespace", space)
        if not isinstance(space, str):
            raise _invalid(f"{holder} has the namespace {_shown(space)}: write a text")
        if not isinstance(name, str) or not _is_name(name.rpartition(".")[2]):
            raise _invalid(f"{holder} is of type '{schema['type']}' with {_bad_name(name)}")
        full = _full_name(name, space)
        if full in self._named or full in _PRIMITIVES:
            raise _invalid(f"the type '{full}' is defined twice")
        self._named[full] = schema
        _require_names(_simple(schema.get("aliases", [])), f"the aliases of '{full}'")
        return full, full.rpartition(".")[0]

    def _find(self, name: str, space: str) -> str | None:
        return next((full for full in (_full_name(name, space), name) if full in self._named), None)

    def _fits(self, value: Any, schema: Any, space: str) -> bool:  # noqa: PLR0911 - one line a kind of type
        if isinstance(schema, list):
            return any(self._fits(value, branch, space) for branch in schema)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind in _PRIMITIVES:
            return _is_value(value, kind)
        if kind == "array":
            return isinstance(value, list) and all(self._fits(one, schema["items"], space) for one in value)
        if kind == "map":
            return isinstance(value, dict) and all(self._fits(one, schema["values"], space) for one in value.values())
        if kind in {"enum", "fixed"}:
            return isinstance(value, str)
        if kind in {"record", "error"}:
            inner = _full_name(schema["name"], schema.get("namespace", space)).rpartition(".")[0]
            return isinstance(value, dict) and all(
                "default" in field
                or (field["name"] in value and self._fits(value[field["name"]], field["type"], inner))
                for field in schema["fields"]
            )
        found = self._find(kind, space)
        return found is not None and self._fits(value, self._named[found], found.rpartition(".")[0])


def _is_value(value: Any, primitive: str) -> bool:
    if primitive == "null":
        return value is None
    if primitive == "boolean":
        return isinstance(value, bool)
    if primitive in {"bytes", "string"}:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    limit = _INTEGERS.get(primitive)
    return limit is None or (isinstance(value, int) and -limit <= value < limit)


def _full_name(name: Any, space: Any) -> str:
    return name if "." in name or not space else f"{space}.{name}"


def _is_name(name: str) -> bool:
    return name.replace("_", "a").isalnum() and not name[0].isnumeric()


def _simple(names: Any) -> Any:
    """Return names without their namespaces; anything else as it is."""
    if not isinstance(names, list):
        return names
    return [name.rpartition(".")[2] if isinstance(name, str) else name for name in names]


def _require_names(names: Any, holder: str) -> None:
    if not isinstance(names, list):
        raise _invalid(f"{holder} are {_shown(names)}: write a list of names")
    for name in names:
        if not isinstance(name, str) or not _is_name(name):
            raise _invalid(f"{holder} have {_bad_name(name)}")


def _bad_name(name: Any) -> str:
    if name is None:
        return "no name"
    return f"the name {_shown(name)}: a name has letters, digits and _, and does not begin with a digit"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _invalid(what: str) -> InvalidError:
    return InvalidError(f"The Avro schema is not valid: {what}.")
