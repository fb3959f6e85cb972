"""The annotation ``iteration``: values that count instead of being random."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.connect.datagen.random_values import BITS, LARGEST, affixed, exact, wrong
from localcloud.dataplane.json_text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Generate = Callable[[], Any]

_KINDS = {"int", "long", "float", "double", "boolean", "string"}
_OTHERS = ("length", "regex", "options", "range")


def iteration(schema: Mapping[str, Any], annotations: Mapping[str, Any], generation: int, path: str) -> Generate:
    """Return a generator of ``start``, ``start + step``, ..., back to ``start`` at ``restart``.

    The first value is ``initial`` (default ``start``); ``generation`` values are skipped.
    """
    for other in _OTHERS:
        if other in annotations:
            raise wrong(path, f"arg.properties cannot have both iteration and {other}")
    given, kind = annotations["iteration"], schema["type"]
    if not isinstance(given, dict) or "start" not in given:
        raise wrong(path, "iteration must be a JSON object with a start")
    if kind not in _KINDS:
        raise wrong(path, f"iteration is for numbers, booleans and strings, not for {kind}")
    if kind == "boolean":
        return _alternating(given, generation, path)
    start, initial, step, span = _course(kind, given, path)
    sign = 1 if step > 0 else -1
    offsets = _cycle((initial - start) * sign + generation * abs(step), abs(step), span)
    if kind == "string":
        return lambda: affixed(str(start + sign * next(offsets)), annotations)
    cast = float if kind in LARGEST else int
    return lambda: cast(start + sign * next(offsets))


def _alternating(given: Mapping[str, Any], generation: int, path: str) -> Generate:
    if not isinstance(given["start"], bool) or {"restart", "step"} & given.keys():
        raise wrong(path, "iteration of a boolean must have a start, true or false, and neither restart nor step")
    flips = _cycle(int(given["start"]) + generation, 1, 2)
    return lambda: bool(next(flips))


def _course(kind: str, given: Mapping[str, Any], path: str) -> tuple[Any, Any, Any, Any]:
    """Return start, initial, step and the distance to the restart."""
    integral = kind not in LARGEST
    start = exact(given, "start", "iteration", path, integral=integral)
    initial = exact(given, "initial", "iteration", path, integral=integral, default=start)
    step = exact(given, "step", "iteration", path, integral=integral, default=None)
    restart = exact(given, "restart", "iteration", path, integral=integral, default=None)
    bits = BITS.get(kind, 64)
    for name, value in (("start", start), ("initial", initial), ("step", step), ("restart", given.get("restart"))):
        if value is not None and integral and not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise wrong(path, f"iteration.{name} is {shown(value)}: it must be a number of {bits} bits")
    if step == 0:
        raise wrong(path, "iteration.step cannot be 0")
    if restart is None:
        bound = 2 ** (BITS.get(kind, 32) - 1) if integral else Decimal(LARGEST[kind])
        restart = bound - 1 if step is None or step > 0 else -bound
    if restart == start:
        raise wrong(path, "iteration.start and iteration.restart must differ")
    if step is None:
        step = 1 if restart > start else -1
    if (step > 0) != (restart > start):
        raise wrong(path, "iteration.step must lead from iteration.start to iteration.restart")
    return start, initial, step, abs(restart - start)


def _cycle(current: Any, step: Any, span: Any) -> Iterator[Any]:
    while True:
        current %= span
        yield current
        current += step
