"""Single message transforms of a sink: those of Apache Kafka, which the worker applies itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from localcloud.control.connect.settings import missing

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TRANSFORMS = 20
_PACKAGE = "org.apache.kafka.connect.transforms"
_OF_KEY_OR_VALUE = (
    "Cast",
    "ExtractField",
    "Flatten",
    "HeaderFrom",
    "HoistField",
    "InsertField",
    "MaskField",
    "ReplaceField",
    "SetSchemaMetadata",
    "TimestampConverter",
)
_OF_RECORD = ("DropHeaders", "Filter", "InsertHeader", "ValueToKey")
_TRANSFORMS = {f"{_PACKAGE}.{name}${part}" for name in _OF_KEY_OR_VALUE for part in ("Key", "Value")} | {
    f"{_PACKAGE}.{name}" for name in _OF_RECORD
}
_PREDICATES = {f"{_PACKAGE}.predicates.{name}" for name in ("HasHeaderKey", "RecordIsTombstone", "TopicNameMatches")}
_KEY = re.compile(r"(?:transforms|predicates)(?:\..+)?")
_LISTED = (("transforms", "transform", _TRANSFORMS), ("predicates", "predicate", _PREDICATES))


def is_transform_key(key: str) -> bool:
    """Whether a setting belongs to a transform or a predicate."""
    return bool(_KEY.fullmatch(key))


def transform_errors(config: Mapping[str, str]) -> dict[str, list[str]]:
    """Return setting -> what is wrong with it, as far as it can be told without the transform itself."""
    wrong: dict[str, list[str]] = {}
    for listing, noun, known in _LISTED:
        aliases = [alias for alias in map(str.strip, config.get(listing, "").split(",")) if alias]
        if len(aliases) > MOST_TRANSFORMS:
            wrong[listing] = [f"There are {len(aliases)} {listing}: at most {MOST_TRANSFORMS} are allowed."]
        for alias in aliases:
            key = f"{listing}.{alias}.type"
            name = config.get(key, "")
            if not name:
                wrong[key] = [missing(key)]
            elif name not in known:
                wrong[key] = [f"The {noun} {name} is not part of the local cloud: it has those of Apache Kafka."]
        for key in config:
            if key.startswith(f"{listing}.") and key.split(".")[1] not in aliases:
                wrong[key] = [f"{listing} does not name {key.split('.')[1]}: add it there, or remove {key}."]
    return wrong
