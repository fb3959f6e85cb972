"""The servers of other makers and their connectors, downloaded and built as a stack's first command does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.steps import run_side_by_side
from toolchain.frontdoor.setup.connectors import CONNECTORS, connector_path, connector_step
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


def connector_options(kind: str) -> list[str]:
    """Return the local cloud's option for the connector of a kind of sink; none for one that every stack has."""
    if kind not in CONNECTORS:
        return []
    layout = Layout.of(str(PROJECT))
    step = connector_step(layout, kind)
    run_side_by_side([step] if step else [], layout.set_up_logs)
    return [f"--connector={kind}={connector_path(layout, kind)}"]
