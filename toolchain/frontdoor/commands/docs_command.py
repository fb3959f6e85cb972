"""`./pulumiw docs [--check]`: write the pages of docs/ that are generated, or say which of them differ."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.foreground import run as run_in_foreground
from toolchain.frontdoor.setup.prepare import set_up_packages
from toolchain.frontdoor.setup.venv import Packages

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout


def run(layout: Layout, arguments: list[str]) -> int:
    """Run :mod:`workshop.docs`; its exit status."""
    set_up_packages(layout, Packages.TESTS)  # what workshop/ imports is listed there
    # The policy pack is a project of its own, whose packages are found from its folder.
    path = os.pathsep.join([str(layout.project), str(layout.project / "policy")])
    environment = {**os.environ, "PYTHONPATH": path}
    return run_in_foreground([layout.python, "-m", "workshop.docs", *arguments], environment, layout.project)
