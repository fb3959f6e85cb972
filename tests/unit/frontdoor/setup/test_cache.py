"""What one clone has built serves the next one, or is built again: nothing in between."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.setup.cache import Cache, Entry

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY = Entry("java", "abc")
LINKED = Entry("cli", "abc", is_linked=True)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


class Builds:
    """Counts how often something is built."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, folder: Path) -> None:
        self.count += 1
        (folder / "lib" / "empty").mkdir(parents=True)
        (folder / "lib" / "a.jar").write_text("jar")
        program = folder / "program"
        program.write_text("#!/bin/sh")
        program.chmod(0o755)
        (folder / "link").symlink_to("program")


def fill(cache: Cache, entry: Entry, folder: Path, build: Callable[[Path], None]) -> bool:
    folder.mkdir()
    return cache.fill(entry, folder, is_made=lambda made: (made / "program").is_file(), make=build)


def place(cache: Cache, entry: Entry) -> Path:
    assert cache.root is not None
    (found,) = [path for path in (cache.root / entry.kind).iterdir() if not path.name.startswith(".")]
    return found


@pytest.mark.parametrize("entry", [ENTRY, LINKED])
def test_the_next_clone_gets_the_same_files(cache: Cache, entry: Entry, tmp_path: Path) -> None:
    build = Builds()
    assert not cache.has(entry)
    assert not fill(cache, entry, tmp_path / "one", build)
    assert cache.has(entry)
    assert fill(cache, entry, tmp_path / "two", build)
    assert build.count == 1
    two = tmp_path / "two"
    assert (two / "lib" / "a.jar").read_text() == "jar"
    assert (two / "lib" / "empty").is_dir()
    assert os.access(two / "program", os.X_OK)
    assert (two / "link").readlink() == Path("program")


def test_linked_files_are_shared_and_cannot_be_written_to(cache: Cache, tmp_path: Path) -> None:
    for name in ("one", "two"):
        fill(cache, LINKED, tmp_path / name, Builds())
    files = [tmp_path / name / "program" for name in ("one", "two")]
    assert files[0].samefile(files[1])
    assert files[0].stat().st_mode & 0o777 == 0o555


def test_copied_files_are_each_clones_own(cache: Cache, tmp_path: Path) -> None:
    for name in ("one", "two"):
        fill(cache, ENTRY, tmp_path / name, Builds())
    (tmp_path / "one" / "program").write_text("edited")
    assert (tmp_path / "two" / "program").read_text() == "#!/bin/sh"
    assert fill(cache, ENTRY, tmp_path / "three", Builds())


