"""One port for both APIs: a connection that begins with HTTP/2's preface is gRPC's, any other REST's."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from localcloud import byte_streams

_PREFACE = b"PRI"


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
            inner = await asyncio.open_unix_connection(self._grpc if first == _PREFACE else self._rest)
            inner[1].write(first)
            await byte_streams.connect((reader, writer), inner)
        writer.close()
        self._open.discard(writer)
