"""Ports of this machine's own for servers that keep theirs over restarts."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

HOST = "127.0.0.1"
# Below the ports that Linux and macOS give to outgoing connections, so that nobody takes a stopped server's by chance.
# A range each: what one server keeps and does not use at the moment is never another one's choice.
OF_BROKERS, OF_STORES, OF_TLS = range(20_000, 30_000), range(19_000, 20_000), range(18_000, 19_000)


class NoFreePortError(Exception):
    """Other programs listen on all of the ports; ``str()`` is one sentence for the user."""


def free_ports(count: int, among: range, avoid: Collection[int] = ()) -> list[int]:
    """Return so many ports on which nobody listens, at random; :class:`NoFreePortError` if there are fewer."""
    with ExitStack() as held:
        found: list[int] = []
        for port in random.sample(among, len(among)):
            probe = held.enter_context(socket.socket())
            if port not in avoid:
                try:
                    probe.bind((HOST, port))
                except OSError:
                    continue
                found.append(port)
                if len(found) == count:
                    return found
    raise NoFreePortError(
        f"No free port was found between {among.start} and {among.stop}: end some programs that listen."
    )


def is_free(port: int) -> bool:
    """Whether nobody listens there; connections of a server that has just ended do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_answered(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
