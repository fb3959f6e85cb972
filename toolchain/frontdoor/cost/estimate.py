"""The estimate: quantities multiplied by prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.cost.prices import CURRENCY, METRICS
from toolchain.frontdoor.cost.quantities import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolchain.frontdoor.cost.prices import Price, PriceTable, Scope
    from toolchain.frontdoor.cost.quantities import Quantity


@dataclass(frozen=True)
class Range:
    """A range of amounts in USD."""

    low: float
    high: float

    def times(self, factor: float) -> Range:
        """Return the range multiplied by ``factor``."""
        return Range(self.low * factor, self.high * factor)

    def as_json(self) -> dict[str, float]:
        """Return the range for JSON, rounded to a millionth."""
        return {"low": round(self.low, 6), "high": round(self.high, 6)}


@dataclass(frozen=True)
class Line:
    """A quantity and its price, ``None`` if the price table has none."""

    quantity: Quantity
    price: Price | None

    @property
    def per_hour(self) -> Range | None:
        """USD an hour; ``None`` if the price or the quantity is unknown."""
        quantity, price = self.quantity, self.price
        if price is None or quantity.low is None or quantity.high is None:
            return None
        low, high = (max(units - price.included, 0) * price.amount for units in (quantity.low, quantity.high))
        return Range(low, high)

    @property
    def missing(self) -> bool:
        """Whether the price is unknown."""
        return self.price is None

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        quantity, price, per_hour = self.quantity, self.price, self.per_hour
        return {
            "name": quantity.metric,
            "what": quantity.what,
            "unit": METRICS[quantity.metric],
            "quantityPerHour": {"low": quantity.low, "high": quantity.high},
            "price": price.amount if price else None,
            "includedPerHour": price.included if price else None,
            "perHour": per_hour.as_json() if per_hour else None,
            "perMonth": per_hour.times(HOURS_PER_MONTH).as_json() if per_hour else None,
            "read": price.read.isoformat() if price and price.read else None,
            "source": str(price.source) if price and price.source else None,
            "note": price.note if price else "",
        }


@dataclass(frozen=True)
class Estimate:
    """The lines of an estimate; ``total`` sums the lines with a price and a quantity."""

    lines: Sequence[Line]

    @property
    def total(self) -> Range:
        """USD an hour."""
        known = [line.per_hour for line in self.lines if line.per_hour]
        return Range(sum(one.low for one in known), sum(one.high for one in known))

    @property
    def left_out(self) -> list[str]:
        """Names of the metrics that the total does not include."""
        return [line.quantity.metric for line in self.lines if line.per_hour is None]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "currency": CURRENCY,
            "hoursPerMonth": HOURS_PER_MONTH,
            "lines": [line.as_json() for line in self.lines],
            "total": {
                "perHour": self.total.as_json(),
                "perMonth": self.total.times(HOURS_PER_MONTH).as_json(),
                "without": self.left_out,
            },
        }


def estimate(quantities: Sequence[Quantity], prices: PriceTable, stack: Scope) -> Estimate:
    """Price the ``quantities`` of ``stack``."""
    return Estimate([Line(quantity, prices.price(quantity.metric, stack)) for quantity in quantities])
