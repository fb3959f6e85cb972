"""How long each test file takes: ``python -m tests.support.times REPORT.xml``, with the report of a whole run.

``./pulumiw test --junitxml=REPORT.xml`` writes the report. From it come ``tests/seconds.json``, by which test files are
handed out (``tests/support/groups.py``), and the table in ``docs/testing.md``. A file's time is that of its tests,
fixtures included: a shared cloud counts where it was started and stopped.
"""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.groups import SECONDS, TESTS, measured

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = TESTS.parent / "docs" / "testing.md"
SHORTEST = 1.0  # seconds: shorter files are added up in the table's last row
_TABLE = re.compile(r"(<!-- times -->\n).*(<!-- end of times -->)", re.DOTALL)


def seconds_in(report: Path) -> dict[str, float]:
    """Return the seconds of each test file in a JUnit report of pytest."""
    found: dict[str, float] = {}
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest's own report
        modules = [part for part in case.attrib["classname"].split(".") if not part[:1].isupper()]  # without classes
        if not any(modules):
            continue  # a file that was skipped as a whole
        file = "/".join(modules) + ".py"
        found[file] = found.get(file, 0) + float(case.attrib["time"])
    return {file: round(taken, 1) for file, taken in sorted(found.items())}


def table(seconds: Mapping[str, float]) -> str:
    """Return the table of the page: the slowest first, the quick ones as one row."""
    slow = sorted((file for file in seconds if seconds[file] >= SHORTEST), key=lambda file: (-seconds[file], file))
    rest = [taken for taken in seconds.values() if taken < SHORTEST]
    rows = [f"| `{file}` | {seconds[file]:.0f} |" for file in slow]
    rows += [f"| {len(rest)} others | {sum(rest):.0f} |", f"| all | {sum(seconds.values()):.0f} |"]
    return "\n".join(["| file | seconds |", "|---|---:|", *rows]) + "\n"


def written(page: str, seconds: Mapping[str, float]) -> str:
    """Return the page with the table of these seconds."""
    return _TABLE.sub(lambda found: found[1] + table(seconds) + found[2], page)


def main(report: Path) -> None:
    """Write both files; what the report does not have keeps its time, as long as there is such a file."""
    known = {file: taken for file, taken in measured().items() if (TESTS.parent / file).is_file()}
    seconds = dict(sorted({**known, **seconds_in(report)}.items()))
    SECONDS.write_text(json.dumps(seconds, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), seconds), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
