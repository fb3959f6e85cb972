"""What the environment says about a measurement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from workshop.bench import settings

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("read", "name", "text", "meant"),
    [
        (lambda: settings.runs(3), "BENCH_RUNS", "5", 5),
        (lambda: settings.runs(3), "BENCH_RUNS", "", 3),
        (lambda: settings.stacks("1,2"), "BENCH_STACKS", "1, 4", (1, 4)),
        (lambda: settings.waits("0"), "BENCH_WAITS", "0.2,1", ("0.2", "1")),
        (lambda: settings.products("1000"), "BENCH_PRODUCTS", "1000, 100000", (1_000, 100_000)),
        (lambda: settings.rows("1000"), "BENCH_ROWS", "10000,100000", (10_000, 100_000)),
        (lambda: settings.minutes(60), "BENCH_MINUTES", "5", 5),
        (lambda: settings.clients(50), "BENCH_CLIENTS", "8", 8),
        (lambda: settings.topics(1000), "BENCH_TOPICS", "10", 10),
        (lambda: settings.statements(200), "BENCH_STATEMENTS", "", 200),
        (lambda: settings.records(1_000_000), "BENCH_RECORDS", "5000", 5000),
        (settings.official_plugins, "BENCH_PLUGINS", "", False),
        (settings.official_plugins, "BENCH_PLUGINS", "official", True),
        (settings.rights_delay, "BENCH_RIGHTS_DELAY", "", 0),
        (settings.rights_delay, "BENCH_RIGHTS_DELAY", "120", 120),
    ],
)
def test_what_is_set_counts(
    read: Callable[[], Any], name: str, text: str, meant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, text)
    assert read() == meant


@pytest.mark.parametrize(
    ("read", "name", "text", "allowed"),
    [
        (lambda: settings.runs(3), "BENCH_RUNS", "0", "a whole number from 1 on"),
        (lambda: settings.runs(3), "BENCH_RUNS", "many", "a whole number from 1 on"),
        (lambda: settings.stacks("1"), "BENCH_STACKS", "1,,2", "whole numbers from 1 on, with commas between them"),
        (
            lambda: settings.products("1"),
            "BENCH_PRODUCTS",
            "10,10",
            "whole numbers from 1 on, each larger than the one before it, with commas between them",
        ),
        (settings.official_plugins, "BENCH_PLUGINS", "both", "official or bundled"),
        (settings.rights_delay, "BENCH_RIGHTS_DELAY", "-1", "a whole number of seconds from 0 on"),
        (lambda: settings.waits("0"), "BENCH_WAITS", "nan", "numbers from 0 to 1, with commas between them"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    read: Callable[[], Any], name: str, text: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SystemExit, match=re.escape(f"pulumiw: {name} is {text!r}: set it to {allowed}, or unset it.")):
        read()
