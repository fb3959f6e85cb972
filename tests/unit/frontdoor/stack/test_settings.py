from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from toolchain.frontdoor.stack import settings

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN_BY_PULUMI = """\
# A comment: with a colon
config:
  confluentcloud:endpoint: http://127.0.0.1:8099
  confluent-rag:maxCfu: "10"
  confluent-rag:name: 'it is: quoted'
  confluent-rag:openaiApiKey:
    secure: v1:abc:def
  confluent-rag:empty: ""
encryptionsalt: v1:w/nw=:v1:4Y2r:Kwy==
"""


def test_agrees_with_a_yaml_library_on_what_pulumi_writes() -> None:
    ours = settings.parse(WRITTEN_BY_PULUMI)
    theirs = yaml.safe_load(WRITTEN_BY_PULUMI)
    del theirs["config"]["confluent-rag:empty"]
    config = ours["config"]
    assert isinstance(config, dict)
    assert not config.pop("confluent-rag:empty")
    assert ours == theirs


def test_comments_and_lists_do_not_confuse_it() -> None:
    text = "a: b # c\n# d: e\nlist:\n  - f: g\n  - h\ni: j#k\n"
    assert settings.parse(text) == {"a": "b", "list": {}, "i": "j#k"}


def test_the_entries_of_a_list_agree_with_a_yaml_library() -> None:
    text = """\
config:
  confluent-rag:sinks:
    # A comment
    - kind: mongodb
      host: local
      topics:
        - product_vector
        - other: x
      password:
        secure: v1:abc
    - url: "local"
      kind: elasticsearch

    -   kind: neo4j
        id: a
  confluent-rag:search: true
"""
    entries = settings.items(text, "confluent-rag:sinks")
    theirs = yaml.safe_load(text)["config"]["confluent-rag:sinks"]
    scalars = [{key: value for key, value in entry.items() if isinstance(value, str)} for entry in theirs]
    assert [{key: value for key, value in entry.items() if value} for entry in entries] == scalars
    flush = "sinks:\n- kind: mongodb\n  host: local\n- kind: neo4j\nother: x\n"
    assert settings.items(flush, "sinks") == [{"kind": "mongodb", "host": "local"}, {"kind": "neo4j"}]
    assert settings.items("sinks: []\n- kind: x\n", "sinks") == []
    assert settings.items("", "sinks") == []


def test_a_missing_file_has_no_settings(tmp_path: Path) -> None:
    assert settings.read(tmp_path / "Pulumi.none.yaml") == {}
