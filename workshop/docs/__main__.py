"""``./pulumiw docs [--check]``: write the generated pages of ``docs/``, or say which of them differ."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from workshop.docs.pages import PAGES, PROJECT, differing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def run(arguments: Sequence[str], project: Path = PROJECT) -> int:
    """Run the command line and return its exit status: with ``--check``, 1 if a page differs."""
    parser = argparse.ArgumentParser(prog="./pulumiw docs", description="Write the generated pages of docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if a page differs")
    check = parser.parse_args(arguments).check
    try:
        stale = differing(project)
        for page in stale:
            if not check:
                page.write(project)
            print(f"docs/{page.name}: {'differs; run ./pulumiw docs' if check else 'written'}")
    except ValueError as error:
        print(f"pulumiw docs: {error}", file=sys.stderr)
        return 1
    if not stale:
        print(f"All {len(PAGES)} generated pages are up to date.")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
