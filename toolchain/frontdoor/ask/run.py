"""Asks the stack's store: ``python -m toolchain.frontdoor.ask --input FD``, everything else on that pipe."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.ask.answers import as_json, as_line
from toolchain.frontdoor.ask.choice import choose
from toolchain.frontdoor.ask.embedding import Model
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.ask.stores import store_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_AGAIN_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the question on the pipe; the exit status is 0 if there is an answer."""
    parser = argparse.ArgumentParser(prog="ask")
    parser.add_argument("--input", type=int, required=True)
    with os.fdopen(parser.parse_args(arguments).input) as pipe:
        given = json.load(pipe)
    try:
        answer(given)
    except AskError as error:
        sys.stderr.write(f"pulumiw: {error}\n")
        return 1
    return 0


def answer(given: Mapping[str, Any]) -> None:
    """Print the answer; :class:`AskError` if there is none."""
    name = choose(given["sinks"], given["store"])
    store = store_of(given["sinks"][name], given["secrets"].get(name, {}))
    model = Model(**given["model"])
    vector = model.embed(given["question"])
    deadline = time.monotonic() + given["seconds"]
    while not (products := store.search(vector, given["count"], model.name)):
        if time.monotonic() > deadline:
            raise AskError(
                f"Store {name} ({store.place}) has no products yet: they are on their way, or `./pulumiw verify` says"
                " why not."
            )
        time.sleep(_AGAIN_SECONDS)
    lines = [as_json(product) if given["json"] else as_line(product) for product in products]
    heading = [] if given["json"] else [f"Store {name} ({store.place}), model {model.name}:"]
    sys.stdout.write("\n".join([*heading, *lines]) + "\n")
    sys.stdout.flush()
