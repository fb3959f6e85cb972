"""``./pulumiw bench NAME [--json]``: run one measurement and print its figures."""

from __future__ import annotations

import argparse
import json
import sys

from bench import embeddings, first_setup, journey, makespan, pipeline
from bench.measure import yardstick

MEASUREMENTS = {
    "embeddings": embeddings.measure,
    "journey": journey.measure,
    "makespan": makespan.measure,
    "pipeline": pipeline.measure,
    "setup": first_setup.measure,
}


def main() -> int:
    """Run the measurement named on the command line."""
    parser = argparse.ArgumentParser(prog="./pulumiw bench", description="Measure this project on this machine.")
    parser.add_argument("name", choices=sorted(MEASUREMENTS))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()

    unit = yardstick()
    figures = MEASUREMENTS[arguments.name]()
    if arguments.json:
        print(json.dumps({"yardstick_seconds": unit, "figures": [figure.as_dict() for figure in figures]}, indent=2))
        return 0
    print(f"yardstick: importing Pulumi's SDK takes {unit:.2f} s here and now\n")
    print("| figure | median | min - max | ratio | runs |\n|---|---|---|---|---|")
    for figure in figures:
        yardsticks = f"{figure.median / unit:.1f} yardsticks" if figure.unit == "s" else ""
        ratio = f"{figure.ratio:.2f} of {figure.beside.name}" if figure.beside else yardsticks
        spread = f"{min(figure.values):,.2f} - {max(figure.values):,.2f}"
        print(f"| {figure.name} | {figure.median:,.2f} {figure.unit} | {spread} | {ratio} | {len(figure.values)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
