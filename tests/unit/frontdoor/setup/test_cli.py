"""The Pulumi CLI, where none is on PATH: built once for all clones, and said so before it takes minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.steps import Step, run_side_by_side
from toolchain.frontdoor.setup.cli import cli_step

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process  # a `go` of the test's own

GO = """\
#!/bin/sh
echo "go: downloading github.com/pulumi/pulumi/pkg/v3 v3.259.0"
while [ "$1" != -o ]; do shift; done
echo built >> "$COUNT"
echo the program > "$2"
"""


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a `go` on PATH that notes in the returned file each time it builds, and no `pulumi`."""
    program = tmp_path / "bin" / "go"
    program.parent.mkdir()
    program.write_text(GO)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("COUNT", str(tmp_path / "count"))
    return tmp_path / "count"


def clone(layout: Layout, name: str) -> Layout:
    module = layout.project.with_name(name) / "offline" / "cli"
    module.mkdir(parents=True)
    (module / "go.mod").write_text("require github.com/pulumi/pulumi/pkg/v3 v3.259.0\n")
    (module / "go.sum").write_text("")
    return Layout.of(str(layout.project.with_name(name)))


def made(layout: Layout) -> Step:
    step = cli_step(layout)
    assert step is not None
    run_side_by_side([step], layout.set_up_logs)
    return step


def test_it_is_built_once_for_all_clones_and_announced(layout: Layout, go: Path) -> None:
    one, two = clone(layout, "one"), clone(layout, "two")
    first = made(one)
    assert "about five minutes on two cores" in first.warning
    assert "https://www.pulumi.com/docs/iac/download-install/" in first.warning
    second = made(two)
    assert second.warning == ""
    assert go.read_text() == "built\n"
    for layout_of_one in (one, two):
        assert layout_of_one.built_cli.read_text() == "the program\n"
        assert cli_step(layout_of_one) is None


def test_what_a_killed_build_has_left_is_removed(layout: Layout, go: Path) -> None:
    one = clone(layout, "one")
    (one.built_cli.parent / "new.abc").mkdir(parents=True)
    made(one)
    assert go.exists()
    assert sorted(path.name for path in one.built_cli.parent.iterdir()) == ["pulumi", "pulumi.stamp"]


def test_without_go_a_damaged_copy_is_one_sentence(layout: Layout, go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(clone(layout, "one"))
    home = layout.project.parent / "home" / ".cache" / "pulumiw" / "cli"
    (program,) = home.glob("*/files/pulumi")
    program.chmod(0o755)
    program.write_text("damaged")
    (go.parent / "bin" / "go").unlink()
    monkeypatch.setenv("PATH", str(go.parent / "bin"))
    with pytest.raises(Failure, match=r"Not found on PATH: Go, version 1\.26 or newer"):
        made(clone(layout, "two"))
