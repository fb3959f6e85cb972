"""Folders of the toolchain that are filled once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.setup.builds import digest_of, fill_once

if TYPE_CHECKING:
    from pathlib import Path


def is_made(folder: Path) -> bool:
    return (folder / "a.jar").is_file()


def fill(made: Path) -> None:
    (made / "a.jar").write_text("built")


def test_a_folder_is_filled_once(tmp_path: Path) -> None:
    folder = tmp_path / "servers" / "x"
    fill_once(folder, is_made, fill)
    (folder / "a.jar").write_text("kept")
    fill_once(folder, is_made, fill)
    assert (folder / "a.jar").read_text() == "kept"
    assert [path.name for path in folder.parent.iterdir()] == ["x"]


def test_one_that_is_incomplete_is_replaced_and_what_a_killed_process_left_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "servers" / "x"
    folder.mkdir(parents=True)
    (folder / "torn").touch()
    (folder.parent / "new.abc").mkdir()
    fill_once(folder, is_made, fill)
    assert [path.name for path in folder.iterdir()] == ["a.jar"]
    assert [path.name for path in folder.parent.iterdir()] == ["x"]


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "servers" / "x"

    def fail(made: Path) -> None:
        fill(made)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fill_once(folder, is_made, fail)
    assert list(folder.parent.iterdir()) == []


def test_a_digest_is_of_names_and_contents_not_of_where_the_clone_is(tmp_path: Path) -> None:
    def files(clone: str, name: str, content: str) -> str:
        root = tmp_path / clone
        root.mkdir(exist_ok=True)
        (root / name).write_text(content)
        return digest_of([root / name], root)

    assert files("a", "pom.xml", "1") == files("b", "pom.xml", "1")
    assert len({files("a", "pom.xml", "1"), files("a", "pom.xml", "2"), files("a", "other.xml", "1")}) == 3
