"""How the Milvus server is started, and whom it lets in."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.stores.milvus import Milvus
from localcloud.dataplane.stores.milvus_server.login import Login
from localcloud.store_login import StoreLogin

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = StoreLogin(port=19018, username="admin", password="very-secret")


def test_it_runs_with_its_own_packages_and_hides_its_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".complete").touch()
    store = Milvus(tmp_path, LOGIN)
    command = store.command(tmp_path / "data")
    assert command[-2:] == [str(tmp_path / "data"), "19018"]
    assert "very-secret" not in " ".join(command)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert store.environment()["PYTHONPATH"] == str(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    assert store.environment()["PYTHONPATH"] == f"{tmp_path}{os.pathsep}elsewhere"


def test_where_it_is_not_installed_it_says_how_to(tmp_path: Path) -> None:
    for installation in (None, tmp_path):
        with pytest.raises(DataPlaneError, match=r"Milvus is not installed here: run .* `endpoint: local`\."):
            Milvus(installation, LOGIN).command(tmp_path)


@pytest.mark.parametrize(
    ("token", "is_right"),
    [
        ("admin:very-secret", True),
        ("very-secret", True),
        ("admin:", False),
        ("admin", False),
        ("root:very-secret", False),
        ("", False),
        ("\N{SNOWMAN}", False),
    ],
)
def test_a_token_is_user_and_password_or_the_password_alone(token: str, *, is_right: bool) -> None:
    login = Login("admin", "very-secret")
    assert login.lets_in(token) is is_right
    assert login.lets_in_encoded(base64.b64encode(token.encode()).decode()) is is_right
    assert not login.lets_in_encoded(token)
