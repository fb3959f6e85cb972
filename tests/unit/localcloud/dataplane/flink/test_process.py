"""When the JVM that Flink runs in keeps the archive for later starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from localcloud.dataplane.flink.process import STOP_SECONDS, FlinkProcess
from localcloud.dataplane.java.class_data_archive import Archive
from localcloud.dataplane.process.private_endpoint import PrivateEndpoint

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("has_archive", "trained", "seconds", "kept"),
    [(False, True, STOP_SECONDS, "new"), (False, False, 0, ""), (True, False, STOP_SECONDS, "old")],
)
def test_a_run_without_a_statement_that_writes_waits_for_no_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_archive: bool, trained: bool, seconds: float, kept: str
) -> None:
    archive = Archive(file=tmp_path / "a.jsa", unfinished=tmp_path / "a.part")
    if has_archive:
        archive.file.write_text("old")
    waited: list[float] = []

    def stop(_: PrivateEndpoint, grace: float) -> None:
        waited.append(grace)
        if not has_archive:
            archive.unfinished.write_text("new")

    monkeypatch.setattr(PrivateEndpoint, "stop", stop)
    process = FlinkProcess(tmp_path, tmp_path, cast("Any", None))
    process._archive = archive
    process.stop(trained=trained)
    assert waited == [seconds]
    assert (archive.file.read_text() if archive.file.exists() else "") == kept
    assert not archive.unfinished.exists()
