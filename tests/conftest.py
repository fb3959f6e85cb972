"""What all tests stand on."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

# First of all, and whole: `offline.plugins.protos` puts empty packages in its place where nobody has imported it.
import pulumi  # noqa: F401
import pytest

from tests.support.groups import TESTS, GroupScheduling, measured, rank, seconds_by_group

if TYPE_CHECKING:
    from xdist.remote import Producer


# A shell that starts the tests in the background has them ignore Ctrl-C, which their children would inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests into the order in which their groups are handed out."""
    totals = seconds_by_group(measured())
    items.sort(key=lambda item: rank(item.path.relative_to(TESTS.parent).as_posix(), totals))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling | None:
    """Hand out whole groups, where whole files were asked for."""
    return GroupScheduling(config, log) if config.getoption("dist") == "loadfile" else None
