"""What is to go goes, whatever it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.removal import remove

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_and_a_file(tmp_path: Path) -> None:
    remove(tmp_path / "state")
    (tmp_path / "state").write_text("in the way")
    remove(tmp_path / "state")
    assert list(tmp_path.iterdir()) == []


def test_what_is_read_only(tmp_path: Path) -> None:
    inner = tmp_path / "state" / "kafka" / "data"
    inner.mkdir(parents=True)
    (inner / "log").touch(0o400)
    for folder in (inner, inner.parent, inner.parent.parent):
        folder.chmod(0o500)
    remove(tmp_path / "state")
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_and_what_it_leads_to_is_emptied(tmp_path: Path) -> None:
    disk, beside = tmp_path / "disk", tmp_path / "beside"
    for folder in (disk, beside):
        (folder / "inner").mkdir(parents=True)
    (disk / "elsewhere").symlink_to(beside / "inner")
    (tmp_path / "state").symlink_to(disk)
    remove(tmp_path / "state")
    assert list(disk.iterdir()) == []
    assert (tmp_path / "state").is_symlink()
    assert (beside / "inner").exists()


def test_a_link_to_nothing_goes(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to(tmp_path / "gone")
    remove(tmp_path / "state")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").mkdir()
    monkeypatch.setattr(os, "rmdir", _refuse)
    with pytest.raises(Failure, match=r"state could not be removed \(Operation not permitted\): remove .*yourself"):
        remove(tmp_path / "state")


def _refuse(path: object, **_: object) -> None:
    raise PermissionError(1, "Operation not permitted", str(path))
