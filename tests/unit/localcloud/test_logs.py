"""Log files are capped, old ones go, and a line says which request it belongs to."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localcloud import logs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.localcloud.conftest import Local

OWN = """
import logging, os, pathlib, sys
from localcloud import logs
logs.LOG_BYTES = 2000
logs.open_own(pathlib.Path(sys.argv[1]))
for number in range(200):
    logging.getLogger("one").warning("line %d", number)
    os.write(2, b"printed by a library\\n")
"""


@pytest.mark.process
def test_the_own_log_is_capped_with_what_is_printed_past_it(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([sys.executable, "-c", OWN, str(tmp_path)], check=True, stdout=out, stderr=out)
    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == ["cloud.log", *(f"cloud.log.{age}" for age in (1, 2, 3))]
    assert all(file.stat().st_size < 2500 for file in files)
    assert "line 199" in files[0].read_text()
    assert all("printed by a library" in file.read_text() for file in files)
    assert (tmp_path / "out").read_text() == ""


@pytest.mark.process
def test_somebody_who_watches_sees_it_too(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", OWN, str(tmp_path)], check=True, capture_output=True, text=True)
    assert "WARNING one: line 199" in ran.stderr
    assert ran.stderr.count("printed by a library") == 200


def test_the_request_log_is_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES", 100)
    log = logs.request_log(tmp_path)
    for number in range(100):
        log.info('{"number": %d}', number)
    log.handlers[0].close()
    assert len(list((tmp_path / "logs").iterdir())) == 1 + logs.KEPT_LOGS


def test_logs_of_what_is_long_gone_are_removed(tmp_path: Path) -> None:
    folder = logs.folder(tmp_path)
    for age in range(logs.KEPT_FILES + 10):
        for name in (f"kafka-lkc-{age}.log", f"note-{age}.txt"):
            (folder / name).write_text("x")
            os.utime(folder / name, (10_000 - age, 10_000 - age))
    logs.remove_old(tmp_path)
    left = {int(file.stem.rpartition("-")[2]) for file in folder.glob("*.log")}
    assert left == set(range(logs.KEPT_FILES))
    assert len(list(folder.glob("*.txt"))) == logs.KEPT_FILES + 10


def test_a_line_says_which_request_it_is_for(
    local: Local, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(logs.with_request_id)

    def broken() -> None:
        local.cloud._background.submit(logging.getLogger("behind").warning, "in the background").result()
        raise RuntimeError

    monkeypatch.setattr(local.cloud.environments, "all", broken)
    reply = local.send("GET", "/org/v2/environments")
    seen = {record.name: record.request for record in caplog.records if hasattr(record, "request")}
    wanted = f" [request {reply.headers['x-request-id']}]"
    assert re.fullmatch(r" \[request [0-9a-f]{32}\]", wanted)
    assert seen["localcloud.api.app"] == seen["behind"] == wanted
    logging.getLogger("outside").warning("of no request")
    assert caplog.records[-1].request == ""  # type: ignore[attr-defined]
