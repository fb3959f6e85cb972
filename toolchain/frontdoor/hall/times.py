"""Reading a time that an API or a file has written."""

from __future__ import annotations

from datetime import datetime


def parse_time(text: str) -> datetime | None:
    """Parse an RFC 3339 time; ``None`` if ``text`` is not one, or has no time zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None
