"""Resources on disk."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from localcloud.control.core.errors import StorageError
from localcloud.control.core.resources import Environment, ServiceAccount
from localcloud.control.core.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_kept_is_there_after_opening_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db")
    account = ServiceAccount(id="sa-1", name="one")
    store.add(account)
    store.close()
    again = Store(tmp_path / "r.db")
    assert again.get(ServiceAccount, "sa-1") == account
    assert again.get(Environment, "sa-1") is None


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db")

    def fail() -> None:
        with store.transaction():
            store.add(ServiceAccount(id="sa-1"))
            with store.transaction():
                store.add(ServiceAccount(id="sa-2"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.all(ServiceAccount) == []
    store.add(ServiceAccount(id="sa-1"))


def test_updates_start_from_what_is_stored(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db")
    account = ServiceAccount(id="sa-1", name="one")
    store.add(account)
    store.update(account, description="d")
    changed = store.update(account, name="two")
    assert changed is not None
    assert (changed.name, changed.description) == ("two", "d")
    assert store.named(ServiceAccount, "", "two") == [changed]
    assert store.named(ServiceAccount, "", "one") == []
    store.remove(account)
    assert store.update(account, name="three") is None


def test_threads_take_turns(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db")
    account = ServiceAccount(id="sa-1", description="")
    store.add(account)

    def append() -> None:
        for _ in range(20):
            with store.transaction():
                stored = store.get(ServiceAccount, "sa-1")
                assert stored is not None
                store.update(account, description=stored.description + "x")

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = store.get(ServiceAccount, "sa-1")
    assert stored is not None
    assert len(stored.description) == 80


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.db").write_text("not a database, but some text that is long enough to be looked at" * 50)
    with pytest.raises(StorageError, match=r"r\.db.*cloud reset"):
        Store(tmp_path / "r.db")


def test_a_row_that_says_nothing_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db")
    store.add(ServiceAccount(id="sa-1"))
    store._db.execute("UPDATE resources SET body = '{'")
    with pytest.raises(StorageError, match=r"r\.db holds a service-account that cannot be read.*cloud reset"):
        store.all(ServiceAccount)


def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db")
    store.add(ServiceAccount(id="sa-1"))
    store._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StorageError, match="room"):
        store.add(ServiceAccount(id="sa-big", description="x" * 100_000))
    store._db.execute("PRAGMA max_page_count = 100000")
    store.add(ServiceAccount(id="sa-2"))
    assert store.get(ServiceAccount, "sa-2")


def test_only_what_has_changed_is_parsed_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db")
    for name in ("one", "two"):
        store.add(ServiceAccount(id=f"sa-{name}", name=name))
    one, two = store.all(ServiceAccount)
    store.update(two, description="d")
    again = store.all(ServiceAccount)
    assert again[0] is one
    assert store.get(ServiceAccount, "sa-one") is one
    assert again[1].description == "d"
    store.remove(one, two)
    assert store._parsed == {}
