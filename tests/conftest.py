"""What all tests stand on."""

from __future__ import annotations

# First of all, and whole: `offline.plugins.protos` puts empty packages in its place where nobody has imported it.
import pulumi  # noqa: F401
import pytest

from tests.support.groups import TESTS, group_of, measured, rank, seconds_by_group


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test its group, and put the groups into the order in which they are handed out."""
    totals = seconds_by_group(measured())
    files = {item: item.path.relative_to(TESTS.parent).as_posix() for item in items}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(files[item])))
    items.sort(key=lambda item: rank(files[item], totals))
