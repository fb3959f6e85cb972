"""What an uploaded archive may be, and what becomes of it."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.connect import plugin_files
from localcloud.dataplane.connect.plugin_files import PluginFiles
from localcloud.dataplane.interface import InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CLASS = "com.example.StoreSinkConnector"
ENTRY = "com/example/StoreSinkConnector.class"


def packed(entries: Mapping[str, bytes]) -> bytes:
    """Return a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return buffer.getvalue()


JAR = packed({ENTRY: b"\xca\xfe\xba\xbe", "META-INF/MANIFEST.MF": b""})
HUB = {
    "store-1.0/lib/store.jar": JAR,
    "store-1.0/lib/client.jar": packed({"a/B.class": b""}),
    "store-1.0/manifest.json": b"{}",
}


def install(tmp_path: Path, archive: bytes, name: str = CLASS) -> PluginFiles:
    """Install it as ``ccp-1``."""
    files = PluginFiles(tmp_path, {})
    uploaded = tmp_path / "uploaded"
    uploaded.write_bytes(archive)
    files.install("ccp-1", uploaded, name)
    return files


def test_an_archive_of_jars_is_unpacked_with_the_name_of_its_class(tmp_path: Path) -> None:
    files = install(tmp_path, packed(HUB))
    (plugin,) = files.path("ccp-1").iterdir()
    assert (plugin / "store-1.0/lib/store.jar").read_bytes() == JAR
    with zipfile.ZipFile(plugin / "manifest.jar") as manifest:
        (service,) = manifest.namelist()
        assert service == "META-INF/services/org.apache.kafka.connect.sink.SinkConnector"
        assert manifest.read(service).decode().split() == [CLASS]
    files.remove("ccp-1")
    assert not files.path("ccp-1").exists()
    files.remove("ccp-1")


def test_a_jar_stays_one_even_with_jars_in_it(tmp_path: Path) -> None:
    jar = packed({ENTRY: b"", "lib/inner.jar": JAR})
    (plugin,) = install(tmp_path, jar).path("ccp-1").iterdir()
    assert (plugin / "plugin.jar").read_bytes() == jar


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (b"PK but no zip", "The archive is no zip file that can be read: upload the connector's .zip or .jar."),
        (packed({"lib/store.jar": b"no jar"}), "The archive's lib/store.jar is no jar that can be read."),
        (packed({"lib/../../../store.jar": JAR}), "'lib/../../../store.jar', which lies outside of it"),
        (packed({"/etc/store.jar": JAR}), "'/etc/store.jar', which lies outside of it"),
        (packed({"lib\\store.jar": JAR}), "which lies outside of it"),
        (packed({"lib": JAR, "lib/store.jar": JAR}), "one path as a file and as a folder"),
        (packed({"lib/client.jar": packed({"a/B.class": b""})}), f"The archive has no class {CLASS}."),
        (
            packed({"lib/x.jar": packed({"io/x/RealSinkConnector.class": b""})}),
            f"The archive has no class {CLASS}: did you mean io.x.RealSinkConnector?",
        ),
        (packed({}), f"The archive has no class {CLASS}."),
    ],
)
def test_what_is_no_plugin_is_one_sentence_and_leaves_nothing(tmp_path: Path, archive: bytes, said: str) -> None:
    with pytest.raises(InvalidError) as refused:
        install(tmp_path, archive)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list((tmp_path / "connect" / "plugins").iterdir()) == []


def test_an_archive_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin_files, "LARGEST_UNPACKED", 3 << 20)
    with pytest.raises(InvalidError, match="unpacks to 4 MiB: at most 3 MiB"):
        install(tmp_path, packed({"lib/store.jar": JAR, "zeros": bytes(4 << 20)}))
    monkeypatch.setattr(plugin_files, "MOST_ENTRIES", 1)
    with pytest.raises(InvalidError, match="has 3 files: at most 1"):
        install(tmp_path, packed(HUB))


def test_an_interrupted_installation_is_removed_at_the_next_start(tmp_path: Path) -> None:
    files = install(tmp_path, packed(HUB))
    unfinished = tmp_path / "connect" / "plugins" / "new.abc"
    unfinished.mkdir()
    PluginFiles(tmp_path, {})
    assert not unfinished.exists()
    assert files.path("ccp-1").exists()
