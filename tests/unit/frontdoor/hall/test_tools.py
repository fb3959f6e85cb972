from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.failure import Failure, sentence_of
from toolchain.frontdoor.hall.tools import GO, JDK, MAVEN, require
from toolchain.frontdoor.setup.cli import cli_on_path, pinned_version
from toolchain.frontdoor.setup.plugins import choose_plugins

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout


def program(path: Path, script: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_every_missing_tool_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", "")
    with pytest.raises(Failure, match=r"JDK.*`javac`.*Maven.*`mvn`.*Go.*`go`"):
        require([JDK, MAVEN, GO])
    program(tmp_path / "mvn")
    with pytest.raises(Failure) as failure:
        require([JDK, MAVEN])
    assert "Maven" not in str(failure.value)


def test_a_jdk_may_be_in_java_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    for name in ("java", "javac"):
        program(tmp_path / "bin" / name)
    require([JDK])


def test_the_front_door_does_not_take_itself_for_pulumi(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapper = program(layout.project / "pulumiw")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "pulumi").symlink_to(wrapper)
    monkeypatch.setenv("PATH", str(linked))
    assert cli_on_path(layout) is None
    real = program(tmp_path / "real/pulumi")
    monkeypatch.setenv("PATH", f"{linked}:{real.parent}")
    assert cli_on_path(layout) == real


def test_the_clis_version_is_that_of_its_go_module() -> None:
    assert pinned_version("module m\n\nrequire (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.259.0\n)\n") == "v3.259.0"
    assert pinned_version("require github.com/pulumi/pulumi/pkg/v3 v3.1.0\n") == "v3.1.0"
    with pytest.raises(Failure, match=r"go\.mod"):
        pinned_version("module m\n")


class TestPlugins:
    """Official plugins where they can be had."""

    def cli(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install: str) -> Path:
        cli = program(tmp_path / "bin/pulumi", f'echo "$@" >> "{tmp_path}/asked"; {install}')
        monkeypatch.setenv("PATH", f"{cli.parent}:/usr/bin:/bin")
        return cli

    def test_without_the_official_language_host_nothing_is_downloaded(
        self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cli = self.cli(tmp_path, monkeypatch, "exit 0")
        assert not choose_plugins(layout, cli).official
        assert not (tmp_path / "asked").exists()

    def test_installed_ones_are_used(self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cli = self.cli(tmp_path, monkeypatch, "exit 1")
        program(cli.parent / "pulumi-language-python")
        for name in ("confluentcloud-v2.87.0", "random-v4.21.4"):
            (tmp_path / "home/.pulumi/plugins" / f"resource-{name}").mkdir(parents=True)
        assert choose_plugins(layout, cli).official
        assert not (tmp_path / "asked").exists()

    @pytest.mark.process
    def test_missing_ones_are_installed(self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cli = self.cli(tmp_path, monkeypatch, "exit 0")
        program(cli.parent / "pulumi-language-python")
        layout.home.mkdir(parents=True)
        assert choose_plugins(layout, cli).official
        assert "plugin install resource confluentcloud 2.87.0" in (tmp_path / "asked").read_text()

    @pytest.mark.process
    def test_a_failed_download_is_not_repeated_at_every_call(
        self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cli = self.cli(tmp_path, monkeypatch, "exit 1")
        program(cli.parent / "pulumi-language-python")
        layout.home.mkdir(parents=True)
        assert not choose_plugins(layout, cli).official
        assert not choose_plugins(layout, cli).official
        assert len((tmp_path / "asked").read_text().splitlines()) == 1
        monkeypatch.setenv("PULUMIW_PLUGINS", "official")
        with pytest.raises(Failure, match=r"not all there: pulumi plugin install resource confluentcloud \S+ && "):
            choose_plugins(layout, cli)

    def test_the_bundled_ones_on_path_are_not_the_official_ones(
        self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cli = self.cli(tmp_path, monkeypatch, "exit 0")
        bundled = tmp_path / "another clone" / "offline" / "plugins" / "bin"
        for name in ("language-python", "resource-confluentcloud", "resource-random"):
            program(bundled / f"pulumi-{name}")
        monkeypatch.setenv("PATH", f"{bundled}:{cli.parent}:/usr/bin:/bin")
        assert not choose_plugins(layout, cli).official

    @pytest.mark.process
    def test_somebody_may_insist_on_either(
        self, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cli = self.cli(tmp_path, monkeypatch, "exit 0")
        monkeypatch.setenv("PULUMIW_PLUGINS", "official")
        with pytest.raises(Failure, match=r"not all there: curl \S+ https://get\.pulumi\.com \| sh && pulumi plugin"):
            choose_plugins(layout, cli)
        program(cli.parent / "pulumi-language-python")
        layout.home.mkdir(parents=True)
        assert choose_plugins(layout, cli).official
        monkeypatch.setenv("PULUMIW_PLUGINS", "bundled")
        assert not choose_plugins(layout, cli).official
        monkeypatch.setenv("PULUMIW_PLUGINS", "offical")
        with pytest.raises(Failure, match="PULUMIW_PLUGINS is 'offical': set it to official or bundled"):
            choose_plugins(layout, cli)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "denied"),
        (errno.ENOTDIR, "in the way"),
    ],
)
def test_what_the_file_system_refuses_is_one_sentence(number: int, expected: str) -> None:
    sentence = sentence_of(OSError(number, "text", "/a/file"))
    assert sentence.startswith("/a/file: ")
    assert expected in sentence
    assert sentence.endswith(".")
