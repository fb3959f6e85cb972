"""Rights and keys that are granted and not yet in force: 30 to 120 s on Confluent Cloud."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from components.hook_calls import connected, in_thread, known_address

if TYPE_CHECKING:
    import pulumi

    from components.flink_session import FlinkSession

RIGHTS_SECONDS = 180.0
_REFUSED_PAUSE_SECONDS = 5.0  # longer: each attempt is a new object, and a warning on the screen
# Refused by the API; or by Kafka and the Schema Registry, by which a statement fails.
_NO_RIGHTS = re.compile(
    r"\b(401 Unauthorized|403 Forbidden|[Nn]ot authorized|[Aa]uthorization failed|is denied operation)\b|' may not "
)


async def wait_for_key(session: FlinkSession, what: str) -> None:
    """Wait until Flink lets the stack's key in: 60 s on Confluent Cloud, silent where an error hook would warn."""
    address = await known_address(session.address)

    def ask() -> None:
        with connected(address, "") as flink:
            flink.phase(what)

    await in_thread(ask, f"Flink does not let in the key that makes {what}", RIGHTS_SECONDS)


async def wait_for_rights(args: pulumi.ErrorHookArgs) -> bool:
    """Ask for another attempt while a freshly granted right may still be on its way: 30 to 120 s on Confluent Cloud."""
    pause = _REFUSED_PAUSE_SECONDS
    latest = args.errors[0] if args.errors else ""
    if args.failed_operation != "create" or not _NO_RIGHTS.search(latest) or len(args.errors) * pause > RIGHTS_SECONDS:
        return False
    await asyncio.sleep(pause)
    return True
