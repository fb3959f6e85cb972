"""`./pulumiw ARGS` as `pulumi ARGS`: what stands before, around and after it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.arguments import Request
from toolchain.frontdoor.first_vectors import deployed, show_first_vectors
from toolchain.frontdoor.foreground import become, run
from toolchain.frontdoor.prepare import prepare
from toolchain.frontdoor.recovery import recover

if TYPE_CHECKING:
    from toolchain.frontdoor.layout import Layout
    from toolchain.frontdoor.prepare import Prepared


def _folder(layout: Layout) -> Path:
    """Return where `pulumi` runs: where the user stands if that is in the clone, so that paths mean what they say."""
    here = Path.cwd()
    return here if here.is_relative_to(layout.project) else layout.project


def run_pulumi(layout: Layout, arguments: list[str]) -> int:
    """Run `pulumi` with everything in place and return its exit status."""
    request = Request(tuple(arguments))
    prepared = prepare(layout, request)
    if request.meets_state:
        recover(prepared)
    argv = [str(prepared.cli), *request.for_pulumi()]
    if request.chooses_stack:
        status = run(argv, prepared.environment, _folder(layout))
        _remember_selection(prepared)
        return status
    if request.command != "up" or prepared.cloud is None or request.asks_for_help:
        become(argv, prepared.environment, _folder(layout))
    before = deployed(prepared.stack)
    status = run(argv, prepared.environment, _folder(layout))
    if status == 0 and deployed(prepared.stack) != before and "--json" not in arguments:
        show_first_vectors(prepared, sys.stdout if sys.stdout.isatty() else sys.stderr)
    return status


def _remember_selection(prepared: Prepared) -> None:
    """Keep what is selected now: Pulumi keeps one selection per backend, a person has one stack in mind."""
    project = prepared.stack.project
    backend = prepared.environment.get("PULUMI_BACKEND_URL") or project.chosen_backend or project.login
    selected = project.selection(backend, prepared.environment)
    record = prepared.layout.selected_stack
    if selected is None:
        record.unlink(missing_ok=True)
    else:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(selected + "\n", encoding="utf-8")
