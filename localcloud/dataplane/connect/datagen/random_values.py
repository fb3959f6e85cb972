"""The annotations of :mod:`~localcloud.dataplane.connect.datagen.random_generator`: one function for each."""

from __future__ import annotations

import functools
import math
import re
import re._parser as sre_parser  # type: ignore[import-not-found]  # the parser that rstr uses
import struct
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rstr

from localcloud.dataplane.interface import InvalidError
from localcloud.dataplane.json_text import shown

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    Generate = Callable[[], Any]

_DEFAULT_LENGTH = (8, 16)
_UNBOUNDED = 4096  # repetitions of * and +; the original has no limit and fills the memory
_SAMPLES, _MOST_SAMPLED = 100, 100_000  # strings tried for a length, and characters in all of them
_MOST_TRIED = 1_000_000
_LONGEST_REGEX = 10_000
_MOST_DIGITS = 1000
PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
TYPES = PRIMITIVES | {"record", "enum", "fixed", "array", "map"}
"""Avro's own: any other name refers to a type that is defined elsewhere in the schema."""
BITS = {"int": 32, "long": 64}
LARGEST = {"float": struct.unpack(">f", b"\x7f\x7f\xff\xff")[0], "double": sys.float_info.max}
_ASCII = 128


class _Matching(rstr.Rstr):
    """Strings that match a parsed regular expression, of which ``*`` and ``+`` repeat at most ``longest`` times."""

    def __init__(self, rng: random.Random, longest: int) -> None:
        super().__init__(rng)
        self._longest = longest

    def of(self, pattern: Any) -> str:
        """Return a random string that matches the parsed ``pattern``."""
        found: str = self._build_string(pattern)
        self._cache.clear()
        return found

    def _handle_repeat(self, start_range: int, end_range: int, value: Any) -> str:
        times = self._random.randint(start_range, repetitions(start_range, end_range, self._longest))
        return "".join(self._build_string(value) for _ in range(times))


def repetitions(low: int, high: int, longest: int) -> int:
    """Return the most repetitions of a part of a regular expression in a string of at most ``longest`` characters."""
    return min(high, max(low, longest))


def parsed(regex: str, path: str) -> Any:
    """Return a parsed regular expression; :class:`InvalidError` if it is not valid."""
    if len(regex) > _LONGEST_REGEX:
        raise wrong(path, f"regex has {len(regex)} characters: at most {_LONGEST_REGEX} are allowed")
    try:
        return sre_parser.parse(regex)
    except (ValueError, OverflowError, re.error) as error:
        raise wrong(path, f"regex {shown(regex)} cannot be generated from: {error}") from error
    except RecursionError:
        raise wrong(path, f"regex {shown(regex)} is nested too deeply") from None


def wrong(path: str, complaint: str) -> InvalidError:
    """Return the error for the field at ``path``."""
    return InvalidError(f"field {path}: {complaint}" if path else complaint)


