"""Every socket on which a process waits for others: TCP, UDP, and Unix sockets with and without a file."""

from __future__ import annotations

import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LISTENING = 0x10000  # __SO_ACCEPTCON, in the fourth column of /proc/net/unix
LOOPBACK = {"127.0.0.1", "::1"}


@dataclass(frozen=True)
class Listener:
    """Where a process can be reached: ``host`` and ``port``, or the ``path`` of a Unix socket (``@...`` without file).

    ``process``: its name and its command line.
    """

    process: str
    pid: int
    kind: str
    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def is_private_file(self) -> bool:
        """Whether the file system keeps others away from this Unix socket."""
        if not self.path.startswith("/"):
            return False
        file = Path(self.path)
        return _mode(file) == 0o600 and _mode(file.parent) == 0o700


def listeners_of(processes: Iterable[psutil.Process]) -> set[Listener]:
    """Return the listeners of these processes and their descendants; what ends meanwhile has none."""
    found: set[Listener] = set()
    for process in set(processes):
        with suppress(psutil.Error):
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.Error, OSError):
                    found.update(_listeners(one))
    return found


def _listeners(process: psutil.Process) -> Iterator[Listener]:
    name = " ".join([f"{process.name()}:", *process.cmdline()])
    for connection in process.net_connections("inet"):
        waits = connection.type == socket.SOCK_DGRAM or connection.status == psutil.CONN_LISTEN
        if waits and not tuple(connection.raddr):
            kind = "tcp" if connection.type == socket.SOCK_STREAM else "udp"
            host = connection.laddr.ip.removeprefix("::ffff:")  # as Java writes an IPv4 address
            yield Listener(name, process.pid, kind, host=host, port=connection.laddr.port)
    for path in _unix_paths(process.pid):
        yield Listener(name, process.pid, "unix", path=path)


def _unix_paths(pid: int) -> Iterator[str]:
    descriptors = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()}
    for line in Path(f"/proc/{pid}/net/unix").read_text(encoding="utf-8").splitlines()[1:]:
        _, _, _, flags, _, _, inode, *path = line.split(maxsplit=7)
        is_waiting = int(flags, 16) & _LISTENING or path  # a datagram socket waits as soon as it has a name
        if is_waiting and f"socket:[{inode}]" in descriptors:
            yield path[0] if path else "@"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
