"""Memory that is given back to the system."""

from __future__ import annotations

import ctypes

import psutil
import pytest

from localcloud.control.free_memory import give_back

PIECES, BYTES = 2000, 64 << 10


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library is not glibc")
def test_what_is_free_between_pieces_that_live_on_is_given_back() -> None:
    pieces = [bytes([number % 256]) * BYTES for number in range(PIECES)]
    kept = pieces[:: PIECES // 50]
    full = psutil.Process().memory_info().rss
    pieces.clear()
    give_back()
    assert psutil.Process().memory_info().rss < full - PIECES * BYTES // 2
    assert {len(one) for one in kept} == {BYTES}
