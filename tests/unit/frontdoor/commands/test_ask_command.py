"""`./pulumiw ask` up to where the store is asked, and the question that ends an `up`."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.mongodb_stub import MongoDbStub
from tests.support.provider_stub import provider_answering
from tests.support.replaced_process import Became, replace_process
from toolchain.frontdoor.commands import ask_command
from toolchain.frontdoor.commands.first_answer import show_first_answer
from toolchain.frontdoor.commands.first_vectors import stores_to_ask
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.main import main
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process

PLACE = {"username": "admin", "database": "store", "collection": "products", "index": "vector_index"}
OUTPUTS: dict[str, Any] = {
    "embeddings": {"endpoint": "https://models.example.com/v1/embeddings", "model": "all-MiniLM-L6-v2"},
    "sinks": {"mongodb": {"kind": "mongodb", "store": {"host": "127.0.0.1:1", **PLACE}}},
    "sinkSecrets": {"mongodb": {"connection.password": "pw"}},
    "flinkApiSecret": "not asked for",
}
PULUMI = """\
#!/usr/bin/env python3
import sys
print(OUTPUTS if "output" in sys.argv else "key-of-" + sys.argv[sys.argv.index("get") + 1])
"""


class World:
    """A deployed stack: ``outputs`` are what `pulumi` tells, ``environment`` is what it runs in."""

    def __init__(self, layout: Layout, cli: Path) -> None:
        self.layout, self._cli = layout, cli
        self.outputs: dict[str, Any] = json.loads(json.dumps(OUTPUTS))
        self.environment = {"OPENAI_API_KEY": "sk-environment"}

    def set(self, line: str) -> None:
        """Add a line to the stack's settings."""
        path = self.layout.project / "Pulumi.dev.yaml"
        path.write_text(path.read_text().replace("encryptionsalt", f"{line}\nencryptionsalt"))

    def prepared(self, *_: object, **__: object) -> Prepared:
        """Return what a command runs with."""
        self._cli.write_text(PULUMI.replace("OUTPUTS", repr(json.dumps(self.outputs))))
        self._cli.chmod(0o755)
        environment = {"PATH": os.environ["PATH"], **self.environment}
        stack = Stack.read(Project.read(self.layout), "dev")
        return Prepared(self.layout, stack, self._cli, environment, None)


