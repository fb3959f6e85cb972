"""The keys that are made at the first start."""

from __future__ import annotations

import json
import stat
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from localcloud.credentials import Credentials, CredentialsError
from localcloud.store_login import STORES, StoreLogin

if TYPE_CHECKING:
    from pathlib import Path


def test_they_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    made = Credentials.load_or_make(tmp_path)
    assert Credentials.load_or_make(tmp_path) == made
    path = tmp_path / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(path.read_text())) == {
        "organization_id",
        "cloud_api_key",
        "cloud_api_secret",
        "openai_api_key",
        "internal_token",
        "stores",
    }
    for secret in (made.cloud_api_secret, made.openai_api_key, made.internal_token, made.stores["mongodb"].password):
        assert len(secret) >= 43  # 256 bits
        assert secret not in repr(made)


def test_no_two_clouds_have_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = Credentials.load_or_make(tmp_path / "a"), Credentials.load_or_make(tmp_path / "b")
    assert one.cloud_api_secret != other.cloud_api_secret
    assert one.organization_id != other.organization_id


def test_each_store_has_a_login_of_its_own(tmp_path: Path) -> None:
    stores = Credentials.load_or_make(tmp_path).stores
    assert set(stores) == set(STORES)
    assert (
        len({login.port for login in stores.values()}) == len({one.password for one in stores.values()}) == len(STORES)
    )


def test_an_older_cloud_gets_logins_of_new_stores_and_keeps_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    made = Credentials.load_or_make(tmp_path)
    older = {name: value for name, value in json.loads(path.read_text()).items() if name != "stores"}
    path.write_text(json.dumps(older))
    found = Credentials.load_or_make(tmp_path)
    assert found == replace(made, stores=found.stores)
    assert found.stores["mongodb"].password != made.stores["mongodb"].password
    assert Credentials.load_or_make(tmp_path) == found
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_older_cloud_keeps_the_login_of_its_mongodb(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    Credentials.load_or_make(tmp_path)
    older = {name: value for name, value in json.loads(path.read_text()).items() if name != "stores"}
    login = StoreLogin(port=19_017, username="admin", password="in-a-connector")
    path.write_text(json.dumps({**older, **{f"mongodb_{name}": value for name, value in asdict(login).items()}}))
    stores = Credentials.load_or_make(tmp_path).stores
    assert stores["mongodb"] == login
    assert set(stores) == set(STORES)
    assert Credentials.load_or_make(tmp_path).stores == stores


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"cloud_api_key": "x"}', '{"stores": {"mongodb": {"port": 1}}}', '{"stores": []}']
)
def test_a_broken_file_is_told_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials.json"
    path.write_text(text)
    with pytest.raises(CredentialsError, match="put it back"):
        Credentials.load_or_make(tmp_path)
    assert path.read_text() == text
