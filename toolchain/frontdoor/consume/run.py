"""Prints a topic's records until there are enough of them or the user stops it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.consume.decode import decoded
from toolchain.frontdoor.consume.failure import ConsumeError
from toolchain.frontdoor.consume.records import Cluster, Topic
from toolchain.frontdoor.consume.registry import Registry
from toolchain.frontdoor.hall.endings import drop_output, interrupt_on_sigterm
from toolchain.frontdoor.hall.terminal import escape_what_cannot_be_shown, say
from toolchain.frontdoor.sql.render import shortened

if TYPE_CHECKING:
    from confluent_kafka import Message


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", type=int, required=True)
    parser.add_argument("--from-beginning", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--count", type=int)
    parser.add_argument("topic")
    return parser.parse_args()


def main() -> int:
    """Print the records; the exit status is 1, with one sentence, if they cannot be read."""
    arguments = _arguments()
    with os.fdopen(arguments.input) as pipe:
        given = json.load(pipe)
    escape_what_cannot_be_shown()
    interrupt_on_sigterm()
    registry = Registry(given["registry"]["endpoint"], (given["registry"]["key"], given["registry"]["secret"]))
    shown = 0
    try:
        with Topic(Cluster(**given["cluster"]), arguments.topic) as topic:
            topic.open(from_beginning=arguments.from_beginning)
            if not arguments.json:
                say(f"Records of {arguments.topic}; Ctrl-C ends it.")
            for message in topic.records():
                _print(message, registry, as_json=arguments.json)
                shown += 1
                if shown == arguments.count:
                    break
    except ConsumeError as error:
        say(f"pulumiw: {error}")
        return 1
    except BrokenPipeError:  # the reader, such as `| head`, has ended
        drop_output()
    except KeyboardInterrupt:
        say(f"Stopped after {shown} records.")
        # Without a count Ctrl-C is the way to end it, not a failure.
        return 128 + signal.SIGINT if arguments.count else 0
    return 0


def _print(message: Message, registry: Registry, *, as_json: bool) -> None:
    key, value = (decoded(data, registry.schema) for data in (message.key(), message.value()))
    if as_json:
        line = json.dumps(_facts(message) | {"key": key, "value": value}, ensure_ascii=False)
    else:
        line = "\t".join(map(_line, [value] if message.key() is None else [key, value]))
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _facts(message: Message) -> dict[str, Any]:
    """Return where and when a record is; the time in milliseconds since 1970."""
    return {
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp": message.timestamp()[1],
    }


def _line(value: Any) -> str:
    """Return a key or a value as one line; a deletion has no value."""
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else json.dumps(shortened(value), ensure_ascii=False)
    return " ".join(text.split("\n"))
