"""``https://localhost:PORT`` in front of the API, for clients that speak nothing else."""

from __future__ import annotations

import asyncio
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from localcloud import byte_streams, ports, private_file
from localcloud.api.http.tls_certificate import CertificateFiles

if TYPE_CHECKING:
    from pathlib import Path

_START_SECONDS = 10.0


class TlsListener:
    """Decrypts what comes and hands it to the plain listener. Closed until somebody asks for it; then kept."""

    def __init__(self, folder: Path, plain_port: int) -> None:
        """``folder`` gets certificate and port; ``plain_port`` is where the API listens."""
        self._files = CertificateFiles(folder)
        self._kept_port = folder / "port"
        self._plain_port = plain_port
        self._lock = threading.Lock()
        self._is_open = False

    @property
    def files(self) -> CertificateFiles:
        """The certificate's files."""
        return self._files

    @property
    def was_asked_for(self) -> bool:
        """Whether an earlier run has opened it."""
        return self._kept_port.exists()

    def open(self) -> int:
        """Listen, and return the port; :class:`OSError` or :class:`ports.NoFreePortError` if that cannot be."""
        with self._lock:
            self._files.make()
            if not self.was_asked_for:
                (port,) = ports.free_ports(1, ports.OF_TLS)
                private_file.write(self._kept_port, str(port))
            port = int(self._kept_port.read_text(encoding="utf-8"))
            if not self._is_open:
                self._listen(port)
                self._is_open = True
            return port

    def _listen(self, port: int) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._files.server)
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="tls", daemon=True).start()
        starting = asyncio.start_server(self._forward, ports.HOST, port, ssl=context)
        asyncio.run_coroutine_threadsafe(starting, loop).result(_START_SECONDS)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # the API may have ended
            api = await asyncio.open_connection(ports.HOST, self._plain_port)
            await byte_streams.connect((reader, writer), api)
        writer.close()
