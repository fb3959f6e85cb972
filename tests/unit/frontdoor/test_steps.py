from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor import venv
from toolchain.frontdoor.failure import Failure
from toolchain.frontdoor.jars import jars_folder, jars_step
from toolchain.frontdoor.steps import Step, Workbench, locked, run_side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from toolchain.frontdoor.layout import Layout


def step(name: str, make: Callable[[Workbench], None]) -> Step:
    return Step(name, name, "the registry of tests", (), make)


def shell(script: str) -> Callable[[Workbench], None]:
    return lambda bench: bench.run(["sh", "-c", script])


def test_nothing_to_make_is_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_side_by_side([], tmp_path / "logs")
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "logs").exists()


def test_steps_run_side_by_side_and_say_when_they_are_done(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    meet = f'touch "{tmp_path}/$0"; while [ ! -e "{tmp_path}/$1" ]; do sleep 0.02; done'
    one = step("one", lambda bench: bench.run(["sh", "-c", meet, "a", "b"]))
    two = step("two", lambda bench: bench.run(["sh", "-c", meet, "b", "a"]))
    run_side_by_side([one, two], tmp_path / "logs")
    said = capfd.readouterr().err
    assert "one: done in" in said
    assert "two: done in" in said


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("ERROR: connect: connection refused", "the registry of tests is out of reach"),
        ("dial tcp: lookup proxy.golang.org: no such host", "the registry of tests is out of reach"),
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
        "import sys, time; from pathlib import Path; from toolchain.frontdoor.steps import locked\n"
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
    """The virtual environment, with pip replaced by a folder of wheels that is empty or needs nothing."""

    def test_it_is_made_once_and_anew_when_the_requirements_change(self, layout: Layout) -> None:
        requirements = layout.project / "requirements.txt"
        requirements.write_text("# nothing\n")
        first = venv.venv_step(layout)
        assert first is not None
        run_side_by_side([first], layout.set_up_logs)
        assert subprocess.run([layout.python, "-c", ""], check=True).returncode == 0
        assert venv.venv_step(layout) is None
        requirements.write_text("# nothing else\n")
        assert venv.venv_step(layout) is not None

    def test_a_failed_one_leaves_the_old_one_and_no_rubbish(self, layout: Layout) -> None:
        requirements = layout.project / "requirements.txt"
        requirements.write_text("# nothing\n")
        made = venv.venv_step(layout)
        assert made is not None
        run_side_by_side([made], layout.set_up_logs)
        requirements.write_text("--no-index\nno-such-package==1\n")
        wrong = venv.venv_step(layout)
        assert wrong is not None
        with pytest.raises(Failure, match="Python packages"):
            run_side_by_side([wrong], layout.set_up_logs)
        assert layout.python.exists()
        assert list(layout.home.glob("venv.new.*")) == []

    def test_what_a_kill_has_left_is_removed(self, layout: Layout) -> None:
        (layout.project / "requirements.txt").write_text("# nothing\n")
        (layout.home / "venv.new.abc" / "bin").mkdir(parents=True)
        made = venv.venv_step(layout)
        assert made is not None
        run_side_by_side([made], layout.set_up_logs)
        assert list(layout.home.glob("venv.new.*")) == []


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
        assert jars_step(layout) is None
        dependency.unlink()
        assert jars_step(layout) is not None
