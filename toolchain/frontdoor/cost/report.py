"""An estimate as a table for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.cost.prices import CURRENCY, METRICS
from toolchain.frontdoor.cost.quantities import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolchain.frontdoor.cost.estimate import Estimate, Line, Range
    from toolchain.frontdoor.cost.prices import Scope

_HEAD = ("what", "units an hour", "price", f"{CURRENCY} an hour", "a month", "price of")
_NUMERIC = frozenset({1, 3, 4})


def lines(estimate: Estimate, scope: Scope, caveats: Sequence[str]) -> Iterator[str]:
    """Yield the table, the total, the missing prices, the sources and the caveats, line by line."""
    yield from _table([_row(line) for line in estimate.lines])
    yield ""
    yield _total(estimate)
    yield from _questions(estimate, scope)
    yield ""
    yield "Sources:"
    yield from _sources(estimate)
    yield ""
    for caveat in caveats:
        yield f"- {caveat}"


def _row(line: Line) -> list[str]:
    quantity, price, per_hour = line.quantity, line.price, line.per_hour
    units = "?" if quantity.low is None or quantity.high is None else _span(quantity.low, quantity.high)
    shown = f"? per {METRICS[quantity.metric]}"
    if price:
        free = f", first {price.included:g} free" if price.included else ""
        shown = f"{price.amount:g} per {METRICS[quantity.metric]}{free}"
    day = (price.read.isoformat() if price.read else "given") if price else ""
    per_month = per_hour.times(HOURS_PER_MONTH) if per_hour else None
    return [quantity.what, units, shown, _money(per_hour, 4), _money(per_month, 2), day]


def _span(low: float, high: float) -> str:
    ends = dict.fromkeys((f"{low:.3g}", f"{high:.3g}"))
    return " - ".join(ends)


def _money(amount: Range | None, places: int) -> str:
    if amount is None:
        return "?"
    return " - ".join(dict.fromkeys((f"{amount.low:.{places}f}", f"{amount.high:.{places}f}")))


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    for row in (_HEAD, ["-" * width for width in widths], *rows):
        cells = [
            text.rjust(width) if at in _NUMERIC else text.ljust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _total(estimate: Estimate) -> str:
    hour, month = _money(estimate.total, 4), _money(estimate.total.times(HOURS_PER_MONTH), 2)
    without = estimate.left_out
    least, rest = ("at least ", f", without {', '.join(without)}") if without else ("", "")
    return f"Total: {least}{hour} {CURRENCY} an hour, {month} a month ({HOURS_PER_MONTH} hours){rest}."


def _questions(estimate: Estimate, scope: Scope) -> Iterator[str]:
    missing = [line.quantity for line in estimate.lines if line.missing]
    if not missing:
        return
    yield ""
    yield "No page with these prices was found, so they are asked for, not guessed:"
    width = max(len(quantity.metric) for quantity in missing) + len("=AMOUNT")
    for quantity in missing:
        asked = f"{quantity.metric}=AMOUNT"
        yield f"  --price {asked:<{width}}  {CURRENCY} per {METRICS[quantity.metric]} ({quantity.what})"
    cloud = str(scope.cloud).lower()
    yield (
        f"Confluent's are at https://www.confluent.io/pricing/, those of your organization in"
        f" `confluent billing price list --cloud {cloud} --region {scope.region}`."
    )


def _sources(estimate: Estimate) -> Iterator[str]:
    for line in estimate.lines:
        price = line.price
        if price is None:
            continue
        note = f" ({price.note})" if price.note else ""
        yield f"  {price.name}: {price.source or 'given with --price'}{note}"
