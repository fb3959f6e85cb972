"""Generated lists are wrapped, and what is code stays whole."""

from __future__ import annotations

from workshop.docs.lines import WIDTH, wrapped


def test_a_long_list_is_wrapped_with_its_indent() -> None:
    names = ", ".join(f"`CREATE TABLE {number}`" for number in range(30))
    lines = wrapped(f"- {names}", "  ").splitlines()
    assert len(lines) > 3
    assert all(len(line) <= WIDTH for line in lines)
    assert all(line.startswith("  `CREATE TABLE ") for line in lines[1:])
    assert " ".join(line.strip() for line in lines) == f"- {names}"


def test_code_is_never_broken() -> None:
    code = f"`{' '.join(['word'] * 30)}`"
    assert wrapped(f"before {code} after").splitlines() == ["before", code, "after"]
