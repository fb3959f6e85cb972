"""Which tests run on one worker, one after the other, and which are handed out first.

A test stays with the rest of its file, whose fixtures it shares; in a folder of ``TOGETHER``, with the rest of that
folder, which shares a running cloud. Unit tests come first: what is quick fails first. Of the integration tests those
that take longest begin, so that no worker is left alone with one of them in the end.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from collections.abc import Mapping

TESTS = Path(__file__).resolve().parents[1]
SECONDS = TESTS / "seconds.json"
TOGETHER = ("tests/integration/on_one_stack", "tests/integration/on_one_cloud")


def group_of(file: str) -> str:
    """Return the group of a test file, given by its path in the project."""
    return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


def seconds_by_group(seconds: Mapping[str, float]) -> dict[str, float]:
    """Add up the seconds of the files of each group."""
    totals: dict[str, float] = {}
    for file, taken in seconds.items():
        totals[group_of(file)] = totals.get(group_of(file), 0) + taken
    return totals


def measured() -> dict[str, float]:
    """Return the seconds of each file, as `tests.support.times` last wrote them."""
    found: dict[str, float] = json.loads(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else {}
    return found


def rank(file: str, totals: Mapping[str, float]) -> tuple[bool, float]:
    """Return by what a file's group is sorted: a new one, of which nothing is known, counts as the longest."""
    if not file.startswith("tests/integration/"):
        return False, 0
    return True, -totals.get(group_of(file), float("inf"))


class GroupScheduling(LoadFileScheduling):  # type: ignore[misc]
    """Xdist's ``loadfile``, by groups. (Its ``loadgroup`` renames tests, which pytest 9 does not let it do.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])
