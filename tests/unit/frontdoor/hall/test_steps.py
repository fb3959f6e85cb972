from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.steps import Step, Workbench, locked, run_side_by_side
from toolchain.frontdoor.setup import venv
from toolchain.frontdoor.setup.jars import jars_folder, jars_step
from toolchain.frontdoor.setup.venv import Packages
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.process  # all: most of them start one


def step(name: str, make: Callable[[Workbench], None]) -> Step:
    return Step(name, name, "the registry of tests", (), make)


def shell(script: str) -> Callable[[Workbench], None]:
    return lambda bench: bench.run(["sh", "-c", script])


def test_nothing_to_make_is_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_side_by_side([], tmp_path / "logs")
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "logs").exists()


def test_steps_run_side_by_side_and_say_when_they_are_done(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    meet = f'touch "{tmp_path}/$0"; while [ ! -e "{tmp_path}/$1" ]; do sleep 0.02; done'
    one = step("one", lambda bench: bench.run(["sh", "-c", meet, "a", "b"]))
    two = step("two", lambda bench: bench.run(["sh", "-c", meet, "b", "a"]))
    run_side_by_side([one, two], tmp_path / "logs")
    said = capfd.readouterr().err
    assert "one: done in" in said
    assert "two: done in" in said


def test_a_long_step_is_announced_before_it_begins(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    long = replace(step("one", lambda _: said.append(capfd.readouterr().err)), warning="This takes five minutes.")
    run_side_by_side([long], tmp_path)
    assert said[0].startswith("This takes five minutes.\n")


def test_what_a_step_is_doing_and_where_its_result_is_from_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("toolchain.frontdoor.hall.progress._REMIND_SECONDS", 0.02)
    shown = tmp_path / "shown"

    def make(bench: Workbench) -> None:
        bench.run(
            ["sh", "-c", f"echo compiling a; echo noise; while [ ! -e '{shown}' ]; do sleep 0.02; done"],
            follow=lambda line: line if line.startswith("compiling") else "",
        )
        bench.note = "from the cache"

    text = ""
    thread = threading.Thread(target=run_side_by_side, args=([step("one", make)], tmp_path))
    thread.start()
    while "one (compiling a)" not in text:
        text += capfd.readouterr().err
    shown.touch()
    thread.join()
    assert "from the cache" in text + capfd.readouterr().err
    assert (tmp_path / "one.log").read_text() == "compiling a\nnoise\n"


def test_progress_is_not_taken_for_the_reason_of_a_failure(tmp_path: Path) -> None:
    def make(bench: Workbench) -> None:
        script = "echo main.go:3: undefined: x; echo fetching async-timeout; exit 1"
        bench.run(["sh", "-c", script], follow=lambda line: line if line.startswith("fetching") else "")

    with pytest.raises(Failure) as failure:
        run_side_by_side([step("one", make)], tmp_path)
    assert str(failure.value).endswith("ends with:\n  main.go:3: undefined: x")


def test_ctrl_c_says_that_the_set_up_continues_later(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from toolchain.frontdoor.hall.steps import Step, run_side_by_side\n"
        "step = Step('one', 'one', 'registry', (), lambda bench: bench.run(['sleep', '60']))\n"
        "run_side_by_side([step], Path(sys.argv[1]))"
    )
    argv = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stderr
        assert process.stderr.readline() == "  one ...\n"
        process.send_signal(signal.SIGINT)
        assert "run the command again, and the set-up continues" in process.stderr.read()


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("ERROR: connect: connection refused", "the registry of tests is out of reach"),
        ("dial tcp: lookup modules.example: no such host", "the registry of tests is out of reach"),
        ("Could not transfer artifact org.apache.flink", "the registry of tests is out of reach"),
        ("No matching distribution found for pulumi==1", "the registry of tests is out of reach"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("main.go:3: undefined: x", "ends with:\n  main.go:3: undefined: x"),
    ],
)
def test_a_failed_program_is_one_failure_that_names_the_log(tmp_path: Path, printed: str, expected: str) -> None:
    with pytest.raises(Failure) as failure:
        run_side_by_side([step("one", shell(f"echo '{printed}'; exit 3"))], tmp_path)
    assert expected in str(failure.value)
    assert str(tmp_path / "one.log") in str(failure.value)


def test_the_first_failure_ends_the_others(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(Failure, match="one failed"):
        run_side_by_side([step("one", shell("sleep 0.2; exit 1")), step("two", shell("exec sleep 60"))], tmp_path)
    assert time.monotonic() - started < 20


def test_a_lock_is_given_back_when_its_holder_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from toolchain.frontdoor.hall.steps import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "lock")], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        waited: list[bool] = []

        def waiting() -> None:
            waited.append(True)
            holder.kill()

        with locked(tmp_path / "lock", waiting):
            assert waited == [True]


