"""Options of the policies' configuration, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_policy import PolicyConfigSchema

from guardrails.values import matches, stack_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Option:
    """One key of a policy's configuration: a list of names, or a number of at least 1."""

    key: str
    meaning: str
    default: tuple[str, ...] | int

    @property
    def schema(self) -> dict[str, Any]:
        """The option's JSON schema; the engine refuses any other value before it checks the first resource."""
        shape: dict[str, Any]
        if isinstance(self.default, int):
            shape = {"type": "integer", "minimum": 1, "default": self.default}
        else:
            shape = {"type": "array", "items": {"type": "string"}, "default": list(self.default)}
        return {**shape, "description": self.meaning}

    def names(self, config: Mapping[str, Any]) -> list[str]:
        """Return the configured list, else the default."""
        default = () if isinstance(self.default, int) else self.default
        return [str(name) for name in config.get(self.key, default)]

    def number(self, config: Mapping[str, Any]) -> int:
        """Return the configured number, else the default."""
        return int(config.get(self.key, self.default))


def schema(*options: Option) -> PolicyConfigSchema:
    """Return the schema of a policy's configuration."""
    return PolicyConfigSchema({option.key: option.schema for option in options})


PRODUCTION = Option(
    key="productionStacks",
    meaning="Stacks that are production.",
    default=("prod*", "*-prod", "aws-*", "gcp-*", "azure-*"),
)


def in_production(urn: str, config: Mapping[str, Any]) -> bool:
    """Whether the resource with this URN belongs to a production stack."""
    return matches(stack_of(urn), PRODUCTION.names(config))
