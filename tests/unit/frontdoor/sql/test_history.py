"""What is kept of earlier sessions, and where."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from toolchain.frontdoor.sql.history import History, history_file, may_be_kept


@pytest.mark.parametrize(
    "statement",
    [
        "SET 'sql.secrets.openai' = 'x'",
        "RESET 'sql.secrets.openai'",
        "CREATE CONNECTION c WITH ('type' = 'openai', 'api-key' = 'abc')",
        "ALTER CONNECTION c SET (\n  'password' = 'p')",
        "CREATE MODEL m WITH ('openai.api_key' = 'k')",
        "SELECT 'sk-abcdefghijklmnopqrstuvwx'",
    ],
)
def test_a_statement_with_a_secret_is_not_kept(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "state" / "sql_history"
    history = History(path)
    history.append_string(statement)
    history.append_string("SHOW TABLES;")
    assert not may_be_kept(statement)
    assert history.get_strings() == ["SHOW TABLES;"]
    assert list(History(path).load_history_strings()) == ["SHOW TABLES;"]
    assert statement.splitlines()[0] not in path.read_text()


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "sql_history"
    History(path).append_string("SELECT\n  1;")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(History(path).load_history_strings()) == ["SELECT\n  1;"]


def test_it_is_in_the_state_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert history_file({"XDG_STATE_HOME": "/var/mine"}) == Path("/var/mine/pulumiw/sql_history")
    assert history_file({}) == tmp_path / ".local/state/pulumiw/sql_history"
    assert history_file({"XDG_STATE_HOME": "relative"}) == tmp_path / ".local/state/pulumiw/sql_history"
