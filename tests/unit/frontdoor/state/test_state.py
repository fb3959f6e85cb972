from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.deployment import deployment

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process  # all: most of them start one

STATE = '{"resources": [{"urn": "urn:a"}]}'


@pytest.mark.parametrize(
    ("kept", "resources"),
    [(f'{{"checkpoint": {{"latest": {STATE}}}}}', 1), ('{"checkpoint": {}}', 0), ('{"checkp', 0), (None, 0)],
)
def test_in_the_clone(layout: Layout, tmp_path: Path, kept: str | None, resources: int) -> None:
    stack = Stack.read(Project.read(layout), "dev")
    stack.checkpoint.parent.mkdir(parents=True)
    if kept:
        stack.checkpoint.write_text(kept)
    found = deployment(Prepared(layout, stack, tmp_path / "no-pulumi", {}, None))
    assert len(found.get("resources", [])) == resources


@pytest.mark.parametrize(
    ("told", "resources"), [(f'{{"deployment": {STATE}}}', 1), ('{"deployment": null}', 0), ("", 0)]
)
def test_elsewhere(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, resources: int) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://elsewhere")
    cli = tmp_path / "pulumi"
    cli.write_text(f"#!/bin/sh\n[ \"$2 $3\" = 'stack export' ] && echo '{told}'\n")
    cli.chmod(0o755)
    stack = Stack.read(Project.read(layout), "dev")
    found = deployment(Prepared(layout, stack, cli, {}, None))
    assert len(found.get("resources", [])) == resources
