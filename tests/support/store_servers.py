"""The servers of other makers, downloaded and built as a stack's first command does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.steps import run_side_by_side
from toolchain.frontdoor.setup.servers import server_folder, server_step
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def installed(kind: str) -> Path:
    """Return a server's folder; skip the test, with the sentence that a user gets, where there is no JDK for it."""
    layout = Layout.of(str(PROJECT))
    try:
        step = server_step(layout, kind)
    except Failure as failure:
        pytest.skip(str(failure))
    run_side_by_side([step] if step else [], layout.set_up_logs)
    return server_folder(layout, kind)