def properties(schema: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Return a type's ``arg.properties``."""
    found = schema.get("arg.properties", {})
    if not isinstance(found, dict):
        raise wrong(path, "arg.properties must be a JSON object")
    return found


def options(schema: Mapping[str, Any], annotations: Mapping[str, Any], path: str) -> list[Any]:
    """Return the values of ``options``, each of the schema's type."""
    for other in ("length", "regex", "iteration", "range"):
        if other in annotations:
            raise wrong(path, f"arg.properties cannot have both options and {other}")
    found = annotations["options"]
    if isinstance(found, dict):
        raise wrong(path, "a managed connector cannot read options from a file: list them")
    if not isinstance(found, list) or not found:
        raise wrong(path, "options must be a list with at least one value")
    return [_option(schema, option, path) for option in found]


def _option(schema: Mapping[str, Any], option: Any, path: str) -> Any:
    kind = schema["type"]
    number = isinstance(option, int | float | Decimal) and not isinstance(option, bool)
    if number and not is_finite(option):
        raise wrong(path, f"{shown(option)} in options is larger than any {kind}")
    if kind in {"bytes", "fixed"} and schema.get("logicalType") == "decimal" and number:
        return _quantized(option, schema)
    if kind in {"bytes", "fixed"} and isinstance(option, str):
        raw = option.encode()
        return (
            _from_unscaled(int.from_bytes(raw, signed=True), schema) if schema.get("logicalType") == "decimal" else raw
        )
    fits = {
        "string": isinstance(option, str),
        "enum": option in schema.get("symbols", ()),
        "boolean": isinstance(option, bool),
        "int": number and is_integer(option, "int"),
        "long": number and is_integer(option, "long"),
        "float": number,
        "double": number,
        "array": isinstance(option, list),
        "map": isinstance(option, dict),
        "record": isinstance(option, dict),
        "null": option is None,
    }
    if not fits.get(kind, False):
        raise wrong(path, f"{shown(option)} in options is no {kind}")
    if kind in {"float", "double"}:
        return float(option)
    return int(option) if kind in {"int", "long"} else _composite(schema, option, path)


def _composite(schema: Mapping[str, Any], option: Any, path: str) -> Any:
    """Return an option that holds others with each of these of its own type."""
    match schema["type"]:
        case "record":
            types = {field["name"]: field["type"] for field in schema["fields"]}
            return {
                name: _within(types.get(name), value, f"{path}.{name}" if path else name)
                for name, value in option.items()
            }
        case "array":
            return [_within(schema["items"], value, f"{path}[]") for value in option]
        case "map":
            return {name: _within(schema["values"], value, f"{path}{{}}") for name, value in option.items()}
        case _:
            return option


def _within(schema: Any, option: Any, path: str) -> Any:
    """Return a value within an option; of a union, or a type that is defined elsewhere, only numbers are made plain."""
    if isinstance(schema, str):
        schema = {"type": schema}
    if isinstance(schema, dict) and isinstance(schema["type"], dict):
        return _within(schema["type"], option, path)
    if isinstance(schema, dict) and schema["type"] in TYPES:
        return _option(schema, option, path)
    return float(option) if isinstance(option, Decimal) else option


def is_finite(number: Any) -> bool:
    """Whether a number fits into a ``double``, without expanding it: ``1e999999999`` would have a billion digits."""
    return bool(Decimal(number).copy_abs() <= LARGEST["double"])


def is_integer(number: Any, kind: str) -> bool:
    """Whether a number is an integer that fits into ``int`` or ``long``, without expanding its digits."""
    bound = 2 ** (BITS[kind] - 1)
    return bool(-bound <= number < bound) and number == int(number)


def scalar(schema: Mapping[str, Any], annotations: Mapping[str, Any], rng: random.Random, path: str) -> Generate:
    """Return a generator of a scalar type."""
    match schema["type"]:
        case "bytes" | "fixed" if schema.get("logicalType") == "decimal":
            generate = decimal(schema, annotations, rng, path)
        case "int" | "long" | "float" | "double" as kind:
            generate = number(kind, annotations, rng, path)
        case "string":
            generate = string(annotations, rng, path)
        case "enum":
            generate = functools.partial(rng.choice, schema["symbols"])
        case "fixed":
            generate = functools.partial(rng.randbytes, schema["size"])
        case "bytes":
            bounds = length(annotations, path)
            generate = lambda: rng.randbytes(rng.randrange(*bounds))  # noqa: E731 - reads as the lines above
        case "boolean":
            probability = odds(annotations, path)
            generate = lambda: rng.random() < probability  # noqa: E731
        case _:
            generate = lambda: None  # noqa: E731
    return generate


def number(kind: str, annotations: Mapping[str, Any], rng: random.Random, path: str) -> Generate:
    """Return a generator of ``int``, ``long``, ``float`` or ``double`` within ``range``."""
    integral = kind in BITS
    if "range" not in annotations:
        if integral:
            return lambda: rng.getrandbits(BITS[kind]) - 2 ** (BITS[kind] - 1)
        return rng.random
    bound = 2 ** (BITS[kind] - 1) if integral else LARGEST[kind]
    low, high = _range(annotations, path, -bound, bound - 1 if integral else bound, integral=integral)
    if integral:
        return lambda: rng.randrange(int(low), int(high))
    lowest, span = float(low), float(high) - float(low)
    # Rounding can lead up to the exclusive maximum.
    return lambda: min(lowest + rng.random() * span, math.nextafter(float(high), -math.inf))


def decimal(schema: Mapping[str, Any], annotations: Mapping[str, Any], rng: random.Random, path: str) -> Generate:
    """Return a generator of decimals with the schema's precision and scale, within ``range``."""
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if not isinstance(precision, int) or not isinstance(scale, int) or not 0 <= scale <= precision or precision < 1:
        raise wrong(path, "a decimal needs a precision of 1 or more and a scale from 0 to that precision")
    if precision > _MOST_DIGITS:
        raise wrong(path, f"precision is {precision}: at most {_MOST_DIGITS} digits are allowed")
    largest = 10**precision - 1
    low, high = -largest, largest + 1
    if "range" in annotations:
        limit = Decimal(largest + 1).scaleb(-scale)
        given_low, given_high = _range(annotations, path, -limit, limit, integral=False)
        if given_low < -limit or given_high > limit:
            raise wrong(path, f"range exceeds what decimal({precision},{scale}) can hold")
        low = max(low, math.ceil(Decimal(given_low).scaleb(scale)))
        high = min(high, math.ceil(Decimal(given_high).scaleb(scale)))
    if low >= high:
        raise wrong(path, f"range holds no decimal with {scale} places")
    return lambda: Decimal(rng.randrange(low, high)).scaleb(-scale)


def string(annotations: Mapping[str, Any], rng: random.Random, path: str) -> Generate:
    """Return a generator of strings: ``regex``, ``length``, ``prefix``, ``suffix``."""
    for affix in ("prefix", "suffix"):
        if not isinstance(annotations.get(affix, ""), str):
            raise wrong(path, f"{affix} must be a string")
    shortest, longest = length(annotations, path)
    if "regex" not in annotations:
        return lambda: affixed(
            "".join(chr(rng.randrange(_ASCII)) for _ in range(rng.randrange(shortest, longest))), annotations
        )
    match = _matching(annotations["regex"], (shortest, longest), rng, path)
    return lambda: affixed(match(), annotations)


def _matching(regex: Any, bounds: tuple[int, int], rng: random.Random, path: str) -> Callable[[], str]:
    """Return a generator of strings that match ``regex``, with a length within the bounds if the pattern has such."""
    if not isinstance(regex, str):
        raise wrong(path, "regex must be a string")
    shortest, longest = bounds
    pattern, matching = parsed(regex, path), _Matching(rng, longest - 1)

    def fits(text: str) -> bool:
        return shortest <= len(text) < longest

    try:
        sampled, bounded = 0, False
        for _ in range(_SAMPLES):
            sample = matching.of(pattern)
            # If the pattern has no string of that length, the length is ignored, as in the original.
            bounded = bounded or fits(sample)
            sampled += len(sample)
            if bounded or sampled > _MOST_SAMPLED:
                break
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise wrong(path, f"regex {shown(regex)} cannot be generated from: {error}") from error

    def generate() -> str:
        found = matching.of(pattern)
        tried = len(found)
        while bounded and not fits(found) and tried < _MOST_TRIED:
            found = matching.of(pattern)
            tried += 1 + len(found)
        return found

    return generate


def length(annotations: Mapping[str, Any], path: str) -> tuple[int, int]:
    """Return ``length`` as (inclusive minimum, exclusive maximum)."""
    given = annotations.get("length")
    if given is None:
        return _DEFAULT_LENGTH
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given, given + 1
    if not isinstance(given, dict) or not {"min", "max"} & given.keys():
        raise wrong(path, "length must be a number, 0 or more, or a JSON object with min, max or both")
    low = exact(given, "min", "length", path, integral=True, default=0)
    high = exact(given, "max", "length", path, integral=True, default=max(_UNBOUNDED, low + 1))
    if not 0 <= low < high:
        raise wrong(path, f"length.min must be 0 or more and less than length.max, not {low} and {high}")
    return low, high


def odds(annotations: Mapping[str, Any], path: str) -> float:
    """Return the probability of ``true``."""
    given = annotations.get("odds", 0.5)
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal) or not 0 <= given <= 1:
        raise wrong(path, "odds must be a number from 0.0 to 1.0")
    return float(given)


