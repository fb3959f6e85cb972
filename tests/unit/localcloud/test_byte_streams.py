"""Two connections that are given one another's bytes."""

from __future__ import annotations

import asyncio

from localcloud import byte_streams

HOST = "127.0.0.1"


async def _conversation() -> tuple[bytes, bytes]:
    """Return what a server behind a forwarder answers, and what comes when it has closed the connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5) + b", too")
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await byte_streams.connect((reader, writer), await asyncio.open_connection(HOST, _port(server)))

    server = await asyncio.start_server(answer, HOST)
    front = await asyncio.start_server(forward, HOST)
    async with server, front:
        reader, writer = await asyncio.open_connection(HOST, _port(front))
        writer.write(b"hello")
        answered, rest = await reader.readexactly(10), await reader.read()
        writer.close()
    return answered, rest


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


def test_bytes_go_both_ways_and_an_end_is_handed_on() -> None:
    assert asyncio.run(asyncio.wait_for(_conversation(), 10)) == (b"hello, too", b"")
