"""Which part of the project a process is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workshop.bench.load import UNSEEN, Load, part_of


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("/jdk/bin/java -Xmx640m -cp a.jar:b.jar rag.flink.Main /clone/.local/cloud/flink", "local cloud: Flink"),
        ("/jdk/bin/java -cp a.jar rag.kafka.Broker broker.properties", "local cloud: brokers"),
        ("/venv/bin/python -m localcloud serve --state /clone/.local/cloud", "local cloud: Python"),
        ("/home/bin/pulumi up --yes --event-log /clone/events", "Pulumi's engine"),
        ("/usr/bin/python3 /clone/pulumiw up --yes", "front door"),
        ("/venv/bin/python -P -m offline.plugins.language 127.0.0.1:4", "language host, with the program"),
        ("/usr/bin/pulumi-language-python 127.0.0.1:4", "language host, with the program"),
        ("/venv/bin/python -P -m offline.plugins.confluentcloud 127.0.0.1:4", "provider plugins"),
        ("/bin/sh /clone/toolchain/plugins/bin/pulumi-resource-random 127.0.0.1:4", "provider plugins"),
        ("/usr/bin/git status --porcelain", "other"),
        ("", "other"),
    ],
)
def test_a_command_line_tells_the_part(command: str, part: str) -> None:
    assert part_of(command.split()) == part


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("language", "language host, with the program"),
        ("confluentcloud", "provider plugins"),
        ("random", "provider plugins"),
        ("python", "what plugins are forked from"),
    ],
)
def test_of_a_forked_plugin_its_name_does(name: str, part: str) -> None:
    assert part_of(["/venv/bin/python", "-P", "-m", "offline.plugins.warm", "5"], name) == part


@pytest.mark.process
def test_a_child_that_is_over_before_anybody_looks_is_counted() -> None:
    with Load([]) as load:
        subprocess.run([sys.executable, "-S", "-c", ""], check=True)
    assert load.cpu[UNSEEN] > 0
