"""Describes the inputs of a resource: their types, their checks, and whether a change to one replaces the object."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from offline.plugins.wire import UNKNOWN, Secret, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "map": (dict,),
    "block": (dict,),
    "list": (list,),
}


@dataclass(frozen=True)
class Field:
    """One input property.

    ``replace``: a change replaces the object. ``server_default``: the server sets the property if the program leaves it
    out, so that removing it later is no change either. ``write_only``: no response has the property. ``same``: whether
    two values differ in spelling only. Checks: ``choices``, ``pattern`` (with ``hint``, what to write instead) and
    ``test`` (returns what is wrong, or ``None``).
    """

    kind: str = "string"
    required: bool = False
    replace: bool = False
    server_default: bool = False
    secret: bool = False
    write_only: bool = False
    default: Any = None
    choices: tuple[Any, ...] = ()
    pattern: str = ""
    hint: str = ""
    test: Callable[[Any], str | None] | None = None
    same: Callable[[Any, Any], bool] | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Why an input is refused: its property path and one sentence.

    The engine prints the value at the path: so the path of a secret is empty.
    """

    path: str
    reason: str


def reference(
    *, required: bool = False, replace: bool = False, server_default: bool = False, pattern: str = ""
) -> Field:
    """Return the field for a block that names another object by its ``id``."""
    hint = f"an id such as {pattern.strip('^')}abc123" if pattern else ""
    identity = Field(required=True, replace=replace, pattern=pattern, hint=hint)
    return Field("block", required=required, replace=replace, server_default=server_default, fields={"id": identity})


def credentials() -> Field:
    """Return the field for a block of an API key and its secret, which no reply carries."""
    key = Field(required=True, secret=True)
    return Field("block", write_only=True, fields={"key": key, "secret": key})


def join(path: str, key: str) -> str:
    """Return the property path of ``key`` inside ``path``, in the engine's notation."""
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def check(values: Mapping[str, Any], fields: Mapping[str, Field], path: str = "") -> Iterator[Failure]:
    """Yield a failure for each invalid value; values that are unknown in a preview count as valid."""
    for key in values:
        if key not in fields and not key.startswith("__"):
            close = difflib.get_close_matches(key, fields, n=1)
            known = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(fields))}"
            yield Failure(join(path, key), f"there is no property {key!r}; {known}")
    for key, spec in fields.items():
        place = join(path, key)
        if (value := values.get(key)) is None:
            if spec.required:
                yield Failure(place, f"{key!r} is missing")
        elif value is not UNKNOWN:
            yield from _check_value(value, spec, place)


def _check_value(value: Any, spec: Field, path: str) -> Iterator[Failure]:
    name = path.rsplit(".", 1)[-1]
    if not _is_a(spec.kind, value):
        article = "an" if spec.kind == "integer" else "a"
        yield Failure("" if spec.secret else path, f"{name!r} must be {article} {spec.kind}{_shown(value, spec)}")
    elif spec.kind == "block":
        yield from check(value, spec.fields, path)
    elif spec.kind == "map":
        for key, inner in value.items():
            if inner is not UNKNOWN and not isinstance(inner, str):
                yield Failure("" if spec.secret else join(path, key), f"{key!r} in {name!r} must be a string")
    elif wrong := _wrong(value, spec, name):
        yield Failure("" if spec.secret else path, wrong)


def _is_a(kind: str, value: Any) -> bool:
    return isinstance(value, _KINDS[kind]) and not (kind == "integer" and isinstance(value, bool))


def _wrong(value: Any, spec: Field, name: str) -> str | None:
    if spec.required and value == "":
        return f"{name!r} is empty"
    if spec.choices and value not in spec.choices:
        return f"{name!r} must be one of {', '.join(str(choice) for choice in spec.choices)}{_shown(value, spec)}"
    if spec.pattern and not re.search(spec.pattern, value):
        return f"{name!r} must be {spec.hint}{_shown(value, spec)}"
    return spec.test(value) if spec.test else None


def _shown(value: Any, spec: Field) -> str:
    return "" if spec.secret else f", not {value!r}"


def with_defaults(values: Values, fields: Mapping[str, Field]) -> Values:
    """Return ``values`` with the default of each property that the program left out.

    A default that is false, 0 or empty is none of the inputs, as with Pulumi's bridge to Terraform's providers: it is
    an output alone (:func:`falsy_defaults`).
    """
    defaults = {key: spec.default for key, spec in fields.items() if spec.default}
    return {**defaults, **values}


def falsy_defaults(fields: Mapping[str, Field]) -> Values:
    """Return the false, 0 and empty defaults, which are outputs of an object whose inputs leave them out."""
    return {key: spec.default for key, spec in fields.items() if spec.default is not None and not spec.default}


def with_secrets(values: Mapping[str, Any], fields: Mapping[str, Field]) -> Values:
    """Return ``values`` with the values of secret fields wrapped in :class:`Secret`, at any depth."""
    marked: Values = {}
    for key, value in values.items():
        spec = fields.get(key)
        if spec is None or value is None or isinstance(value, Secret):
            marked[key] = value
        elif spec.secret:
            marked[key] = Secret(value)
        elif spec.fields and isinstance(value, dict):
            marked[key] = with_secrets(value, spec.fields)
        else:
            marked[key] = value
    return marked
