"""A state folder says which version has written it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from localcloud import state_mark
from localcloud.__main__ import main
from localcloud.serve import STATE_UNUSABLE
from localcloud.state_mark import StateVersionError
from localcloud.version import STATE_FORMAT, VERSION

if TYPE_CHECKING:
    from pathlib import Path

NEWER = {"format": STATE_FORMAT + 1, "version": "9.1.0"}


def mark(state: Path, text: str) -> None:
    (state / state_mark.FILE_NAME).write_text(text)


def test_its_own_mark_and_none_and_an_older_one_are_taken_over(tmp_path: Path) -> None:
    state_mark.check(tmp_path / "not there")
    state_mark.check(tmp_path)
    mark(tmp_path, json.dumps({"format": 0, "version": "0.0.1"}))
    state_mark.check(tmp_path)
    state_mark.write(tmp_path)
    state_mark.check(tmp_path)
    written = json.loads((tmp_path / state_mark.FILE_NAME).read_text())
    assert written == {"format": STATE_FORMAT, "version": VERSION}


def test_a_newer_one_is_refused_with_what_to_do_and_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark(tmp_path, json.dumps(NEWER))
    (tmp_path / "resources.db").write_bytes(b"of the future")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["serve", "--state", str(tmp_path), "--port", "8099", "--jars", str(tmp_path)]) == STATE_UNUSABLE
    said = capsys.readouterr().err
    for part in ("version 9.1.0", f"state format {STATE_FORMAT + 1}", f"up to {STATE_FORMAT}", "update the clone"):
        assert part in said
    assert "cloud reset" in said
    assert said.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "new", "version": "1"}', "\x00"])
def test_a_mark_that_says_nothing_is_not_guessed_at(tmp_path: Path, text: str) -> None:
    mark(tmp_path, text)
    with pytest.raises(StateVersionError, match=r"version\.json does not say"):
        state_mark.check(tmp_path)
