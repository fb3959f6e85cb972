"""Each file of requirements is enough for what it is said to be for."""

from __future__ import annotations

import ast
import importlib.metadata
import re
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.setup.venv import Packages
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PROGRAM = ("__main__.py", "components", "policy", "toolchain")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(packages: Packages) -> set[str]:
    lines = (PROJECT / packages.value).read_text().splitlines()
    return {canonical(line.partition("==")[0]) for line in lines if "==" in line}


def files(places: Iterable[str]) -> Iterator[Path]:
    for place in places:
        path = PROJECT / place
        yield from [path] if path.is_file() else path.rglob("*.py")


def imported(places: Iterable[str]) -> set[str]:
    """Return the distributions whose modules these files import."""
    modules: set[str] = set()
    for file in files(places):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    providers = importlib.metadata.packages_distributions()
    return {canonical(name) for module in modules for name in providers.get(module, [])}


@pytest.mark.parametrize(
    ("places", "others"),
    [(PROGRAM, (Packages.LOCAL_CLOUD, Packages.TESTS)), (("localcloud",), (Packages.TESTS,))],
    ids=["the program, its policies, plugins and front door", "the local cloud"],
)
def test_nothing_imports_a_package_that_is_installed_for_others(
    places: tuple[str, ...], others: tuple[Packages, ...]
) -> None:
    assert imported(places) & set().union(*map(pinned, others)) == set()


def test_what_the_program_imports_is_pinned() -> None:
    assert {"pulumi", "pulumi-confluentcloud", "confluent-sql", "httpx"} <= imported(PROGRAM) & pinned(Packages.PROGRAM)


def test_no_package_is_pinned_twice() -> None:
    lists = [pinned(packages) for packages in Packages]
    assert sum(map(len, lists)) == len(set().union(*lists))
