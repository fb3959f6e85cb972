"""What the pages promise is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pytest

from localcloud.api.app import ROUTERS
from localcloud.api.http.operations import Operations
from localcloud.control.faults.rules import CLOUD_LIKE, Effect, EffectKind, Rule, read
from workshop.clone import PROJECT
from workshop.docs.lines import WIDTH

if TYPE_CHECKING:
    from pathlib import Path

PAINS = (PROJECT / "docs" / "pains.md").read_text(encoding="utf-8")
PAGES = sorted(path for path in PROJECT.rglob("*.md") if not {".local", ".git"} & set(path.parts))
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")
SHOWN_BY = re.findall(r"`(tests/[\w/.]+)::(\w+)`", PAINS)


@pytest.mark.parametrize(("file", "test"), SHOWN_BY)
def test_every_test_that_a_pain_names_exists(file: str, test: str) -> None:
    assert re.search(rf"^ *(async )?def {test}\(", (PROJECT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_pain_names_a_test() -> None:
    rows = [line for line in PAINS.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 10
    assert [row for row in rows if not re.search(r"`tests/[\w/.]+::\w+`", row)] == []


def anchors(page: Path) -> set[str]:
    """Return what may stand after ``#`` in a link to a page: its headings, as GitHub names them."""
    headings = re.findall(r"^#+ +(.+?) *$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{path}#{anchor}" if anchor else path)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_lines_are_at_most_120_wide(page: Path) -> None:
    """A table's row is one line whatever its length, and an address cannot be broken."""
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > WIDTH and not line.startswith("|") and "https://" not in line] == []


class TestFaults:
    """docs/faults.md says what the code takes."""

    PAGE = (PROJECT / "docs" / "faults.md").read_text(encoding="utf-8")
    WORDS = re.compile(r"`([^`]+)`")

    def rows(self, head: str) -> list[list[str]]:
        """Return the cells of the table that begins with ``head``."""
        table = self.PAGE.partition(f"| {head} |")[2].partition("\n\n")[0]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]

    def test_every_operation_is_listed_and_no_other(self) -> None:
        named: dict[str, dict[str, None]] = {}
        for operation in Operations(module.router for module in ROUTERS).all:
            named.setdefault(operation.words[0], {})[".".join(operation.words[1:])] = None
        expected = [[f"`{service}`", ", ".join(f"`{name}`" for name in names)] for service, names in named.items()]
        assert self.rows("service") == expected

    def test_every_effect_is_there_and_no_other(self) -> None:
        words = [word for row in self.rows("effect") for word in self.WORDS.findall(row[0])]
        kinds = {Effect.parse(word.replace("SECONDS", "2")).kind for word in words}
        assert kinds == set(EffectKind)

    def test_every_fault_is_there_and_no_other(self) -> None:
        fill = {
            "OPERATION": "cmk",
            "EFFECT": "500",
            "SECONDS": "2",
            "KIND": "pool",
            "STATE": "FAILED",
            "PROCESS": "kafka",
        }
        kinds = set()
        for row in self.rows("fault"):
            (words,) = self.WORDS.findall(row[0])
            for placeholder, value in (fill | {"PROCESS": "kafka"}).items():
                words = words.replace(placeholder, value)
            rules, seed = read([words.replace("seed=NUMBER", "seed=7")])
            kinds |= {type(rule) for rule in rules} | ({int} if seed is not None else set())
        assert kinds == {*get_args(Rule), int}

    def test_the_cloud_s_times(self) -> None:
        (row,) = (row for row in self.rows("fault") if "cloud-like" in row[0])
        assert ", ".join(f"{kind} {seconds:.0f} s" for kind, seconds in CLOUD_LIKE.items()) in row[1]
