from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.cloud.local_cloud import Health, LocalCloud
from toolchain.frontdoor.cloud.own_processes import marked_processes
from toolchain.frontdoor.commands import cloud_command
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.hall.layout import Layout
from workshop.clone import PROJECT, wait_until
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process  # all: most of them start one


def clone_of(layout: Layout, port: int) -> LocalCloud:
    package = layout.project / "localcloud"
    package.mkdir(exist_ok=True)
    shutil.copy(PROJECT / "tests" / "support" / "fake_localcloud.py", package / "__main__.py")
    layout.python.parent.mkdir(parents=True)
    layout.python.symlink_to(sys.executable)
    text = (layout.project / "Pulumi.dev.yaml").read_text()
    (layout.project / "Pulumi.dev.yaml").write_text(text.replace(":8099", f":{port}"))
    return LocalCloud(layout, f"http://127.0.0.1:{port}")


@pytest.fixture
def cloud(layout: Layout) -> Iterator[LocalCloud]:
    made = clone_of(layout, free_port())
    yield made
    made.stop()


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_starts_once_and_stops_with_all_its_processes(cloud: LocalCloud) -> None:
    assert cloud.health()[0] is Health.NOTHING
    cloud.start(cloud.layout.home, cloud.layout.home)
    first = marked_processes(cloud.layout.cloud)
    cloud.start(cloud.layout.home, cloud.layout.home)
    assert marked_processes(cloud.layout.cloud) == first
    assert cloud.is_up()
    assert cloud.status()["broker"] in first
    assert cloud.stop()
    # One that is ending has no environment any more, by which `stop` knows it, a moment before it is gone.
    wait_until(lambda: not any(alive(process) for process in first), "the end of its processes", 5)
    assert not cloud.stop()


@pytest.mark.parametrize(("silent_seconds", "says"), [(0.0, True), (60.0, False)])
def test_a_stop_that_takes_long_says_why(
    cloud: LocalCloud,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    silent_seconds: float,
    *,
    says: bool,
) -> None:
    monkeypatch.setattr("toolchain.frontdoor.cloud.local_cloud._SILENT_SECONDS", silent_seconds)
    cloud.start(cloud.layout.home, cloud.layout.home)
    capsys.readouterr()
    cloud.stop()
    assert ("class-data archives" in capsys.readouterr().err) is says


def test_stop_finds_what_a_crash_has_left(cloud: LocalCloud) -> None:
    cloud.start(cloud.layout.home, cloud.layout.home)
    broker = cloud.status()["broker"]
    os.kill(int(cloud.layout.cloud_pid.read_text()), signal.SIGKILL)
    assert alive(broker)
    assert cloud.stop()
    assert not alive(broker)


def test_two_clones_do_not_stop_each_other(cloud: LocalCloud, tmp_path: Path) -> None:
    cloud.start(cloud.layout.home, cloud.layout.home)
    other = LocalCloud(Layout.of(str(tmp_path / "other")), cloud.endpoint)
    assert not other.stop()
    assert cloud.is_up()


def test_a_cloud_of_another_clone_is_not_taken_for_ours(cloud: LocalCloud, tmp_path: Path) -> None:
    cloud.start(cloud.layout.home, cloud.layout.home)
    other = LocalCloud(Layout.of(str(tmp_path / "other")), cloud.endpoint)
    with pytest.raises(Failure, match="not this clone's"):
        other.is_up()
    other.layout.cloud.mkdir(parents=True)
    shutil.copy(cloud.layout.cloud / "credentials.json", other.layout.cloud)
    assert other.is_up()
    text = (other.layout.cloud / "credentials.json").read_text()
    (other.layout.cloud / "credentials.json").write_text(text.replace('"K"', '"L"'))
    with pytest.raises(Failure, match="another clone"):
        other.is_up()


