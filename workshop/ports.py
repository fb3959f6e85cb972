"""Ports for servers that tests start, stop and start again."""

from __future__ import annotations

import random
import socket

# Below the ephemeral ports: an outgoing connection could take the port of a stopped server. And no broker's port.
_PORTS = range(10_000, 20_000)


def free_port() -> int:
    """Return a TCP port of loopback that nothing listens on."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError(f"no port from {_PORTS.start} to {_PORTS.stop} is free")
