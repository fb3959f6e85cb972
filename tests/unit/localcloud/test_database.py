"""SQLite files: their write-ahead logs."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from localcloud.database import opened

if TYPE_CHECKING:
    from pathlib import Path


def test_the_log_of_a_large_transaction_does_not_stay(tmp_path: Path) -> None:
    file, log = tmp_path / "some.db", tmp_path / "some.db-wal"
    with closing(opened(file, "CREATE TABLE blobs (bytes BLOB);", survives_power_cut=True)) as database:
        database.execute("BEGIN")
        for _ in range(20):
            database.execute("INSERT INTO blobs VALUES (zeroblob(1000000))")
        database.execute("COMMIT")
        assert log.stat().st_size > 16_000_000
        for _ in range(3):  # a commit after the checkpoint begins the log from its start
            database.execute("INSERT INTO blobs VALUES ('small')")
        assert log.stat().st_size <= 4 << 20
