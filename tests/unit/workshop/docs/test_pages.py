"""Generated pages are what the code says, and `./pulumiw docs` mends the ones that are not."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from components.config.settings import Settings
from toolchain.frontdoor.commands import docs_command
from toolchain.frontdoor.hall.layout import Layout
from workshop.clone import PROJECT
from workshop.docs.__main__ import run
from workshop.docs.pages import PAGES, Page
from workshop.docs.settings_page import render

if TYPE_CHECKING:
    from pathlib import Path

(SECURITY,) = (page for page in PAGES if page.name == "security.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_what_is_generated(page: Page) -> None:
    assert not page.differs(PROJECT), "run `./pulumiw docs`"


def test_the_settings_page_names_every_setting() -> None:
    for info in Settings.model_fields.values():
        assert f"| `{info.alias}` |" in render()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the documentation, in which every generated page is up to date."""
    shutil.copytree(PROJECT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("plots"))
    for page in PAGES:
        page.write(tmp_path)
    return tmp_path


def test_check_names_what_differs_and_writes_nothing(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "docs" / "settings.md").write_text("by hand")
    (copy / "docs" / "policy.md").unlink()
    assert run(["--check"], copy) == 1
    named = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert named == ["docs/settings.md", "docs/policy.md"]
    assert (copy / "docs" / "settings.md").read_text() == "by hand"
    assert not (copy / "docs" / "policy.md").exists()


def test_what_differs_is_written(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "docs" / "settings.md").write_text("by hand")
    assert run([], copy) == 0
    assert capsys.readouterr().out == "docs/settings.md: written\n"
    assert run(["--check"], copy) == 0
    assert "up to date" in capsys.readouterr().out


def test_what_stands_before_a_generated_table_is_kept(copy: Path) -> None:
    file = copy / "docs" / SECURITY.name
    head, mark, table = file.read_text().partition(SECURITY.after)
    file.write_text(f"{head}A sentence.\n{mark}\n\nby hand")
    assert run([], copy) == 0
    assert file.read_text() == f"{head}A sentence.\n{mark}{table}"


def test_a_table_s_lost_beginning_is_told(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = copy / "docs" / SECURITY.name
    file.write_text(file.read_text().replace(SECURITY.after, ""))
    assert run([], copy) == 1
    assert f"docs/security.md has lost the line {SECURITY.after}" in capsys.readouterr().err


@pytest.mark.process
def test_the_command_finds_program_and_policy_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exit status is the command's; it imports every generator before it prints its help."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(docs_command, "set_up_packages", lambda *_: None)
    assert docs_command.run(Layout.of(str(PROJECT)), ["--help"]) == 0
    assert docs_command.run(Layout.of(str(PROJECT)), ["--chekc"]) == 2
