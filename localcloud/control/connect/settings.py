"""What a managed connector class can be configured with, and what is wrong with a configuration, setting by setting.

Messages are worded as the Connect API words them, so that a person who knows the cloud's knows these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOOLEAN = ("true", "false")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of a managed class.

    ``own``: the key that the connector itself knows it by; without one it is not handed on as it is. ``own_values``:
    the connector's own word for a value. ``unserved``: values that Confluent Cloud has and the local cloud has not.
    ``note``: a sentence for whoever gives a wrong value.
    """

    name: str
    default: str = ""
    is_required: bool = False
    is_secret: bool = False
    choices: Sequence[str] = ()
    unserved: Sequence[str] = ()
    bounds: tuple[int, int] | None = None
    own: str = ""
    own_values: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def error(self, config: Mapping[str, str]) -> str | None:
        """Return what is wrong with its value, ``None`` if nothing is. A secret's value is never repeated."""
        value = self.value(config)
        if not value:
            return missing(self.name) if self.is_required else None
        if value in self.unserved:
            served = f": use {', '.join(self.choices)}" if self.choices else ": remove it"
            return f"{self.name} = {value} is not part of the local cloud{served}."
        if self.choices and value not in self.choices:
            note = f" {self.note}" if self.note else ""
            return f"{invalid(self.name, value)}: it must be one of {', '.join(self.choices)}.{note}"
        return _whole_number_error(self.name, value, self.bounds) if self.bounds else None

    def value(self, config: Mapping[str, str]) -> str:
        """Return its value in ``config``, else the default; without blanks around it, unless it is a secret."""
        value = config.get(self.name, "")
        return (value if self.is_secret else value.strip()) or self.default


def same(name: str, default: str = "", **more: Any) -> Setting:
    """Return a setting that the connector itself knows by the same name."""
    return Setting(name=name, default=default, own=name, **more)


def invalid(setting: str, value: str) -> str:
    """Return how a message about a wrong value begins."""
    return f"Invalid value {value} for configuration {setting}"


def missing(setting: str) -> str:
    """Return the message about a setting that must be given."""
    return f'Missing required configuration "{setting}" which has no default value.'


def errors_of(settings: Sequence[Setting], config: Mapping[str, str]) -> dict[str, list[str]]:
    """Return setting -> what is wrong with its value."""
    found = {setting.name: setting.error(config) for setting in settings}
    return {name: [error] for name, error in found.items() if error is not None}


def merged(*found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return setting -> everything that several checks have found."""
    wrong: dict[str, list[str]] = {}
    for each in found:
        for key, errors in each.items():
            wrong.setdefault(key, []).extend(errors)
    return wrong


def handed_on(settings: Sequence[Setting], config: Mapping[str, str]) -> dict[str, str]:
    """Return the connector's own configuration: its keys and words, without what is empty."""
    own = {}
    for setting in settings:
        value = setting.value(config)
        value = setting.own_values.get(value, value)
        if setting.own and value:
            own[setting.own] = value
    return own


def _whole_number_error(name: str, value: str, bounds: tuple[int, int]) -> str | None:
    lowest, highest = bounds
    if not value.lstrip("-").isdecimal():
        return f"{invalid(name, value)}: it must be a whole number."
    if not lowest <= int(value) <= highest:
        return f"{invalid(name, value)}: it must be from {lowest} to {highest}."
    return None
