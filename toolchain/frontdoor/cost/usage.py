"""Usage figures of a pipeline, which the user can set (``--usage``), since only a running stack knows the true ones."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from toolchain.frontdoor.cost.amounts import named_amount

# Figure -> its unit.
FIGURES = {
    "records-per-hour": "records an hour",
    "record-bytes": "bytes a record",
    "text-characters": "characters a record",
    "number-bytes": "bytes a number",
}


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class Usage(BaseModel):
    """Averages over many records.

    ``record_bytes``: size of a generated record on the wire. ``text_characters``: length of its embedded text.
    ``number_bytes``: size of one number of a vector in JSON. ``records_per_hour``: ``None`` to compute it from the
    settings.
    """

    model_config = ConfigDict(alias_generator=_kebab, extra="forbid", frozen=True, populate_by_name=True)

    record_bytes: float = Field(ge=0, allow_inf_nan=False)
    text_characters: float = Field(ge=0, allow_inf_nan=False)
    number_bytes: float = Field(ge=0, allow_inf_nan=False)
    records_per_hour: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    def with_given(self, given: Iterable[str]) -> Self:
        """Return the figures, overridden by ``given`` ones (``NAME=AMOUNT``); :class:`Failure` for other texts."""
        amounts = dict(named_amount("--usage", text, FIGURES) for text in given)
        return self.model_copy(update={name.replace("-", "_"): amount for name, amount in amounts.items()})

    def sink_bytes(self, dimensions: int) -> float:
        """Return the size in bytes of a record with its text and a vector of ``dimensions`` numbers."""
        return self.record_bytes + self.text_characters + dimensions * self.number_bytes
