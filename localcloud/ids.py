"""Identifiers and names as Confluent Cloud makes them."""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghijkmnpqrstuvwxyz"  # as Confluent's: no l, no o
_KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def new_id(prefix: str) -> str:
    """Return an identifier such as ``lkc-1w5z9k``."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}"


def new_uid() -> str:
    """Return an identifier that is unique for ever."""
    return str(uuid.uuid4())


def new_api_key() -> str:
    """Return the public half of an API key: 16 capitals and digits."""
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(16))


def new_secret() -> str:
    """Return the secret half of an API key: 384 random bits, as 64 characters."""
    return base64.b64encode(secrets.token_bytes(48)).decode()


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """Return a time as the API writes it: ``2026-01-02T03:04:05.123456Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def short_rfc3339(moment: datetime) -> str:
    """Return a time as the Flink SQL API writes it: ``2026-01-02T03:04:05Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
