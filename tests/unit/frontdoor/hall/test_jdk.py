"""Where a newer JDK is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.jdk import jdk_21

if TYPE_CHECKING:
    from pathlib import Path


def jdk(home: Path, version: str, *programs: str) -> Path:
    """Make what a JDK is known by."""
    (home / "bin").mkdir(parents=True)
    for program in programs or ("java", "javac"):
        (home / "bin" / program).write_text("#!/bin/sh\n")
        (home / "bin" / program).chmod(0o755)
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return home


def test_the_variable_comes_first_then_java_home_then_path(tmp_path: Path) -> None:
    of_variable, of_home, of_path = (jdk(tmp_path / name, "25.0.1") for name in ("a", "b", "c"))
    environment = {"JAVA21_HOME": str(of_variable), "JAVA_HOME": str(of_home), "PATH": str(of_path / "bin")}
    assert jdk_21("It", environment, tmp_path) == of_variable
    del environment["JAVA21_HOME"]
    assert jdk_21("It", environment, tmp_path) == of_home
    del environment["JAVA_HOME"]
    assert jdk_21("It", environment, tmp_path) == of_path


def test_an_older_one_is_passed_over_for_one_that_is_installed(tmp_path: Path) -> None:
    environment = {"JAVA_HOME": str(jdk(tmp_path / "a", "17.0.15")), "PATH": "", "HOME": str(tmp_path / "home")}
    newest = jdk(tmp_path / "usr" / "lib" / "jvm" / "a-25", "25")
    assert jdk_21("It", environment, tmp_path) == newest
    oldest_that_will_do = jdk(tmp_path / "home" / ".sdkman" / "candidates" / "java" / "x", "21.0.4")
    assert jdk_21("It", environment, tmp_path) == oldest_that_will_do


def test_without_one_the_sentence_says_what_is_needed_and_where_it_was_looked_for(tmp_path: Path) -> None:
    jdk(tmp_path / "usr" / "lib" / "jvm" / "runtime-25", "25", "java")  # compiles nothing
    jdk(tmp_path / "usr" / "lib" / "jvm" / "jdk-8", "1.8.0_452")
    with pytest.raises(
        Failure,
        match=r"^Elasticsearch needs a JDK, version 21 or newer, and there is none in JAVA21_HOME, JAVA_HOME, on PATH,"
        r" in /usr/lib/jvm or in SDKMAN: install one .*, or set JAVA21_HOME to it\.$",
    ):
        jdk_21("Elasticsearch", {"HOME": str(tmp_path)}, tmp_path)
