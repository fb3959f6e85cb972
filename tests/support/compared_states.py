"""Compares what two sets of plugins have made of one program: resource by resource, property by property.

Each cloud object has ids of its own, so a value that was drawn is replaced, wherever it occurs, by what it is of
(``<id of cluster>``): references are compared, too. What is left out has its reason beside it, and still has to be
there, of the same type and as secret.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIGNATURE = "4dabf18193072939515e22adb298388d"  # Pulumi's key for "this value is special"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # and its mark of a secret

_SHORTEST = 6  # a drawn value that is shorter could be met by chance in other text

# Type -> properties whose value is drawn or derived from drawn ones.
DRAWN = {
    "pulumi:pulumi:Stack": ["schemaRegistryId"],  # which comes with the cluster, and is nobody's resource
    "random:index/randomId:RandomId": ["hex"],
    "confluentcloud:index/apiKey:ApiKey": ["secret"],
    "confluentcloud:index/flinkStatement:FlinkStatement": ["statementName"],  # ends in a hash of ids
    "confluentcloud:index/kafkaCluster:KafkaCluster": ["bootstrapEndpoint", "restEndpoint"],  # a port of its own
}

# Property -> why its value is left out.
LEFT_OUT: Mapping[str, str] = {
    "latestOffsets": "how far a statement had come when it was looked at",
    "latestOffsetsTimestamp": "when it was looked at",
    "b64Std": "the random bytes once more, too short to be told from other text",
    "b64Url": "likewise",
    "dec": "likewise",
}

# Property -> why it may be missing from one of the two.
BOOKKEEPING: Mapping[str, str] = {
    "__defaults": "the official provider's note of what it has filled in by itself",
    "__meta": "the official provider's note of schema version and time-outs",
    "__pulumi_raw_state_delta": "the official provider's note of how Terraform's state differs from Pulumi's",
}


@dataclass(frozen=True)
class Secret:
    """A value that the state encrypts."""

    value: Any = field(repr=False)


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each difference of two states as `pulumi stack export --show-secrets` prints them."""
    left, right = _properties(one), _properties(other)
    found = [f"{key} is only in the {side} state" for key, side in _only(left, right)]
    for key in left.keys() & right.keys():
        found += _compared(key, left[key], right[key])
    return sorted(found)


def _properties(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``inputs`` and ``outputs`` of each resource, by its type and name."""
    resources = [_revealed(resource) for resource in state["deployment"]["resources"]]
    drawn = dict(_drawn(resources))
    return {
        f"{resource['type']} {_name(resource)}": {
            "inputs": _neutral(resource.get("inputs") or {}, drawn),
            "outputs": _neutral(_said(_without_id(resource.get("outputs") or {})), drawn),
        }
        for resource in resources
    }


def _without_id(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the id, which each resource has beside its outputs and the official provider among them once more."""
    return {key: value for key, value in outputs.items() if key != "id"}


def _said(value: Any) -> Any:
    """Leave out outputs that say nothing: Terraform's state has a null, "", [] or 0 where nothing was answered."""
    if isinstance(value, dict):
        kept = {key: _said(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if not _is_silent(item)}
    return [_said(item) for item in value] if isinstance(value, list) else value


def _is_silent(value: Any) -> bool:
    bare = value.value if isinstance(value, Secret) else value
    return bare is None or bare in ("", []) or (bare == 0 and not isinstance(bare, bool))


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]


def _drawn(resources: list[Any]) -> Iterator[tuple[str, str]]:
    for resource in resources:
        name = _name(resource)
        outputs = resource.get("outputs") or {}
        values = {wanted: outputs.get(wanted) for wanted in DRAWN.get(resource["type"], [])}
        for wanted, value in {"id": resource.get("id"), **values}.items():
            text = value.value if isinstance(value, Secret) else value
            if isinstance(text, str) and len(text) >= _SHORTEST:
                yield text, f"<{wanted} of {name}>"


def _revealed(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return Secret(_revealed(json.loads(value["plaintext"])))
        return {key: _revealed(item) for key, item in value.items()}
    return [_revealed(item) for item in value] if isinstance(value, list) else value


def _neutral(value: Any, drawn: Mapping[str, str]) -> Any:
    if isinstance(value, Secret):
        return Secret(_neutral(value.value, drawn))
    if isinstance(value, dict):
        return {key: _neutral(item, drawn) for key, item in value.items()}
    if isinstance(value, list):
        return [_neutral(item, drawn) for item in value]
    if isinstance(value, str):
        for text in sorted(drawn, key=len, reverse=True):
            value = value.replace(text, drawn[text])
    return value


def _compared(place: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, Secret) and isinstance(other, Secret):
        if any(True for _ in _compared(place, one.value, other.value)):
            yield f"{place} is a secret of another value"
    elif isinstance(one, Secret) or isinstance(other, Secret):
        yield f"{place} is a secret in the {'first' if isinstance(one, Secret) else 'second'} state alone"
    elif _kind(one) != _kind(other):
        yield f"{place} is {_kind(one)} in the first state and {_kind(other)} in the second"
    elif place.rpartition(".")[2] not in LEFT_OUT:
        yield from _values_compared(place, one, other)


def _values_compared(place: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict):
        yield from (f"{place}.{key} is only in the {side} state" for key, side in _only(one, other))
        for key in one.keys() & other.keys() - BOOKKEEPING.keys():
            yield from _compared(f"{place}.{key}", one[key], other[key])
    elif isinstance(one, list):
        if len(one) != len(other):
            yield f"{place} has {len(one)} items in the first state and {len(other)} in the second"
        for index, (left, right) in enumerate(zip(one, other, strict=False)):
            yield from _compared(f"{place}[{index}]", left, right)
    elif one != other:
        yield f"{place} is {one!r} in the first state and {other!r} in the second"


def _only(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((key, "first") for key in one.keys() - other.keys() - BOOKKEEPING.keys())
    yield from ((key, "second") for key in other.keys() - one.keys() - BOOKKEEPING.keys())


def _kind(value: Any) -> str:
    names = {dict: "a map", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")
