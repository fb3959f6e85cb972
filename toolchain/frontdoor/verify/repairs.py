"""Commands that repair what was deleted outside Pulumi and what a `refresh` does not notice."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING = re.compile(r"does ?n[o']t exist|not found|unknown topic", re.IGNORECASE)


@dataclass(frozen=True)
class Repairs:
    """Facts for suggestions. ``rotation``: the setting. ``makers``: table -> URN of the resource that creates it."""

    rotation: int = 1
    makers: Mapping[str, str] = field(default_factory=dict)

    def refused_key(self) -> str:
        """Return the sentence for a refused Flink key: it must be replaced, since its secret cannot be read again."""
        return (
            "Flink refuses the stack's API key (401), which was deleted or has lost its secret: run"
            f" `./pulumiw config set rotation {self.rotation + 1}`, then `./pulumiw up`, which makes a new key."
        )

    def missing_tables(self, reason: str) -> list[str]:
        """Return a sentence for each table that does not exist, according to Flink's error message ``reason``."""
        if not _MISSING.search(reason):
            return []
        return [
            f"Table {table} does not exist any more, because its topic was deleted: run"
            f" `./pulumiw up --replace {shlex.quote(urn)}`, which makes it again."
            for table, urn in self.makers.items()
            if re.search(rf"(?<![\w-]){re.escape(table)}(?![\w-])", reason)
        ]
