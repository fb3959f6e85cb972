"""Stored figures, and the plots drawn from them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workshop.bench.charts import charts_of, text
from workshop.clone import PROJECT
from workshop.side_environment import python_with

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """``FOLDER/NAME.json``, with ``NAME.png`` beside it."""

    folder: Path
    name: str

    @property
    def file(self) -> Path:
        """The figures."""
        return self.folder / f"{self.name}.json"

    def write(self, measured: dict[str, Any]) -> None:
        """Store the figures as ``--json`` prints them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def read(self) -> dict[str, Any]:
        """Return the stored figures; :class:`SystemExit` with a sentence if there are none."""
        try:
            measured: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SystemExit(f"{self.file} is not there: measure first, without --redraw.") from None
        return measured

    def text(self) -> str:
        """Return the plot as text."""
        return text(charts_of(self.read()["figures"]))

    def draw(self) -> None:
        """Draw the picture."""
        python = python_with(PROJECT / "workshop" / "bench" / "requirements.txt", "plots")
        picture = self.file.with_suffix(".png").absolute()
        subprocess.run(
            [str(python), "-m", "workshop.bench.png", str(self.file.absolute()), str(picture)], check=True, cwd=PROJECT
        )
