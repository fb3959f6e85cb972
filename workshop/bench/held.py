"""What a local cloud's processes and files hold: memory, threads, open files, bytes on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop.bench.load import LOCAL_CLOUD, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workshop.clone import Clone

MEMORY = "memory"


def held(clone: Clone) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield ((name, unit), value) of everything that it holds now."""
    for process in clone.processes():
        name = part_of(process.cmdline(), process.name())
        if name.startswith(LOCAL_CLOUD):
            with process.oneshot():
                yield (f"{name}: {MEMORY}", "MB"), process.memory_info().rss / 1e6
                yield (f"{name}: threads", "threads"), process.num_threads()
                yield (f"{name}: open files", "files"), process.num_fds()
    state = clone.path / ".local" / "cloud"
    for database in state.glob("*.db"):
        yield (f"{database.name}", "MB"), database.stat().st_size / 1e6
        log = database.with_name(f"{database.name}-wal")
        yield (f"{database.name}: its log", "MB"), (log.stat().st_size if log.exists() else 0) / 1e6
    yield ("log files", "MB"), sum(file.stat().st_size for file in (state / "logs").iterdir()) / 1e6