def affixed(text: str, annotations: Mapping[str, Any]) -> str:
    """Return ``text`` between ``prefix`` and ``suffix``."""
    return f"{annotations.get('prefix', '')}{text}{annotations.get('suffix', '')}"


def _range(annotations: Mapping[str, Any], path: str, lowest: Any, highest: Any, *, integral: bool) -> tuple[Any, Any]:
    given = annotations["range"]
    if not isinstance(given, dict) or not {"min", "max"} & given.keys():
        raise wrong(path, "range must be a JSON object with min, max or both")
    low = exact(given, "min", "range", path, integral=integral, default=lowest)
    high = exact(given, "max", "range", path, integral=integral, default=highest)
    if low >= high:
        raise wrong(path, f"range.min must be less than range.max, not {low} and {high}")
    if integral and (low < lowest or high > highest):
        raise wrong(path, "range exceeds what the type can hold")
    return low, high


_REQUIRED = object()


def exact(
    given: Mapping[str, Any], name: str, annotation: str, path: str, *, integral: bool, default: Any = _REQUIRED
) -> Any:
    """Return one number of an annotation, as an ``int`` or, exactly as it was written, a ``Decimal``."""
    value = given.get(name, default)
    if value is default and default is not _REQUIRED:
        return default
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or (integral and not isinstance(value, int)):
        raise wrong(path, f"{annotation}.{name} must be {'an integer' if integral else 'a number'}, not {shown(value)}")
    if not integral and not is_finite(value):
        raise wrong(path, f"{annotation}.{name} is larger than any number of a schema")
    return value if integral else Decimal(value)


def _quantized(value: Any, schema: Mapping[str, Any]) -> Decimal:
    scale: int = schema.get("scale", 0)
    return Decimal(value).quantize(Decimal(1).scaleb(-scale))


def _from_unscaled(unscaled: int, schema: Mapping[str, Any]) -> Decimal:
    scale: int = schema.get("scale", 0)
    return Decimal(unscaled).scaleb(-scale)
