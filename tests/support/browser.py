"""A real Chromium for the tests of the console: the machine's, else one that npm has."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tarfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.setup.builds import fill_once
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGE, _VERSION = "@sparticuz/chromium", "153.0.0"
_PARTS = ("chromium", "swiftshader.tar", "al2023.tar", "fonts.tar")
_INSTALL = (
    "The console is tested in Chromium, and there is none: install one (`apt-get install chromium`), or npm and Node.js"
    f", with which the tests get one by themselves ({_PACKAGE} {_VERSION}, for x86-64)."
)
# What Chromium would ask of its maker, and the sandbox, which root has not; the page under test is our own.
_ARGUMENTS = (
    *("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_FONTS = '<fontconfig><dir prefix="relative">fonts</dir><dir>/usr/share/fonts</dir></fontconfig>'
_UNPACK = """
const { createReadStream, createWriteStream } = require("fs");
const { createBrotliDecompress } = require("zlib");
const [from, to] = process.argv.slice(1);
require("stream").pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to), (error) => {
  if (error) throw error;
});
"""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Yield a headless Chromium. Without one, the test is skipped with a sentence how to get it; in CI it fails."""
    program, environment = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS, env=environment)
        yield browser
        browser.close()


def _chromium() -> tuple[str, dict[str, str | float | bool]]:
    """Return the program and its environment variables."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is not None:
        return found, {**os.environ}
    if shutil.which("npm") is None or shutil.which("node") is None or platform.machine() != "x86_64":
        if os.environ.get("CI"):
            pytest.fail(_INSTALL)
        pytest.skip(_INSTALL)
    folder = Layout.of(str(PROJECT)).home / "chromium" / _VERSION
    fill_once(folder, _is_whole, _download)
    libraries = os.pathsep.join(filter(None, [str(folder / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]))
    return str(folder / "chromium"), {**os.environ, "LD_LIBRARY_PATH": libraries, "FONTCONFIG_PATH": str(folder)}


def _is_whole(folder: Path) -> bool:
    return (folder / "whole").exists()


def _download(folder: Path) -> None:
    said = subprocess.run(
        ["npm", "pack", "--silent", f"{_PACKAGE}@{_VERSION}"], cwd=folder, check=True, capture_output=True, text=True
    )
    packed = folder / said.stdout.strip().splitlines()[-1]
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    for name in _PARTS:
        part = folder / name
        subprocess.run(["node", "-e", _UNPACK, folder / "package" / "bin" / f"{name}.br", part], check=True)
        if part.suffix == ".tar":
            with tarfile.open(part) as archive:
                archive.extractall(folder, filter="data")
            part.unlink()
    (folder / "fonts.conf").write_text(_FONTS)  # its own one names folders of the place that it was packed for
    (folder / "chromium").chmod(0o755)
    packed.unlink()
    shutil.rmtree(folder / "package")
    (folder / "whole").touch()
