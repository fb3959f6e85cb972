"""``./pulumiw bench NAME [--json] [--plots FOLDER]``: run one measurement, print its figures, keep and draw them."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop.bench import (
    api,
    asking,
    embeddings,
    first_setup,
    journey,
    makespan,
    models,
    pipeline,
    regions,
    scale,
    soak,
)
from workshop.bench.measure import yardstick
from workshop.bench.plots import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

MEASUREMENTS = {
    "api": api.measure,
    "ask": asking.measure,
    "embeddings": embeddings.measure,
    "journey": journey.measure,
    "makespan": makespan.measure,
    "models": models.measure,
    "pipeline": pipeline.measure,
    "regions": regions.measure,
    "scale": scale.measure,
    "soak": soak.measure,
    "setup": first_setup.measure,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./pulumiw bench", description="Measure this project on this machine.")
    parser.add_argument("name", choices=sorted(MEASUREMENTS))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="keep the figures there, and draw NAME.png")
    parser.add_argument("--as", dest="kept_name", metavar="NAME", help="the name to keep them by (default: the first)")
    parser.add_argument("--redraw", action="store_true", help="draw what is kept in FOLDER, without measuring")
    return parser


def _measured(name: str) -> dict[str, Any]:
    unit = yardstick()
    figures = [figure.as_dict() for figure in MEASUREMENTS[name]()]
    today = datetime.now(UTC).date().isoformat()
    return {"measured": today, "cores": os.cpu_count(), "yardstick_seconds": unit, "figures": figures}


def _table(measured: dict[str, Any]) -> Iterator[str]:
    unit = measured["yardstick_seconds"]
    yield f"yardstick: importing Pulumi's SDK takes {unit:.2f} s here and now\n"
    yield "| figure | median | min - max | ratio | runs |\n|---|---|---|---|---|"
    for figure in measured["figures"]:
        yardsticks = f"{figure['median'] / unit:.1f} yardsticks" if figure["unit"] == "s" else ""
        ratio = f"{figure['ratio']:.2f} of {figure['beside']}" if figure["beside"] else yardsticks
        spread = f"{figure['min']:,.2f} - {figure['max']:,.2f}"
        median = f"{figure['median']:,.2f} {figure['unit']}"
        yield f"| {figure['name']} | {median} | {spread} | {ratio} | {len(figure['values'])} |"


def main() -> int:
    """Run the measurement named on the command line."""
    for library in (
        "httpx",
        "elastic_transport",
        "neo4j",
    ):  # importing wordllama enables INFO messages of all libraries
        logging.getLogger(library).setLevel(logging.WARNING)
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.plots is None and (arguments.redraw or arguments.kept_name):
        parser.error("--redraw and --as go with --plots FOLDER")
    kept = Kept(arguments.plots, arguments.kept_name or arguments.name) if arguments.plots else None
    measured = kept.read() if kept and arguments.redraw else _measured(arguments.name)
    if kept and not arguments.redraw:
        kept.write(measured)
    if arguments.json:
        print(json.dumps(measured, indent=2))
    else:
        print(*_table(measured), sep="\n")
    if kept:
        kept.draw()
        if not arguments.json:
            print(f"\n{kept.text()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
