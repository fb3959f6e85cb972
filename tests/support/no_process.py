"""A guard against tests that start processes and are not marked ``process``."""

from __future__ import annotations

import sys
from typing import Any

import pytest

STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec"}


class NoProcess:
    """Python's audit hook, which cannot be removed, only told to look away."""

    def __init__(self) -> None:
        self._watched: str | None = None
        sys.addaudithook(self._audit)

    def watch(self, test: str | None) -> None:
        """Fail ``test`` when it starts a process, from now on; with None, nothing is watched."""
        self._watched = test

    def _audit(self, event: str, details: tuple[Any, ...]) -> None:
        if event in STARTS and (test := self._watched):
            pytest.fail(f"{test} starts a process ({event} {details[:2]}): mark it `process` (docs/testing.md)")
