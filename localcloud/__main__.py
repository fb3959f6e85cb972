"""`python -m localcloud serve --state DIR --port N --jars DIR [OPTION...]`; `serve --help` lists the options."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from localcloud.serve import Installed, serve
from localcloud.version import VERSION

_LARGEST_PORT = 65_535


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and carry it out; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m localcloud", description="Confluent Cloud's API on this machine.")
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="serve on 127.0.0.1 until SIGTERM")
    serving.add_argument("--state", type=Path, required=True, metavar="DIR", help="where everything is kept")
    serving.add_argument("--port", type=_port, required=True, metavar="N", help="TCP port of every API")
    serving.add_argument("--jars", type=Path, required=True, metavar="DIR", help="where Maven left Kafka and Flink")
    serving.add_argument("--models", type=Path, metavar="DIR", help="where Maven leaves the sentence model")
    serving.add_argument(
        "--server",
        type=_kind_and_folder,
        action="append",
        default=[],
        metavar="KIND=DIR",
        help="where Maven leaves the server of that kind of store",
    )
    serving.add_argument(
        "--connector",
        type=_kind_and_folder,
        action="append",
        default=[],
        metavar="KIND=DIR",
        help="where Maven leaves the connector of that kind of sink",
    )
    chosen = parser.parse_args(arguments)
    models = chosen.models and chosen.models.absolute()
    installed = Installed(
        jars=chosen.jars.absolute(), models=models, servers=dict(chosen.server), connectors=dict(chosen.connector)
    )
    return serve(chosen.state.absolute(), chosen.port, installed)


def _kind_and_folder(text: str) -> tuple[str, Path]:
    kind, separator, folder = text.partition("=")
    if not kind or not separator or not folder:
        raise argparse.ArgumentTypeError(f"{text!r} is no kind and folder: write both with = between them")
    return kind, Path(folder).absolute()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to {_LARGEST_PORT}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
