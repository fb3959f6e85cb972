"""`./pulumiw ask "QUESTION"`: reads the stack's outputs and keys, then runs :mod:`toolchain.frontdoor.ask` with them.

That is a process of its own, since the stores' clients are installed in the virtual environment alone. Keys travel on a
pipe: other users can read a command line.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.commands.sql_command import outputs_of, sql_environment
from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.foreground import replace_process
from toolchain.frontdoor.hall.pipes import json_on_pipe
from toolchain.frontdoor.setup.prepare import prepare

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.setup.prepare import Prepared

_PRODUCTS = 3
_MOST_PRODUCTS = 100
_LONGEST_QUESTION = 8000  # it has to fit into a pipe's buffer
_KEY, _VARIABLE = "openaiApiKey", "OPENAI_API_KEY"


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > len(str(_MOST_PRODUCTS)) or not 1 <= int(text) <= _MOST_PRODUCTS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of products: give one from 1 to {_MOST_PRODUCTS}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pulumiw ask",
        description="Find the products in the stack's store whose meaning is nearest to a question.",
    )
    parser.add_argument("question", help='for example "kicks"')
    parser.add_argument(
        "-k",
        dest="count",
        type=_count,
        default=_PRODUCTS,
        metavar="N",
        help=f"how many products, from 1 to {_MOST_PRODUCTS} (default: %(default)s)",
    )
    parser.add_argument("--store", metavar="NAME", help="the store to ask, if the stack has several")
    parser.add_argument("--json", action="store_true", help="one JSON object a product: its columns and score")
    parser.add_argument("-s", "--stack", help="the stack (default: the selected one, else dev)")
    return parser


def question_of(
    prepared: Prepared, question: str, *, count: int = _PRODUCTS, store: str | None = None, seconds: float = 0
) -> dict[str, Any]:
    """Return what :mod:`toolchain.frontdoor.ask` reads, secrets included; ``seconds``: to wait for a first product.

    Raises :class:`Failure` if the stack has no store, or no key for its model.
    """
    outputs: dict[str, Any] = outputs_of(prepared, frozenset({"embeddings"}))
    if not outputs.get("sinks"):
        raise Failure(_without_store(prepared))
    return {
        "question": question,
        "count": count,
        "store": store,
        "seconds": seconds,
        "json": False,
        "sinks": outputs["sinks"],
        "secrets": outputs.get("sinkSecrets") or {},
        "model": {
            "name": outputs["embeddings"]["model"],
            "endpoint": outputs["embeddings"]["endpoint"],
            "key": _model_key(prepared),
        },
    }


def _without_store(prepared: Prepared) -> str:
    stack = prepared.stack
    setting = f"{stack.project.name}:sinks"
    if stack.config(setting) not in (None, "[]"):
        return f"Stack {stack.name} has no store yet, although {setting} names one: run `./pulumiw up` first."
    return (
        f"Stack {stack.name} copies its vectors into no store: write `{setting}:` with an entry `- kind: mongodb` into"
        f" {stack.settings_file.name} (docs/ask.md), and run `./pulumiw up`."
    )


def _model_key(prepared: Prepared) -> str:
    """Return the model's API key in the program's order: from the stack's settings, else from the environment."""
    setting = f"{prepared.stack.project.name}:{_KEY}"
    if prepared.stack.config(setting):
        shown = prepared.pulumi("config", "get", setting, "--stack", prepared.stack.name)
        if shown.returncode != 0:
            raise Failure(f"{setting} cannot be read: {shown.stderr.strip().removeprefix('error: ')}")
        return shown.stdout.strip()
    if key := prepared.environment.get(_VARIABLE):
        return key
    raise Failure(
        f"The question cannot be embedded without the model's key: set {_VARIABLE}, or run"
        f" `./pulumiw config set --secret {setting}`."
    )


def ask_argv(layout: Layout, given: int) -> list[str]:
    """Return the command line of :mod:`toolchain.frontdoor.ask`; ``given``: file descriptor of what it reads."""
    return [str(layout.python), "-m", "toolchain.frontdoor.ask", "--input", str(given)]


def run(layout: Layout, arguments: list[str]) -> int:
    """Ask. Does not return: the process becomes :mod:`toolchain.frontdoor.ask`."""
    chosen = _parser().parse_args(arguments)
    if not chosen.question.strip():
        raise Failure('The question is empty: say for example `./pulumiw ask "kicks"`.')
    if len(chosen.question) > _LONGEST_QUESTION:
        raise Failure(f"The question has more than {_LONGEST_QUESTION} characters: make it shorter.")
    request = Request(("--stack", chosen.stack) if chosen.stack else ())
    prepared = prepare(layout, request, needs_cloud=True)
    given = question_of(prepared, chosen.question, count=chosen.count, store=chosen.store)
    argv = ask_argv(layout, json_on_pipe({**given, "json": chosen.json}))
    replace_process(argv, sql_environment(prepared), layout.project)
