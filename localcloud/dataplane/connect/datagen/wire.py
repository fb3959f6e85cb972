"""Confluent's wire format: a zero byte, the schema's id as four bytes (big-endian), the payload."""

from __future__ import annotations

import struct

HEADER = struct.Struct(">bI")


def framed(schema_id: int, payload: bytes) -> bytes:
    """Return ``payload`` in Confluent's wire format."""
    return HEADER.pack(0, schema_id) + payload
