"""What a setting may be, in words: for its error and for the documentation."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a setting may be: ``allowed`` completes "must be ..."; ``choices`` are offered as corrections."""

    allowed: str
    choices: Sequence[str] = ()
    example: str | None = None

    @classmethod
    def one_of(cls, choices: Sequence[object]) -> Self:
        """Return the rule of a setting that is one of ``choices``."""
        names = [str(choice) for choice in choices]
        return cls(allowed=f"one of {', '.join(names)}", choices=names)

    def correction(self, value: object, default: object) -> str:
        """Return what to write instead of ``value``: the choice nearest to it, else an example."""
        near = get_close_matches(str(value), self.choices, n=1) or [
            choice for choice in self.choices if choice.lower() == str(value).lower()
        ]
        example = str(self.example or default)
        example = example.lower() if isinstance(default, bool) else example
        return near[0] if near else example if example in self.choices or not self.choices else self.choices[0]
