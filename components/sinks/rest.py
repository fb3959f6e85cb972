"""One call of a store's REST API, with what is wrong in one sentence."""

from collections.abc import Mapping
from typing import Any

from components.config.sinks import KEY
from components.sinks.store import StoreError

_SECONDS = 30.0
_REFUSED = (401, 403)
_LONGEST = 200


def call(
    store: str, method: str, url: str, *, headers: Mapping[str, str], body: Any = None, absent: tuple[int, ...] = ()
) -> Any:
    """Return the reply's JSON, ``None`` for a status in ``absent``; :class:`StoreError` names store and cause."""
    import httpx  # noqa: PLC0415 - loaded by whoever has such a sink, when its hook runs

    try:
        reply = httpx.request(method, url, json=body, headers=dict(headers), timeout=_SECONDS)
        if reply.status_code in absent:
            return None
        if reply.status_code in _REFUSED:
            raise StoreError(
                f"{store} refuses the key: set the right one with `pulumi config set --secret --path"
                f" '{KEY}[N].apiKey'`, N being its place in the list from 0"
            )
        answer = reply.json()
    except (httpx.HTTPError, ValueError) as error:
        why = str(error) or type(error).__name__
        raise StoreError(f"{store} cannot be reached ({why}): look at its address in {KEY}") from None
    if not reply.is_success:
        raise StoreError(f"{store} answers {reply.status_code}: {_detail(answer)}")
    return answer


def _detail(answer: Any) -> str:
    status = answer.get("status") if isinstance(answer, dict) else None
    text = status.get("error") if isinstance(status, dict) else str(answer)
    return " ".join(str(text).split())[:_LONGEST].rstrip(".")
