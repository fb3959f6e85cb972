"""Memory that this process has freed, given back to the system."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Return the pages that the C library keeps for later.

    After hours of requests half of its heap is free, in pieces between what lives on: only this returns these. Nothing
    happens where the C library is not glibc.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
