"""How a hook asks Flink: from a thread, once what it needs is known, again after what passes by itself."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pulumi

from components.flink_sql import FlinkSql, FlinkSqlError
from components.patience import PAUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from components.flink_address import Address

RESOLVE_SECONDS = 60.0
_RIGHTS_POLL_SECONDS = 2.0
_REFUSED = re.compile(r"'40[13]' - ")  # in the driver's words
_CLEARING = threading.Lock()
_CLEARED_POOLS: set[str] = set()  # of this process, which lives for one `up` or `destroy`


class HookError(Exception):
    """Why a hook stopped its operation: one sentence.

    Pulumi shows the stack frames of a hook's exception to the user, who needs the sentence alone.
    """

    @property
    def __traceback__(self) -> None:  # type: ignore[override]
        return None


@contextmanager
def connected(address: Address, database: str) -> Iterator[FlinkSql]:
    """Connect; the first hook of a run, while the others wait, removes what those of a killed one have left."""
    in_preview = pulumi.runtime.is_dry_run()
    with FlinkSql.connect(address, database, in_preview=in_preview) as flink:
        pool = address.compute_pool_id
        if not in_preview and pool not in _CLEARED_POOLS:
            with _CLEARING:
                if pool not in _CLEARED_POOLS and flink.remove_leftovers(pool):
                    _CLEARED_POOLS.add(pool)
        yield flink


async def resolved(output: pulumi.Output[Any], what: str) -> Any:
    """Await an output, for a bounded time: in a replacement it may itself wait for what the hook is holding up."""
    try:
        return await asyncio.wait_for(asyncio.shield(output.future()), RESOLVE_SECONDS)
    except TimeoutError:
        raise HookError(f"{what[0].upper()}{what[1:]} did not become known within {RESOLVE_SECONDS:.0f} s.") from None


async def known_address(address: pulumi.Output[Address]) -> Any:
    """Await the way to Flink; ``None`` if it stays unknown, as in a preview."""
    return await resolved(address, "the Flink endpoint and key")


async def in_thread(run: Callable[[], Any], failure: str, rights_seconds: float = 0) -> Any:
    """Run what blocks and may be done twice: again after what passes, and for ``rights_seconds`` after a refusal.

    That may be a right or a key that is still on its way.
    """
    started, pauses = time.monotonic(), iter(PAUSES)
    while True:
        try:
            return await asyncio.to_thread(run)
        except FlinkSqlError as error:
            is_early = _REFUSED.search(str(error)) and time.monotonic() - started <= rights_seconds
            pause = next(pauses, None) if error.passes else _RIGHTS_POLL_SECONDS if is_early else None
            if pause is None:
                raise HookError(f"{failure}: {error}.") from None
        await asyncio.sleep(pause)
