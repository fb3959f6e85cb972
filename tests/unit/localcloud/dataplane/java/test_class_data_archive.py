"""The class-data archive that a JVM writes once, and starts from afterwards."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.java.class_data_archive import Archive

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def jar(tmp_path: Path) -> Path:
    made = tmp_path / "a.jar"
    made.write_text("classes")
    return made


def java(folder: Path, version: str) -> str:
    program = folder / version / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.touch()
    return str(program)


def test_one_run_writes_it_and_the_next_uses_it(tmp_path: Path, jar: Path) -> None:
    program = java(tmp_path, "17.0.15")
    first = Archive.of(tmp_path, program, str(jar), "flink")
    assert first.is_missing
    assert first.options[0] == f"-XX:ArchiveClassesAtExit={first.unfinished}"
    first.unfinished.write_text("archive")
    first.keep()
    assert Archive.of(tmp_path, program, str(jar), "flink").options[0] == f"-XX:SharedArchiveFile={first.file}"


def test_one_of_a_run_without_the_usual_work_is_not_kept(tmp_path: Path, jar: Path) -> None:
    archive = Archive.of(tmp_path, java(tmp_path, "17"), str(jar), "flink")
    archive.unfinished.write_text("archive with gaps")
    archive.keep(trained=False)
    assert archive.is_missing
    assert not archive.unfinished.exists()
    archive.keep()  # a run that used one, or was killed, has written nothing
    assert archive.is_missing


def test_another_jar_or_another_java_has_another_one(tmp_path: Path, jar: Path) -> None:
    program, other = java(tmp_path, "25.0.1"), java(tmp_path, "25.0.3")
    names = [Archive.of(tmp_path, program, str(jar), "flink").file]
    names.append(Archive.of(tmp_path, other, str(jar), "flink").file)
    os.utime(jar, (1, 1))
    names.append(Archive.of(tmp_path, program, str(jar), "flink").file)
    assert len(set(names)) == 3
