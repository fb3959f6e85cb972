"""The lines of Go, Maven and pip from which progress is read, as they print them."""

from __future__ import annotations

import pytest

from toolchain.frontdoor.setup.output import GoProgress, maven_progress, pip_progress


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "[INFO] Downloading from central: https://repo.example.com/org/a/a-clients/4.4.0/a-clients-4.4.0.jar",
            "fetching a-clients-4.4.0.jar",
        ),
        ("Downloading from central: https://repo.example.com/a.pom", "fetching a.pom"),
        ("[INFO] Building flink 1                                             [3/7]", "compiling flink"),
        ("[INFO] Building jar: /a/b.jar", ""),
        ("[ERROR] Could not transfer artifact", ""),
    ],
)
def test_maven(line: str, said: str) -> None:
    assert maven_progress(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Collecting pulumi==3.259.0 (from -r requirements.txt (line 3))", "fetching pulumi==3.259.0"),
        ("  Downloading https://index.example.com/x/numpy-2.4-cp311.whl (16.3 MB)", "fetching numpy-2.4-cp311.whl"),
        ("Installing collected packages: a, b", "installing what was fetched"),
        ("ERROR: No matching distribution found for pulumi==1", ""),
    ],
)
def test_pip(line: str, said: str) -> None:
    assert pip_progress(line) == said


def test_go_counts_what_it_compiles() -> None:
    progress = GoProgress()
    assert progress("go: downloading github.com/a/b v1.2.3") == "fetching github.com/a/b"
    assert progress("internal/goarch") == "1 packages compiled, now internal/goarch"
    assert progress("github.com/pulumi/pulumi/pkg/v3/engine").startswith("2 packages compiled, now github.com/pulumi")
    assert progress("# github.com/a/b") == ""
    assert progress("main.go:3:1: undefined: x") == ""
