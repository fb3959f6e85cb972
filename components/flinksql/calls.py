"""How a hook asks Flink: from a thread, once what it needs is known, and again after a transient error."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pulumi

from components.flinksql.errors import FlinkSqlError, HookError

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.flinksql.address import Address
    from components.flinksql.client import FlinkSql

RESOLVE_SECONDS = 60.0
_CLEANUP = threading.Lock()
_CLEANED_POOLS: set[str] = set()  # of this process, which lives for one `up`


async def resolved(output: pulumi.Output[Any], what: str) -> Any:
    """Await an output, for a bounded time: in a replacement it may itself wait for what the hook is holding up."""
    try:
        # Shielded: other hooks may await the same future, and a time-out here must not cancel it for them.
        return await asyncio.wait_for(asyncio.shield(output.future()), RESOLVE_SECONDS)
    except TimeoutError:
        raise HookError(f"{what[0].upper()}{what[1:]} did not become known within {RESOLVE_SECONDS:.0f} s.") from None


async def ask(
    address: pulumi.Output[Address],
    database: str,
    run: Callable[[FlinkSql], Any],
    failure: str,
    rights_seconds: float = 0,
) -> Any:
    """Have ``run`` ask Flink, which it may do more than once: a transient error is retried.

    So is a refusal for ``rights_seconds``: the right or the key may have been granted just now. Any other error is a
    :class:`HookError` that begins with ``failure``.
    """
    known = await resolved(address, "the Flink endpoint and key")
    in_preview = pulumi.runtime.is_dry_run()

    def blocking() -> Any:
        # The driver takes a quarter of a second to load, which only a hook has to spend.
        from components.flinksql.client import FlinkSql, retried  # noqa: PLC0415

        def once() -> Any:
            with FlinkSql.connect(known, database, in_preview=in_preview) as flink:
                if not in_preview:
                    _clean_up(flink, known.compute_pool_id)
                return run(flink)

        return retried(once, rights_seconds)

    try:
        return await asyncio.to_thread(blocking)
    except FlinkSqlError as error:
        reason = str(error).rstrip(".")  # some of Flink's explanations are sentences
        raise HookError(f"{failure}: {reason}.") from None


def _clean_up(flink: FlinkSql, pool: str) -> None:
    """Remove what hooks of a killed run left behind: the first hook of a run does, while the others wait."""
    if pool not in _CLEANED_POOLS:
        with _CLEANUP:
            if pool not in _CLEANED_POOLS and flink.remove_leftovers(pool):
                _CLEANED_POOLS.add(pool)
