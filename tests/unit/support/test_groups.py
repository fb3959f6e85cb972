"""Which tests stay together, and in which order they are handed out."""

from __future__ import annotations

from tests.support.groups import TESTS, TOGETHER, group_of, measured, rank, seconds_by_group

STACK = TOGETHER[0]
LONG, SHORT, NEW = (f"tests/integration/test_{name}.py" for name in ("long", "short", "new"))
SECONDS = {LONG: 100.0, SHORT: 5.0, f"{STACK}/test_a.py": 90.0, f"{STACK}/test_b.py": 20.0, "tests/unit/test_x.py": 9.0}


def test_a_file_is_a_group() -> None:
    assert group_of(LONG) == LONG


def test_a_folder_with_a_shared_cloud_is_one_group() -> None:
    assert group_of(f"{STACK}/test_a.py") == group_of(f"{STACK}/test_b.py") == STACK
    assert all((TESTS.parent / folder / "conftest.py").is_file() for folder in TOGETHER)


def test_unit_tests_then_new_files_then_the_longest_groups() -> None:
    totals = seconds_by_group(SECONDS)
    files = [SHORT, LONG, f"{STACK}/test_a.py", "tests/unit/test_x.py", NEW]
    assert sorted(files, key=lambda file: rank(file, totals)) == [
        "tests/unit/test_x.py",
        NEW,
        f"{STACK}/test_a.py",
        LONG,
        SHORT,
    ]


def test_what_was_measured_is_still_there() -> None:
    assert [file for file in measured() if not (TESTS.parent / file).is_file()] == []
