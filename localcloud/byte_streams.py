"""Bytes from one connection to another."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_CHUNK = 1 << 16

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(one: Streams, other: Streams) -> None:
    """Hand each connection's bytes to the other until both have ended, and close both."""
    await asyncio.gather(_copy(one[0], other[1]), _copy(other[0], one[1]))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(OSError):  # either end may go at any time
            while data := await reader.read(_CHUNK):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()
