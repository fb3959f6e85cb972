"""The sentence model, downloaded as a stack's first command does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.steps import run_side_by_side
from toolchain.frontdoor.setup.models import models_folder, models_step
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def downloaded() -> Path:
    """Return the folder of the model's jar."""
    layout = Layout.of(str(PROJECT))
    step = models_step(layout)
    run_side_by_side([step] if step else [], layout.set_up_logs)
    return models_folder(layout)
