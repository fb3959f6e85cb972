"""Random records of an Avro schema with the annotations of Confluent's Avro Random Generator (``arg.properties``).

Annotations stand inside a *type* (``{"type": "int", "arg.properties": {...}}``), where that generator reads them.
Ranges and lengths have an inclusive minimum and an exclusive maximum.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from localcloud.dataplane import json_text
from localcloud.dataplane.connect.datagen import random_values as values
from localcloud.dataplane.connect.datagen.random_iteration import iteration

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    Generate = Callable[[], Any]


class RandomGenerator:
    """Generates values of a schema; the same ``rng`` state gives the same values.

    ``generation`` is the number of values generated before (by an earlier process): iterations continue from there. A
    value is a dict for a record, a :class:`~decimal.Decimal` for the logical type decimal, else what JSON has or bytes.
    """

    def __init__(self, schema: Any, rng: random.Random, generation: int = 0) -> None:
        """Check every annotation; :class:`InvalidError` names the field of a wrong one."""
        self._rng, self._generation = rng, generation
        self._named: dict[str, Generate] = {}
        self._root = self._compile(schema, "", {})

    def generate(self) -> Any:
        """Return the next value."""
        return self._root()

    def _compile(self, schema: Any, path: str, field: Mapping[str, Any]) -> Generate:
        """Return the generator of ``schema``; ``field`` has the annotations of the field around it (for a union)."""
        if isinstance(schema, list):
            return self._union(schema, path, field)
        if isinstance(schema, str):
            if schema not in values.PRIMITIVES:
                return self._reference(schema, path)
            schema = {"type": schema}
        kind = schema["type"]
        if not isinstance(kind, str):
            return self._compile(kind, path, field)  # {"type": {"type": "int", ...}}
        if kind not in values.TYPES:
            return self._reference(kind, path)
        properties = values.properties(schema, path)
        generate = self._annotated(schema, properties, path)
        if "name" in schema:
            self._named[schema["name"]] = self._named[_full_name(schema)] = generate
        return generate

    def _annotated(self, schema: Mapping[str, Any], properties: Mapping[str, Any], path: str) -> Generate:
        if "options" in properties:
            options = values.options(schema, properties, path)
            return lambda: self._rng.choice(options)
        if "iteration" in properties:
            return iteration(schema, properties, self._generation, path)
        match schema["type"]:
            case "record":
                return self._record(schema, path)
            case "array":
                return self._array(schema, properties, path)
            case "map":
                return self._map(schema, properties, path)
            case _:
                return values.scalar(schema, properties, self._rng, path)

    def _record(self, schema: Mapping[str, Any], path: str) -> Generate:
        fields: dict[str, Generate] = {}

        def generate() -> dict[str, Any]:
            return {name: value() for name, value in fields.items()}

        self._named[schema["name"]] = self._named[_full_name(schema)] = generate  # a field may refer to it
        for field in schema["fields"]:
            inner = f"{path}.{field['name']}" if path else field["name"]
            fields[field["name"]] = self._compile(field["type"], inner, field.get("arg.properties") or {})
        return generate

    def _array(self, schema: Mapping[str, Any], properties: Mapping[str, Any], path: str) -> Generate:
        item, length = self._compile(schema["items"], f"{path}[]", {}), values.length(properties, path)
        return lambda: [item() for _ in range(self._rng.randrange(*length))]

    def _map(self, schema: Mapping[str, Any], properties: Mapping[str, Any], path: str) -> Generate:
        rng, length = self._rng, values.length(properties, path)
        value = self._compile(schema["values"], f"{path}{{}}", {})
        keys = properties.get("keys", {"length": 1})
        key_path = f"{path} (keys)"
        if not isinstance(keys, dict):
            raise values.wrong(key_path, "arg.properties.keys must be a JSON object")
        if "options" in keys:
            options = values.options({"type": "string"}, keys, key_path)
            return lambda: {rng.choice(options): value() for _ in range(rng.randrange(*length))}
        key = values.string(keys, rng, key_path)
        return lambda: {key(): value() for _ in range(rng.randrange(*length))}

    def _union(self, branches: list[Any], path: str, field: Mapping[str, Any]) -> Generate:
        generators = [self._compile(branch, path, {}) for branch in branches]
        position = field.get("position")
        if position is None:
            return lambda: self._rng.choice(generators)()  # noqa: PLW0108 - another choice each time
        if not isinstance(position, int) or not 0 <= position < len(branches):
            raise values.wrong(path, f"position must be one of the union's branches, 0 to {len(branches) - 1}")
        return generators[position]

    def _reference(self, name: str, path: str) -> Generate:
        if name not in self._named:
            raise values.wrong(path, f"the type {name} is not defined before it is used")
        named = self._named
        return lambda: named[name]()  # noqa: PLW0108 - looked up late: a record may contain itself


def parse_annotated(text: str) -> Any:
    """Return the schema that ``text`` holds, with decimals as :class:`~decimal.Decimal` so that bounds stay exact."""
    return json_text.parse(text, "it", parse_float=Decimal)


def _full_name(schema: Mapping[str, Any]) -> str:
    name: str = schema["name"]
    namespace = schema.get("namespace")
    return f"{namespace}.{name}" if namespace and "." not in name else name
