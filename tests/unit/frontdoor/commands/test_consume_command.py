"""`./pulumiw consume` up to where Kafka is asked."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.replaced_process import Became, replace_process
from toolchain.frontdoor.commands import consume_command
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process

OUTPUTS = {
    "kafkaClusterId": "lkc-1",
    "kafkaBootstrapEndpoint": "SASL_SSL://pkc-1.example.com:9092",
    "schemaRegistryEndpoint": "https://psrc-1.example.com",
    "flinkApiSecret": "not asked for",
}
KEYS = {
    "KAFKA_API_KEY": "KK",
    "KAFKA_API_SECRET": "KS",
    "SCHEMA_REGISTRY_API_KEY": "RK",
    "SCHEMA_REGISTRY_API_SECRET": "RS",
}


def consume(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], *arguments: str
) -> Became:
    cli = tmp_path / "pulumi"
    cli.write_text(f"#!/bin/sh\necho '{json.dumps(OUTPUTS)}'\n")
    cli.chmod(0o755)

    def prepared(*_: Any, **__: Any) -> Prepared:
        stack = Stack.read(Project.read(layout), "dev")
        return Prepared(layout, stack, cli, {"PATH": os.environ["PATH"], **environment}, None)

    monkeypatch.setattr(consume_command, "prepare", prepared)
    monkeypatch.setattr(consume_command, "replace_process", replace_process)
    with pytest.raises(Became) as became:
        consume_command.run(layout, list(arguments))
    return became.value


def test_keys_travel_on_a_pipe(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    became = consume(layout, tmp_path, monkeypatch, KEYS, "orders", "--from-beginning", "--json", "-n", "3")
    assert became.given == {
        "cluster": {
            "identifier": "lkc-1",
            "bootstrap": "SASL_SSL://pkc-1.example.com:9092",
            "key": "KK",
            "secret": "KS",
        },
        "registry": {"endpoint": "https://psrc-1.example.com", "key": "RK", "secret": "RS"},
    }
    assert became.argv[-6:] == ["--from-beginning", "--json", "--count", "3", "--", "orders"]
    assert not {"KK", "KS", "RK", "RS"} & set(became.argv)


def test_without_a_kafka_key_it_says_which_and_how(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Failure, match=r"set KAFKA_API_KEY and KAFKA_API_SECRET \(`confluent api-key create.* lkc-1`\)"):
        consume(layout, tmp_path, monkeypatch, {"KAFKA_API_KEY": "KK"}, "orders")


def test_without_a_registry_key_plain_topics_can_be_read(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {name: value for name, value in KEYS.items() if name.startswith("KAFKA")}
    assert consume(layout, tmp_path, monkeypatch, keys, "orders").given["registry"]["key"] == ""


def test_an_empty_topic_is_refused(layout: Layout) -> None:
    with pytest.raises(Failure, match="name of the topic is empty"):
        consume_command.run(layout, [" "])
