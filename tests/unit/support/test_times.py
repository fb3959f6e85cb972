"""A report of pytest becomes seconds by file, and a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.groups import measured
from tests.support.times import PAGE, seconds_in, table, written

if TYPE_CHECKING:
    from pathlib import Path

REPORT = """<testsuites><testsuite>
<testcase classname="tests.unit.test_a" name="test_one" time="1.5"/>
<testcase classname="tests.unit.test_a.TestClass" name="test_two[x.Y]" time="2.26"/>
<testcase classname="tests.unit.test_b" name="test_three" time="0.3"/>
<testcase classname="" name="tests.unit.test_skipped" time="0.000"/>
</testsuite></testsuites>"""
SECONDS = {"tests/unit/test_a.py": 3.8, "tests/unit/test_b.py": 0.3}


def test_the_times_of_a_files_tests_and_classes_are_added_up(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert seconds_in(report) == SECONDS


def test_quick_files_are_one_row() -> None:
    rows = table(SECONDS).splitlines()[2:]
    assert rows == ["| `tests/unit/test_a.py` | 4 |", "| 1 others | 0 |", "| all | 4 |"]


def test_the_page_has_the_table_of_what_was_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, measured()) == page
    assert table(measured()) in page
