"""The local cloud's sentence model: a jar with weights and tokenizer, downloaded by Maven for stacks that name it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import Step, locked
from toolchain.frontdoor.hall.tools import JDK, MAVEN

if TYPE_CHECKING:
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
    if any(folder.glob("*.jar")):
        return None

    def make(bench: Workbench) -> None:
        with locked(layout.home / "models.lock"):
            if any(folder.glob("*.jar")):  # by another clone, while this one waited for the lock
                return
            folder.parent.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix="new.", dir=folder.parent))
            try:
                maven = ["mvn", "--batch-mode", "--quiet", "-f", str(_pom(layout)), "dependency:copy-dependencies"]
                bench.run([*maven, f"-DoutputDirectory={made}"])
                shutil.rmtree(folder, ignore_errors=True)
                made.rename(folder)
            finally:
                shutil.rmtree(made, ignore_errors=True)

    return Step("Sentence model", "models", "the Maven repository (Maven Central or its mirror)", (JDK, MAVEN), make)
