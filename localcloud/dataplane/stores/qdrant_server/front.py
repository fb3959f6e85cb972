"""One port for both APIs: a connection that begins with HTTP/2's preface is gRPC's, any other REST's."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_PREFACE = b"PRI"
_CHUNK = 1 << 16


class Front:
    """Takes connections on a port of loopback and passes their bytes on to one of two sockets."""

    def __init__(self, grpc_socket: str, rest_socket: str) -> None:
        self._grpc, self._rest = grpc_socket, rest_socket
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, port: int) -> None:
        """Take connections from now on."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)

    def close(self) -> None:
        """Take no more, and end those that are open."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            first = await reader.readexactly(len(_PREFACE))
            inner_reader, inner_writer = await asyncio.open_unix_connection(
                self._grpc if first == _PREFACE else self._rest
            )
            inner_writer.write(first)
            await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))
        writer.close()
        self._open.discard(writer)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()
