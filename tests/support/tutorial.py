"""The tutorial's own statements, whatever else has been added to ``sql/`` since."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

MODEL, TABLE, INSERT = "create-model-vector-embedding", "create-table-product-vector", "insert-into-product-vector"
_SEARCH = (
    "create-table-mongodb-products",
    "create-table-queries",
    "create-table-query-vectors",
    "insert-into-query-vectors",
)


def copy_statements(folder: Path) -> Path:
    """Copy the statements into a new folder ``sql`` of ``folder``, those of searching too; return it."""
    copy = folder / "sql"
    (copy / "search").mkdir(parents=True)
    for name in (MODEL, TABLE, INSERT, *(f"search/{name}" for name in _SEARCH)):
        shutil.copy(PROJECT / "sql" / f"{name}.sql", copy / f"{name}.sql")
    return copy
