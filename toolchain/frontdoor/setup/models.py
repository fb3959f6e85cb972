"""The local cloud's sentence model: a jar with weights and tokenizer, downloaded by Maven for stacks that name it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import Step
from toolchain.frontdoor.hall.tools import JDK, MAVEN
from toolchain.frontdoor.setup.builds import fill_once
from toolchain.frontdoor.setup.cache import Entry, cached
from toolchain.frontdoor.setup.maven import REPOSITORY
from toolchain.frontdoor.setup.output import maven_progress

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

SENTENCE_MODEL = "all-MiniLM-L6-v2"
"""Its name in the setting ``embeddingModel``, and at ``/v1/embeddings``."""


def _pom(layout: Layout) -> Path:
    return layout.project / "localcloud" / "models" / SENTENCE_MODEL.lower() / "pom.xml"


def models_folder(layout: Layout) -> Path:
    """Return the folder of the model's jar (``--models`` of the local cloud), named by the digest of its POM."""
    pom = _pom(layout)
    digest = hashlib.sha256(pom.read_bytes() if pom.is_file() else b"").hexdigest()[:16]
    return layout.home / "models" / digest


def models_step(layout: Layout) -> Step | None:
    """Return the step that downloads the sentence model, ``None`` if it is there."""
    folder = models_folder(layout)
    if _is_made(folder):
        return None

    def make(bench: Workbench) -> None:
        def download(made: Path) -> None:
            maven = ["mvn", "--batch-mode", "-f", str(_pom(layout)), "dependency:copy-dependencies"]
            bench.run([*maven, f"-DoutputDirectory={made}"], follow=maven_progress)

        fill_once(folder, _is_made, cached(Entry("models", folder.name), bench, _is_made, download))

    return Step("Sentence model", "models", REPOSITORY, (JDK, MAVEN), make)


def _is_made(folder: Path) -> bool:
    return any(folder.glob("*.jar"))
