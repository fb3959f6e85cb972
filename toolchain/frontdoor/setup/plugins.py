"""Language host and provider plugins: the official ones if they can be installed, else the bundled ones."""

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
"""The environment variable that forces one kind: ``official`` or ``bundled``."""


@dataclass(frozen=True)
class Plugins:
    """The kind of plugins that a command runs with."""

    official: bool
    layout: Layout

    def environment(self) -> dict[str, str]:
        """Return the variables for `pulumi` and its plugins, except PATH (see :meth:`path`)."""
        shared = {"PULUMIW_PYTHON": str(self.layout.python), "PULUMI_PYTHON_CMD": str(self.layout.python)}
        return shared if self.official else shared | {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}

    def in_cache(self) -> dict[str, str]:
        """Put the bundled plugins into a plugin cache inside the clone, and return the variables that select it.

        Why not PATH alone: `pulumi` uses plugins on PATH, but warns about each several times in every run. Use it only
        for stacks whose state is in the clone: Pulumi keeps the user's login in the same folder (PULUMI_HOME).
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
        """Return the folders that come first on PATH."""
        scripts = [str(self.layout.python.parent)]
        return scripts if self.official else [str(self.layout.bundled_plugins), *scripts]


def cli_without_official_host(layout: Layout, cli: Path) -> Path:
    """Return a CLI that runs the bundled language host: ``cli`` itself, or a copy of it in a folder of its own.

    The engine prefers a language host in the folder of its own binary, and Pulumi's installer puts the official one
    there.
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
            os.link(real, unfinished)  # saves 100 MB; the engine would resolve a symbolic link
        except OSError:
            shutil.copy2(real, unfinished)
        unfinished.rename(twin)
    return twin


def pinned_providers(layout: Layout) -> dict[str, str]:
    """Return provider -> version, as requirements.txt pins them."""
    text = (layout.project / "requirements.txt").read_text(encoding="utf-8")
    pins = {name: re.search(rf"^pulumi-{name}==(\S+)", text, re.MULTILINE) for name in _PROVIDERS}
    return {name: pin[1] for name, pin in pins.items() if pin}


def _cached(versions: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (folder, program) of each plugin in Pulumi's plugin cache."""
    yield "language-python-v1.0.0", _LANGUAGE_HOST  # any version: the engine asks for none
    for name, version in versions.items():
        yield f"resource-{name}-v{version}", f"pulumi-resource-{name}"


def _on_path(layout: Layout, program: str) -> str | None:
    """Find a program on PATH, except the bundled one: a front door that runs this one has put it there."""
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
    """Return the shell commands that install the missing official plugins; empty if none is missing."""
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
    """Return the official plugins if all are installed or can be, else the bundled ones.

    ``PULUMIW_PLUGINS=official`` or ``bundled`` forces one kind. Raises :class:`Failure` if the variable has another
    value, or if the official plugins are forced and cannot be installed; the message has the commands to install them.
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
    """Install the missing official plugins, and return whether all are installed.

    Without the official language host, which comes with Pulumi's installer, nothing is downloaded: a machine that
    cannot reach the installer cannot reach the plugins either. A failed download is retried after a day, or by
    `./pulumiw plugin install`.
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