def test_without_hard_links_files_are_copied(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    fill(cache, LINKED, tmp_path / "one", Builds())
    assert fill(cache, LINKED, tmp_path / "two", Builds())
    assert not (tmp_path / "one" / "program").samefile(tmp_path / "two" / "program")


def damage_content(entry: Path) -> None:
    path = entry / "files" / "lib" / "a.jar"
    path.chmod(0o644)
    path.write_text("raj")


def damage_list(entry: Path) -> None:
    (entry / "manifest.json").write_text('{"files": {')


@pytest.mark.parametrize(
    "damage",
    [
        damage_content,
        damage_list,
        lambda entry: (entry / "files" / "program").unlink(),
        lambda entry: (entry / "manifest.json").unlink(),
        lambda entry: (entry / "manifest.json").write_text("[]"),
    ],
    ids=["another content", "half a list", "a file is missing", "the list is missing", "another list"],
)
@pytest.mark.parametrize("entry", [ENTRY, LINKED])
def test_a_damaged_entry_is_built_again(
    cache: Cache, entry: Entry, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    build = Builds()
    fill(cache, entry, tmp_path / "one", build)
    damage(place(cache, entry))
    assert not fill(cache, entry, tmp_path / "two", build)
    assert (tmp_path / "two" / "lib" / "a.jar").read_text() == "jar"
    assert fill(cache, entry, tmp_path / "three", build)
    assert build.count == 2


def test_an_entry_that_is_of_no_use_here_is_built_again(cache: Cache, tmp_path: Path) -> None:
    fill(cache, ENTRY, tmp_path / "one", Builds())
    folder = tmp_path / "two"
    folder.mkdir()
    build = Builds()
    assert not cache.fill(ENTRY, folder, is_made=lambda _: False, make=build)
    assert build.count == 1


def test_a_build_that_fails_is_not_kept(cache: Cache, tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "program").touch()
        raise Failure("no")

    with pytest.raises(Failure):
        fill(cache, ENTRY, tmp_path / "one", fail)
    assert not cache.has(ENTRY)


def test_what_somebody_else_can_write_to_is_not_used(cache: Cache, tmp_path: Path) -> None:
    build = Builds()
    fill(cache, ENTRY, tmp_path / "one", build)
    place(cache, ENTRY).chmod(0o777)
    assert not fill(cache, ENTRY, tmp_path / "two", build)


def test_of_two_clones_at_once_one_builds_and_the_other_waits(cache: Cache, tmp_path: Path) -> None:
    build, waited, building = Builds(), threading.Event(), threading.Event()

    def build_slowly(folder: Path) -> None:
        building.set()
        assert waited.wait(30)
        build(folder)

    def other() -> None:
        assert building.wait(30)
        (tmp_path / "two").mkdir()
        cache.fill(ENTRY, tmp_path / "two", is_made=lambda _: True, make=build, waiting=waited.set)

    thread = threading.Thread(target=other)
    thread.start()
    fill(cache, ENTRY, tmp_path / "one", build_slowly)
    thread.join(30)
    assert build.count == 1
    assert (tmp_path / "two" / "program").is_file()


def test_only_the_newest_entries_are_kept(cache: Cache, tmp_path: Path) -> None:
    for number in range(6):
        entry = Entry("java", f"digest{number}")
        fill(cache, entry, tmp_path / str(number), Builds())
        os.utime(place_of(cache, entry), (number, number))
    assert [cache.has(Entry("java", f"digest{number}")) for number in range(6)] == [False] * 2 + [True] * 4


def place_of(cache: Cache, entry: Entry) -> Path:
    assert cache.root is not None
    (found,) = (cache.root / entry.kind).glob(f"{entry.digest}-*")
    return found


def test_a_cache_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    build = Builds()
    for name in ("one", "two"):
        assert not fill(Cache(tmp_path / "cache"), ENTRY, tmp_path / name, build)
    assert build.count == 2


class TestPlace:
    """Where it is."""

    @pytest.mark.parametrize(
        ("environment", "root"),
        [
            ({}, "HOME/.cache/pulumiw"),
            ({"XDG_CACHE_HOME": "/caches"}, "/caches/pulumiw"),
            ({"XDG_CACHE_HOME": "relative"}, "HOME/.cache/pulumiw"),
            ({"XDG_CACHE_HOME": "/caches", "PULUMIW_CACHE": "/mine"}, "/mine"),
            ({"PULUMIW_CACHE": ""}, "HOME/.cache/pulumiw"),
        ],
    )
    def test_it_is_the_users(
        self, environment: dict[str, str], root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        assert Cache.of(environment).root == Path(root.replace("HOME", str(tmp_path)))

    def test_it_can_be_turned_off(self, tmp_path: Path) -> None:
        cache, build = Cache.of({"PULUMIW_CACHE": "off"}), Builds()
        for name in ("one", "two"):
            assert not fill(cache, ENTRY, tmp_path / name, build)
        assert build.count == 2

    def test_another_value_is_refused(self) -> None:
        with pytest.raises(Failure, match="PULUMIW_CACHE is 'no': set it to the full path of a folder, or to off"):
            Cache.of({"PULUMIW_CACHE": "no"})
