"""The templates of Datagen's setting ``quickstart``: an annotated Avro schema and a key field for each name.

They are written in ``quickstarts.yaml``. A field there is a type, or a mapping of Avro's own attributes and of
annotations for the Avro Random Generator. ``rows`` are whole records, of which each generated one is a copy.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FILE = Path(__file__).with_name("quickstarts.yaml")
_AVROS_OWN = {"type", "name", "logicalType", "precision", "scale"}


class Quickstart(NamedTuple):
    """What a name stands for: the schema as a person would write it into ``schema.string``, and ``schema.keyfield``."""

    schema: Mapping[str, Any]
    key_field: str


@cache
def _templates() -> Mapping[str, Any]:
    import yaml  # noqa: PLC0415 - only a connector with a quickstart needs it: the cloud starts without

    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded


def names() -> Sequence[str]:
    """Return the names of all templates."""
    return list(_templates())


def quickstart(name: str) -> Quickstart | None:
    """Return the template of that name, in capitals or not; ``None`` if there is none."""
    template = _templates().get(name.upper())
    if template is None:
        return None
    namespace, _, record = template["record"].rpartition(".")
    schema = {"type": "record", "namespace": namespace, "name": record, "fields": _fields(template["fields"])}
    if rows := template.get("rows"):
        options = [dict(zip(template["fields"], row, strict=True)) for row in rows]
        schema["arg.properties"] = {"options": options}
    return Quickstart(schema, template["key"])


def _fields(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "type": _type(written)} for name, written in fields.items()]


def _type(written: Any) -> Any:
    if isinstance(written, str):
        return written
    schema = {key: value for key, value in written.items() if key in _AVROS_OWN}
    annotations = {key: value for key, value in written.items() if key not in _AVROS_OWN}
    match schema["type"]:
        case "record":
            schema["fields"] = _fields(annotations.pop("fields"))
        case "array":
            schema["items"] = _type(annotations.pop("items"))
        case "map":
            schema["values"] = _type(annotations.pop("values"))
    return {**schema, "arg.properties": annotations} if annotations else schema
