"""Rights and keys that are granted and not yet in force: 30 to 120 s on Confluent Cloud."""

import asyncio
import re

import pulumi

from components.flinksql.calls import ask
from components.flinksql.session import FlinkSession

RIGHTS_SECONDS = 180.0
_PAUSE_SECONDS = 5.0  # each attempt is a new object, and a warning on the screen
# Refused by the API; or by Kafka and the Schema Registry, by which a statement fails.
_NO_RIGHTS = re.compile(
    r"\b(401 Unauthorized|403 Forbidden|[Nn]ot authorized|[Aa]uthorization failed|is denied operation)\b|' may not "
)


def connection_hooks(session: FlinkSession, name: str) -> pulumi.ResourceHookBinding:
    """Return hooks for the connection ``name``: its creation waits for the key, and is retried until rights arrive."""

    async def wait_for_key(_: pulumi.ResourceHookArgs) -> None:
        failure = f"Flink does not let in the key that makes {name}"
        await ask(session.address, "", lambda flink: flink.phase(name), failure, RIGHTS_SECONDS)

    return pulumi.ResourceHookBinding(
        before_create=[pulumi.ResourceHook(f"wait for the key of {name}", wait_for_key)],
        on_error=[pulumi.ErrorHook(f"wait for the rights of {name}", wait_for_rights)],
    )


async def wait_for_rights(args: pulumi.ErrorHookArgs) -> bool:
    """Ask for another attempt while a freshly granted right may still be on its way."""
    latest = args.errors[0] if args.errors else ""
    is_late = len(args.errors) * _PAUSE_SECONDS > RIGHTS_SECONDS
    if args.failed_operation != "create" or not _NO_RIGHTS.search(latest) or is_late:
        return False
    await asyncio.sleep(_PAUSE_SECONDS)
    return True
