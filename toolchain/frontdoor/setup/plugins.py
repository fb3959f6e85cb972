"""Language host and provider plugins: the official ones where they are or can be installed, else the bundled ones."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.stack.stack import pulumi_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolchain.frontdoor.hall.layout import Layout

_LANGUAGE_HOST = "pulumi-language-python"
_PROVIDERS = ("confluentcloud", "random")
_INSTALL_SECONDS = 60
_RETRY_SECONDS = 24 * 3600
_OFFICIAL, _BUNDLED = "official", "bundled"
CHOICE = "PULUMIW_PLUGINS"
"""The environment variable by which somebody insists on either kind."""


@dataclass(frozen=True)
class Plugins:
    """Which plugins a command runs with."""

    official: bool
    layout: Layout

    def environment(self) -> dict[str, str]:
        """Return what the plugins need, and `pulumi` to find them; PATH aside."""
        shared = {"PULUMIW_PYTHON": str(self.layout.python), "PULUMI_PYTHON_CMD": str(self.layout.python)}
        return shared if self.official else shared | {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}

    def in_cache(self) -> dict[str, str]:
        """Put the bundled plugins into a plugin cache inside the clone and return what makes `pulumi` use it.

        Found on PATH they would do as well, but `pulumi` warns about each of them several times in every run. Only for
        stacks whose state is in the clone: Pulumi keeps the user's login in the same folder as its cache.
        """
        if self.official:
            return {}
        home = self.layout.project / ".local" / "pulumi-home"
        for folder, program in _cached(pinned_providers(self.layout)):
            launcher = home / "plugins" / folder / program
            script = f'#!/bin/sh\nexec {shlex.quote(str(self.layout.bundled_plugins / program))} "$@"\n'
            if not launcher.is_file() or launcher.read_text(encoding="utf-8") != script:
                launcher.parent.mkdir(parents=True, exist_ok=True)
                unfinished = launcher.with_name(f".{program}.{os.getpid()}")
                unfinished.write_text(script, encoding="utf-8")
                unfinished.chmod(0o755)
                unfinished.rename(launcher)
        return {"PULUMI_HOME": str(home), "PULUMI_IGNORE_AMBIENT_PLUGINS": "true"}

    def path(self) -> list[str]:
        """Return the folders to put first on PATH."""
        scripts = [str(self.layout.python.parent)]
        return scripts if self.official else [str(self.layout.bundled_plugins), *scripts]


def apart_from_official_host(layout: Layout, cli: Path) -> Path:
    """Return a CLI that runs the bundled language host: itself, or its twin in a folder of its own.

    The engine takes a language host from the folder of its own binary before any other, and Pulumi's installer puts
    one there.
    """
    real = cli.resolve()
    if not (real.parent / _LANGUAGE_HOST).exists():
        return cli
    twin = layout.home / "cli-alone" / "pulumi"
    if not twin.is_file() or (twin.stat().st_size, twin.stat().st_mtime_ns) != (
        real.stat().st_size,
        real.stat().st_mtime_ns,
    ):
        twin.parent.mkdir(parents=True, exist_ok=True)
        unfinished = twin.with_name(f".pulumi.{os.getpid()}")
        try:
            os.link(real, unfinished)  # a hundred megabytes less; a symbolic link would be resolved
        except OSError:
            shutil.copy2(real, unfinished)
        unfinished.rename(twin)
    return twin


def pinned_providers(layout: Layout) -> dict[str, str]:
    """Return the version of each provider that requirements.txt pins."""
    text = (layout.project / "requirements.txt").read_text(encoding="utf-8")
    pins = {name: re.search(rf"^pulumi-{name}==(\S+)", text, re.MULTILINE) for name in _PROVIDERS}
    return {name: pin[1] for name, pin in pins.items() if pin}


def _cached(versions: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield folder and program of each plugin in a cache of Pulumi's."""
    yield "language-python-v1.0.0", _LANGUAGE_HOST  # any version: the engine asks for none
    for name, version in versions.items():
        yield f"resource-{name}-v{version}", f"pulumi-resource-{name}"


def _on_path(layout: Layout, program: str) -> str | None:
    """Find a program on PATH; never the bundled one, which this front door puts there for what it runs."""
    bundled = layout.bundled_plugins.parts[-3:]
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return shutil.which(program, path=os.pathsep.join(one for one in folders if Path(one).parts[-3:] != bundled))


def _has_language_host(layout: Layout, cli: Path) -> bool:
    return bool(_on_path(layout, _LANGUAGE_HOST)) or (cli.parent / _LANGUAGE_HOST).exists()


def _missing(layout: Layout) -> Iterator[tuple[str, str]]:
    for name, version in pinned_providers(layout).items():
        installed = pulumi_home() / "plugins" / f"resource-{name}-v{version}"
        if not installed.is_dir() and not _on_path(layout, f"pulumi-resource-{name}"):
            yield name, version


def what_installs_official_plugins(layout: Layout, cli: Path) -> str:
    """Return the commands that install the official plugins that are not there; empty if all are."""
    host = [] if _has_language_host(layout, cli) else ["curl -fsSL https://get.pulumi.com | sh"]
    commands = [f"pulumi plugin install resource {name} {version}" for name, version in _missing(layout)]
    return " && ".join(host + commands)


def _install(cli: Path, name: str, version: str) -> bool:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            [cli, "plugin", "install", "resource", name, version],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def choose_plugins(layout: Layout, cli: Path) -> Plugins:
    """Return the official plugins if all are there or can be installed, else the bundled ones.

    ``PULUMIW_PLUGINS=official`` or ``bundled`` insists on either; :class:`Failure` says what installs the former.
    """
    choice = os.environ.get(CHOICE) or ""
    if choice not in ("", _OFFICIAL, _BUNDLED):
        raise Failure(f"{CHOICE} is {choice!r}: set it to {_OFFICIAL} or {_BUNDLED}, or unset it.")
    official = choice != _BUNDLED and _can_be_had(layout, cli, insists=choice == _OFFICIAL)
    if choice == _OFFICIAL and not official:
        commands = what_installs_official_plugins(layout, cli)
        raise Failure(f"{CHOICE} is {_OFFICIAL}, but the official plugins are not all there: {commands}")
    return Plugins(official=official, layout=layout)


def _can_be_had(layout: Layout, cli: Path, *, insists: bool) -> bool:
    """Install what is missing of the official plugins, and return whether all are there.

    Without the official language host, which comes with Pulumi's own installer, nothing is downloaded: where that was
    out of reach, the plugins are too. A failed download is repeated after a day, or by `./pulumiw plugin install`.
    """
    if not _has_language_host(layout, cli):
        return False
    missing = list(_missing(layout))
    failed = layout.home / "official-plugins-failed"
    if missing and not insists and failed.exists() and time.time() - failed.stat().st_mtime < _RETRY_SECONDS:
        return False
    for name, version in missing:
        say(f"  Official provider {name} {version} ...")
        if not _install(cli, name, version):
            failed.touch()
            say(f"  Official provider {name} {version} cannot be had here: the bundled providers stand in.")
            return False
    return True
