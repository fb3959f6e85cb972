"""A clone without anything in it, in a folder with a space in its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

PULUMI_YAML = """\
name: confluent-rag
runtime: python
config:
  cloud:
    type: string
    description: "Where: everything"
    default: AWS
  openaiEndpoint:
    type: string
    default: https://api.openai.com/v1/embeddings
"""
DEV_YAML = """\
config:
  confluentcloud:endpoint: http://127.0.0.1:8099 # this machine
  confluent-rag:openaiEndpoint: http://127.0.0.1:8099/v1/embeddings
encryptionsalt: v1:abc=:v1:def:ghi==
"""


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Return the layout of a clone that has its settings files, and nothing of the caller's environment."""
    for name in list(os.environ):
        if name.startswith(("PULUMI", "CONFLUENT_", "OPENAI_", "PIP_", "FLINK_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    project = tmp_path / "a clone"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(PULUMI_YAML)
    (project / "Pulumi.dev.yaml").write_text(DEV_YAML)
    (project / "requirements.txt").write_text("pulumi-confluentcloud==2.87.0\npulumi-random==4.21.4\n")
    for folder in ("localcloud", "localcloud/models", "localcloud/qdrant", "tests", "toolchain"):
        (project / folder).mkdir(parents=True)
        (project / folder / "requirements.txt").write_text("# nothing\n")
    return Layout.of(str(project))
