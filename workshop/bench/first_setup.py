"""Seconds of the first `up` in a fresh clone with empty caches: it installs every tool, then deploys the stack."""

from __future__ import annotations

import tempfile
from pathlib import Path

from workshop.bench.measure import Figure, Place, seconds
from workshop.clone import Clone


def megabytes(folder: Path) -> float:
    """Return the size of all files below ``folder``, in megabytes."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def measure() -> list[Figure]:
    """Run `up` with empty caches. Only once: it downloads everything."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        clone = Clone.make(root / "clone")
        clone.env = {
            "PULUMIW_HOME": str(root / "home"),
            "PIP_CACHE_DIR": str(root / "pip"),
            "GOMODCACHE": str(root / "gomod"),
            "GOCACHE": str(root / "gobuild"),
            "GOFLAGS": "-modcacherw",
            "MAVEN_OPTS": f"-Dmaven.repo.local={root / 'm2'}",
        }
        try:
            took = seconds(lambda: clone.ok("up", "--yes"))
        finally:
            clone.remove()
        home = megabytes(root / "home")
        caches = sum(megabytes(root / cache) for cache in ("pip", "gomod", "gobuild", "m2"))
    return [
        Figure(name="fresh clone, empty caches, to first vectors shown", unit="s", values=[took]),
        *(
            Figure(name=name, unit="MB", values=[size], place=Place("Megabytes", name))
            for name, size in (("tools kept by the clone", home), ("package managers' caches", caches))
        ),
    ]