class TestVenv:
    """The virtual environment; an interpreter in between leaves out the seconds that installing pip takes."""

    @pytest.fixture(autouse=True)
    def quick(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        interpreter = tmp_path / "python"
        interpreter.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -m venv --without-pip --system-site-packages "$3"\n'
        )
        interpreter.chmod(0o755)
        monkeypatch.setattr("toolchain.frontdoor.setup.venv.sys.executable", str(interpreter))

    def make(self, layout: Layout, requirements: str, packages: Packages = Packages.PROGRAM) -> None:
        (layout.project / packages.value).write_text(requirements)
        step = venv.venv_step(layout, packages)
        assert step is not None
        run_side_by_side([step], layout.set_up_logs)

    def test_it_is_made_once_over_what_a_kill_has_left(self, layout: Layout) -> None:
        (layout.venv / "bin").mkdir(parents=True)
        self.make(layout, "# nothing\n")
        assert subprocess.run([layout.python, "-c", ""], check=True).returncode == 0
        assert venv.venv_step(layout, Packages.PROGRAM) is None
        (layout.project / "requirements.txt").write_text("# something else\n")
        assert venv.venv_step(layout, Packages.PROGRAM) is not None

    def test_one_that_was_killed_while_it_was_made_is_made_again(self, layout: Layout) -> None:
        self.make(layout, "# nothing\n")
        (layout.venv / ".unfinished").touch()
        (layout.venv / "half a pip").touch()
        self.make(layout, "# nothing\n")
        assert not (layout.venv / "half a pip").exists()
        assert venv.venv_step(layout, Packages.PROGRAM) is None

    def test_each_command_gets_the_packages_it_needs(self, layout: Layout) -> None:
        self.make(layout, "# nothing\n")
        assert venv.venv_step(layout, Packages.LOCAL_CLOUD) is not None
        self.make(layout, "# everything\n", Packages.TESTS)
        assert all(venv.venv_step(layout, packages) is None for packages in Packages)
        (layout.project / Packages.TESTS.value).write_text("# another test tool\n")
        assert venv.venv_step(layout, Packages.LOCAL_CLOUD) is None
        assert venv.venv_step(layout, Packages.TESTS) is not None

    def test_it_stands_where_it_was_made_so_that_its_scripts_run(self, layout: Layout) -> None:
        self.make(layout, "# nothing\n")
        assert f'VIRTUAL_ENV="{layout.venv}"' in (layout.venv / "bin" / "activate").read_text().replace("'", '"')
        moved = Layout(layout.project.with_name("moved"), layout.project.with_name("moved") / ".local" / "toolchain")
        layout.project.rename(moved.project)
        assert venv.venv_step(moved, Packages.PROGRAM) is not None
        self.make(moved, "# nothing\n")
        assert str(layout.project) not in (moved.venv / "bin" / "activate").read_text()

    def test_the_next_clone_takes_its_packages_from_the_cache(
        self, layout: Layout, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        wheel = tmp_path / "thing-1-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("thing.py", "def main(): print('thing')\n")
            archive.writestr("thing-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1\n")
            archive.writestr(
                "thing-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr("thing-1.dist-info/entry_points.txt", "[console_scripts]\nthing = thing:main\n")
            archive.writestr("thing-1.dist-info/RECORD", "")
        requirements = f"--no-index\n{wheel.as_uri()}\n"
        self.make(layout, requirements)
        capfd.readouterr()
        wheel.unlink()
        project = layout.project.with_name("next")
        shutil.copytree(layout.project, project, ignore=shutil.ignore_patterns(".local"))
        following = Layout.of(str(project))
        self.make(following, requirements)
        assert "from the cache" in capfd.readouterr().err
        for one in (layout, following):
            done = subprocess.run([one.venv / "bin" / "thing"], check=True, capture_output=True, text=True)
            assert done.stdout == "thing\n"
            assert str(one.venv) in (one.venv / "bin" / "thing").read_text()
        assert venv.venv_step(following, Packages.PROGRAM) is None

    def test_a_failure_keeps_the_old_one(self, layout: Layout) -> None:
        self.make(layout, "# nothing\n")
        with pytest.raises(Failure, match="Python packages"):
            self.make(layout, "--no-index\nno-such-package==1\n")
        assert layout.python.exists()
        self.make(layout, "# nothing\n")

    def test_a_shared_toolchain_s_is_found_where_pulumi_yaml_says(
        self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PULUMIW_HOME", str(tmp_path / "shared"))
        sharing = Layout.of(str(layout.project))
        self.make(sharing, "# nothing\n")
        venv.name_venv(sharing)
        assert sharing.named_venv.resolve() == (tmp_path / "shared" / "venv").resolve()
        assert subprocess.run([sharing.named_venv / "bin" / "python", "-c", ""], check=True).returncode == 0

    def test_what_pulumi_install_has_made_is_used(
        self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.make(layout, "# nothing\n")
        monkeypatch.setenv("PULUMIW_HOME", str(tmp_path / "shared"))
        sharing = Layout.of(str(layout.project))
        venv.name_venv(sharing)
        assert sharing.venv == layout.venv
        assert not sharing.named_venv.is_symlink()


def test_pulumi_yaml_and_the_front_door_name_the_same_environment() -> None:
    layout = Layout(PROJECT, PROJECT / ".local" / "toolchain")
    for file in ("Pulumi.yaml", "policy/PulumiPolicy.yaml"):
        options = yaml.safe_load((PROJECT / file).read_text())["runtime"]["options"]
        assert options["toolchain"] == "pip"
        assert ((PROJECT / file).parent / options["virtualenv"]).resolve() == layout.named_venv.resolve()


class TestJars:
    """The jars' folder is named after what they are made from."""

    def source(self, layout: Layout) -> Path:
        file = layout.project / "localcloud/kafka/src/main/java/A.java"
        file.parent.mkdir(parents=True, exist_ok=True)
        (layout.project / "localcloud/pom.xml").write_text("<project/>")
        (layout.project / "localcloud/kafka/pom.xml").write_text("<project/>")
        file.write_text("class A {}")
        return file

    def test_an_edit_makes_another_folder(self, layout: Layout) -> None:
        file = self.source(layout)
        before = jars_folder(layout)
        file.write_text("class A { int b; }")
        assert jars_folder(layout) != before

    def test_jars_that_maven_has_lost_are_made_again(self, layout: Layout) -> None:
        self.source(layout)
        dependency = layout.project / "dependency.jar"
        dependency.touch()
        kafka = jars_folder(layout) / "kafka"
        kafka.mkdir(parents=True)
        (kafka / "classpath").write_text(str(dependency))
        parent = jars_folder(layout) / "localcloud"
        parent.mkdir()
        (parent / "classpath").touch()  # Maven leaves one for the parent, too
        assert jars_step(layout) is None
        dependency.unlink()
        assert jars_step(layout) is not None
