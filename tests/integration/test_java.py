"""The local cloud's projects in Java have tests of their own, which Maven runs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("project", ["", "connectors/neo4j"])
def test_what_java_tests(tmp_path: Path, project: str) -> None:
    pom = PROJECT / "localcloud" / project / "pom.xml"
    command = ["mvn", "-q", "test", "-f", str(pom), f"-Dbuild.root={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout
    assert list(tmp_path.glob("*/surefire-reports/*.xml")), "no test ran"
