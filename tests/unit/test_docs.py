"""What the pages promise is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAINS = (PROJECT / "docs" / "pains.md").read_text(encoding="utf-8")
SHOWN_BY = re.findall(r"`(tests/[\w/.]+)::(\w+)`", PAINS)


@pytest.mark.parametrize(("file", "test"), SHOWN_BY)
def test_every_test_that_a_pain_names_exists(file: str, test: str) -> None:
    assert re.search(rf"^ *(async )?def {test}\(", (PROJECT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_pain_names_a_test() -> None:
    rows = [line for line in PAINS.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 10
    assert [row for row in rows if not re.search(r"`tests/[\w/.]+::\w+`", row)] == []
