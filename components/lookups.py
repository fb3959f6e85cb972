"""Look-ups of what the program did not make: where the cloud finds nothing, a sentence and no traceback."""

import re
from importlib.metadata import version
from typing import Any

import pulumi

# Confluent Cloud answers either for what is not there, and both kinds of provider quote it.
_NOT_FOUND = re.compile(r"\b(404 Not Found|403 Forbidden)\b")


async def look_up(
    function: str, arguments: dict[str, Any], result: type, *, parent: pulumi.Resource, missing: str
) -> Any:
    """Call one of the provider's functions; raise :class:`pulumi.RunError` with ``missing`` where there is nothing.

    For use within ``apply``. The SDK's own ``get_..._output`` keeps its error, which Pulumi shows with a traceback at
    the program's end, whatever is made of it.
    """
    token = f"confluentcloud:index/{function}:{function}"
    options = pulumi.InvokeOptions(parent=parent, version=version("pulumi-confluentcloud"))
    try:
        return await pulumi.runtime.invoke_async(token, arguments, options, result)
    except Exception as error:
        if not _NOT_FOUND.search(str(error)):
            raise
        raise pulumi.RunError(missing) from None
