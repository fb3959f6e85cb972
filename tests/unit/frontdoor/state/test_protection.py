from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state import protection

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

DESTROY = Request(("destroy", "--yes", "--skip-preview"))


def prepared(layout: Layout, tmp_path: Path, **protect: bool) -> Prepared:
    stack = Stack.read(Project.read(layout), "dev")
    resources = [{"urn": f"urn:pulumi:dev::rag::type::{name}", "protect": flag} for name, flag in protect.items()]
    stack.checkpoint.parent.mkdir(parents=True)
    stack.checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
    return Prepared(layout, stack, tmp_path / "no-pulumi", {}, None)


def test_what_is_protected_is_named(layout: Layout, tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"Stack dev is not destroyed, for cluster, table are protected: set \S+ "):
        protection.check(prepared(layout, tmp_path, table=True, key=False, cluster=True), DESTROY)


def test_nothing_else_is_held_back(layout: Layout, tmp_path: Path) -> None:
    protection.check(prepared(layout, tmp_path, key=False), DESTROY)


def test_other_commands_are_not_held_back(layout: Layout, tmp_path: Path) -> None:
    protection.check(prepared(layout, tmp_path, table=True), Request(("up", "--yes")))