@pytest.fixture
def world(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(layout, tmp_path / "pulumi")
    monkeypatch.setattr(ask_command, "prepare", made.prepared)
    monkeypatch.setattr(ask_command, "replace_process", replace_process)
    return made


def test_question_place_and_keys_travel_on_a_pipe(world: World) -> None:
    with pytest.raises(Became) as became:
        ask_command.run(world.layout, ["kicks", "-k", "5", "--store", "mongodb", "--json"])
    assert became.value.given == {
        "question": "kicks",
        "count": 5,
        "store": "mongodb",
        "seconds": 0,
        "json": True,
        "sinks": OUTPUTS["sinks"],
        "secrets": OUTPUTS["sinkSecrets"],
        "model": {
            "name": "all-MiniLM-L6-v2",
            "endpoint": "https://models.example.com/v1/embeddings",
            "key": "sk-environment",
        },
    }
    command_line = " ".join(became.value.argv)
    assert not any(secret in command_line for secret in ("pw", "sk-environment", "kicks"))


def test_a_key_in_the_settings_comes_first(world: World) -> None:
    world.set("  confluent-rag:openaiApiKey:\n    secure: v1:abc")
    with pytest.raises(Became) as became:
        ask_command.run(world.layout, ["kicks"])
    assert became.value.given["model"]["key"] == "key-of-confluent-rag:openaiApiKey"


def test_no_key_at_all(world: World) -> None:
    world.environment = {}
    with pytest.raises(Failure, match=r"set OPENAI_API_KEY, or run `./pulumiw config set --secret confluent-rag:open"):
        ask_command.run(world.layout, ["kicks"])


def test_a_stack_without_a_sink_is_told_what_to_set(world: World) -> None:
    world.outputs["sinks"] = {}
    with pytest.raises(Failure) as said:
        ask_command.run(world.layout, ["kicks"])
    assert str(said.value) == (
        "Stack dev copies its vectors into no store: write `confluent-rag:sinks:` with an entry `- kind: mongodb` into"
        " Pulumi.dev.yaml (docs/ask.md), and run `./pulumiw up`."
    )
    world.set("  confluent-rag:sinks:\n    - kind: mongodb")
    with pytest.raises(Failure, match=r"no store yet, although confluent-rag:sinks names one: run `./pulumiw up` fi"):
        ask_command.run(world.layout, ["kicks"])


def test_a_stack_that_is_not_up(world: World) -> None:
    world.outputs = {}
    with pytest.raises(Failure, match=r"run `./pulumiw up` first"):
        ask_command.run(world.layout, ["kicks"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([" "], 'The question is empty: say for example `./pulumiw ask "kicks"`.'),
        (["x" * 8001], "The question has more than 8000 characters: make it shorter."),
        (["kicks", "-s", "a", "-s", "b"], "`ask` works on one stack"),
    ],
)
def test_questions_that_cannot_be(
    world: World, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert main(str(world.layout.project), ["ask", *arguments]) == 1
    assert capsys.readouterr().err.startswith(f"pulumiw: {expected}")


@pytest.mark.parametrize("count", ["0", "101", "-1", "many", "9" * 40])
def test_a_number_of_products_that_cannot_be(world: World, capsys: pytest.CaptureFixture[str], count: str) -> None:
    with pytest.raises(SystemExit):
        ask_command.run(world.layout, ["kicks", f"-k{count}"])
    assert f"{count!r} is no number of products: give one from 1 to 100" in capsys.readouterr().err


@pytest.fixture
def real_python(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a stack whose clone runs this project's modules in this interpreter."""
    world.layout.python.parent.mkdir(parents=True)
    world.layout.python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    world.layout.python.chmod(0o755)
    packages = os.environ.get("PYTHONPATH", "")
    monkeypatch.setattr(
        "toolchain.frontdoor.commands.first_answer.sql_environment",
        lambda prepared: prepared.environment | {"PYTHONPATH": f"{PROJECT}:{packages}"},
    )
    return world


def deploy(prepared: Prepared, outputs: dict[str, Any]) -> None:
    """Write a state with these outputs."""
    state = prepared.stack.checkpoint
    state.parent.mkdir(parents=True, exist_ok=True)
    stack = {"urn": "urn:pulumi:dev::confluent-rag::pulumi:pulumi:Stack::dev", "type": "pulumi:pulumi:Stack"}
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": [{**stack, "outputs": outputs}]}}}))


def test_up_ends_with_a_question_and_its_answer(real_python: World) -> None:
    glove = {"content": "warm gloves", "score": 0.75}
    with MongoDbStub("pw", {"$vectorSearch": [glove]}) as server, provider_answering(200) as endpoint:
        real_python.outputs["sinks"]["mongodb"]["store"]["host"] = server.host
        real_python.outputs["embeddings"]["endpoint"] = endpoint
        shown = io.StringIO()
        show_first_answer(real_python.prepared(), ["mongodb"], shown)
    assert shown.getvalue() == (
        '\n./pulumiw ask -s dev "something to keep my hands warm"\n'
        f"Store mongodb (store.products at {server.host}), model all-MiniLM-L6-v2:\n"
        "  0.7500  warm gloves\n"
    )


def test_of_several_stores_the_first_that_can_be_asked_is_and_the_command_names_it(real_python: World) -> None:
    silent = {"kind": "mongodb", "store": {"host": "127.0.0.1:1", **PLACE}}
    with (
        MongoDbStub("pw", {"$vectorSearch": [{"content": "hat", "score": 0.5}]}) as server,
        provider_answering(200) as url,
    ):
        real_python.outputs["sinks"] = {
            "couchbase": {"kind": "couchbase", "store": {}},
            "first": {"kind": "mongodb", "store": {"host": server.host, **PLACE}},
            "second": silent,
        }
        real_python.outputs["sinkSecrets"] = {name: {"connection.password": "pw"} for name in ("first", "second")}
        real_python.outputs["embeddings"]["endpoint"] = url
        prepared = real_python.prepared()
        deploy(prepared, real_python.outputs)
        shown = io.StringIO()
        show_first_answer(prepared, stores_to_ask(prepared.stack), shown)
    assert shown.getvalue() == (
        '\n./pulumiw ask -s dev --store first "something to keep my hands warm"\n'
        f"Store first (store.products at {server.host}), model all-MiniLM-L6-v2:\n"
        "  0.5000  hat\n"
    )


def test_a_stack_whose_stores_cannot_be_asked_has_none_to_ask(world: World) -> None:
    prepared = world.prepared()
    assert stores_to_ask(prepared.stack) == []
    deploy(prepared, {"sinks": {"couchbase": {"kind": "couchbase", "store": {}}}})
    assert stores_to_ask(prepared.stack) == []


def test_up_ends_well_without_an_answer(real_python: World) -> None:
    with provider_answering(401) as endpoint:
        real_python.outputs["embeddings"]["endpoint"] = endpoint
        shown = io.StringIO()
        show_first_answer(real_python.prepared(), ["mongodb"], shown)
    assert shown.getvalue() == (
        '\nThe store has no answer yet; ask it later:\n  ./pulumiw ask -s dev "something to keep my hands warm"\n'
    )