def test_one_that_dies_is_no_stranger(cloud: LocalCloud) -> None:
    with socket.create_server(("127.0.0.1", cloud.port)) as dying:

        def die() -> None:
            connection, _ = dying.accept()
            dying.close()
            connection.close()

        threading.Thread(target=die).start()
        assert cloud.health() == (Health.NOTHING, "")


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.0 200 OK\r\n\r\n{}"])
def test_a_port_taken_by_a_stranger(layout: Layout, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if os.fork() == 0:
            client, _ = server.accept()
            client.sendall(answer)
            client.close()
            os._exit(0)
        with pytest.raises(
            Failure, match=rf"Port {port} is taken.*confluentcloud:endpoint: http://127.0.0.1:{port + 1}"
        ):
            LocalCloud(layout, f"http://127.0.0.1:{port}").is_up()
    os.wait()


def test_a_cloud_that_does_not_start_says_why(cloud: LocalCloud) -> None:
    cloud.layout.cloud.mkdir(parents=True)
    (cloud.layout.cloud / "fails").touch()
    with pytest.raises(Failure, match="the disk has holes"):
        cloud.start(cloud.layout.home, cloud.layout.home)


def test_a_wrong_key_is_told_from_a_right_one(cloud: LocalCloud) -> None:
    cloud.start(cloud.layout.home, cloud.layout.home)
    assert cloud.accepts(cloud.api())
    assert not cloud.accepts(Api(cloud.endpoint, "K", "wrong"))
    assert "wrong" not in repr(Api(cloud.endpoint, "K", "wrong"))


def test_a_cloud_that_says_why_it_does_not_start_is_quoted_alone(cloud: LocalCloud) -> None:
    cloud.layout.cloud.mkdir(parents=True)
    (cloud.layout.cloud / "fails").touch()
    with pytest.raises(Failure) as caught:
        cloud.start(cloud.layout.home, cloud.layout.home)
    assert str(caught.value) == "the disk has holes"


def test_a_cloud_that_will_never_be_ready_is_ended_at_once(cloud: LocalCloud) -> None:
    cloud.layout.cloud.mkdir(parents=True)
    (cloud.layout.cloud / "is broken").touch()
    with pytest.raises(Failure, match=r"^its registry is torn$"):
        cloud.start(cloud.layout.home, cloud.layout.home)
    assert not marked_processes(cloud.layout.cloud)


def test_a_log_is_followed_into_the_file_that_takes_its_place(tmp_path: Path) -> None:
    log = tmp_path / "cloud.log"
    log.write_text("one\n")
    lines = cloud_command._lines_of(log, follow=True)
    assert next(lines) == "one\n"
    log.rename(tmp_path / "cloud.log.1")
    log.write_text("two\n")
    assert next(lines) == "two\n"


class TestCommand:
    """`./pulumiw cloud ...`."""

    def test_status_of_a_stopped_cloud(self, cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
        assert cloud_command.run(cloud.layout, ["status", "--json"]) == 0
        assert '"running": false' in capsys.readouterr().out
        cloud_command.run(cloud.layout, ["status"])
        assert "stopped" in capsys.readouterr().out

    def test_status_for_a_person(self, cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
        status = {
            "running": True,
            "endpoint": cloud.endpoint,
            "phases": {"statements": {"RUNNING": 1, "COMPLETED": 2}, "connectors": {}},
            "jobs": [{"name": "insert", "phase": "RUNNING", "records_per_second": 12.5}],
            "processes": [{"name": "flink", "pid": 7, "ports": [20001, 20002], "resident_bytes": 300 << 20}],
            "disk": [{"part": "logs", "bytes": 4096}, {"part": "kafka/lkc-1", "bytes": 20 << 30}],
        }
        lines = cloud_command._lines(status)
        assert "statements: 1 RUNNING, 2 COMPLETED" in lines
        assert "connectors: none" in lines
        assert "  name=insert  phase=RUNNING  records_per_second=12.5" in lines
        assert "  name=flink  pid=7  ports=20001,20002  resident=300 MiB" in lines
        assert "  part=logs  size=4096 B" in lines
        assert "  part=kafka/lkc-1  size=20 GiB" in lines
        for wrong in ("-1", "soon", "61"):
            with pytest.raises(SystemExit):
                cloud_command.run(cloud.layout, ["status", "--seconds", wrong])
            assert "from 0 to 60" in capsys.readouterr().err

    def test_reset_forgets_everything(self, cloud: LocalCloud) -> None:
        cloud.start(cloud.layout.home, cloud.layout.home)
        with pytest.raises(Failure, match="reset --yes"):
            cloud_command.run(cloud.layout, ["reset"])
        assert cloud.is_up()
        cloud_command.run(cloud.layout, ["reset", "--yes"])
        assert not cloud.layout.cloud.exists()
        assert not marked_processes(cloud.layout.cloud)

    @pytest.mark.parametrize("left", ["not a number", "", "99999999", "1", None])
    def test_stop_and_reset_after_a_crash(self, cloud: LocalCloud, left: str | None) -> None:
        cloud.start(cloud.layout.home, cloud.layout.home)
        broker = cloud.status()["broker"]
        os.kill(int(cloud.layout.cloud_pid.read_text()), signal.SIGKILL)
        cloud.layout.cloud_pid.unlink()
        if left is None:
            cloud.layout.cloud_pid.mkdir()
        else:
            cloud.layout.cloud_pid.write_text(left)
        (cloud.layout.cloud / "resources.db").write_bytes(b"torn")
        cloud_command.run(cloud.layout, ["reset", "--yes"])
        assert not alive(broker)
        assert not cloud.layout.cloud.exists()
        assert not cloud.layout.cloud_pid.exists()
        cloud.start(cloud.layout.home, cloud.layout.home)
        assert cloud.is_up()

    def test_stop_ends_one_that_does_not_listen(self, cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("toolchain.frontdoor.cloud.local_cloud._STOP_SECONDS", 0.2)
        cloud.start(cloud.layout.home, cloud.layout.home)
        leader = int(cloud.layout.cloud_pid.read_text())
        os.kill(leader, signal.SIGSTOP)
        cloud_command.run(cloud.layout, ["stop"])
        assert not marked_processes(cloud.layout.cloud)
        deadline = time.monotonic() + 5
        while alive(leader):  # killed it is, and not yet buried
            assert time.monotonic() < deadline

    def test_a_port_that_a_stranger_has_is_no_obstacle(
        self, cloud: LocalCloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (cloud.layout.cloud / "kafka").mkdir(parents=True)
        with socket.create_server(("127.0.0.1", cloud.port)):
            cloud_command.run(cloud.layout, ["stop"])
            cloud_command.run(cloud.layout, ["reset", "--yes"])
        assert not cloud.layout.cloud.exists()
        assert "was not running" in capsys.readouterr().err

    def test_logs(self, cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(Failure, match="not logged anything"):
            cloud_command.run(cloud.layout, ["logs"])
        cloud.layout.cloud_logs.mkdir(parents=True)
        (cloud.layout.cloud_logs / "cloud.log").write_text("it began\n")
        segment = cloud.layout.cloud / "kafka" / "lkc-1" / "data" / "t-0" / "00000000000000000000.log"
        segment.parent.mkdir(parents=True)
        segment.touch()
        cloud_command.run(cloud.layout, ["logs"])
        assert capsys.readouterr().out == "it began\n"
        with pytest.raises(Failure, match=r"'flnk'; there are logs of cloud\.$"):
            cloud_command.run(cloud.layout, ["logs", "flnk"])
