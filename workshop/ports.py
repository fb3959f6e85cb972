"""Free ports for servers that tests start, stop and restart."""

from __future__ import annotations

import random
import socket

# Below the ephemeral ports: an outgoing connection could take a stopped server's port. And apart from brokers' ports.
_PORTS = range(10_000, 20_000)


def free_port() -> int:
    """Return a TCP port on loopback on which no program listens."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError(f"no port from {_PORTS.start} to {_PORTS.stop} is free")
