"""The table of import contracts says why each one is there."""

from __future__ import annotations

from workshop.docs.contracts_table import contracts, render


def test_every_contract_is_listed_with_its_reason() -> None:
    rows = render().splitlines()[2:]
    assert len(rows) == len(contracts()) > 0
    for row, contract in zip(rows, contracts(), strict=True):
        assert row.startswith(f"| {contract['name']} |")
        assert row.endswith(f"| {contract['broken_contract_guidance']} |")


def test_no_two_contracts_have_one_name() -> None:
    names = [contract["name"] for contract in contracts()]
    assert len(names) == len(set(names))


def test_layers_are_told_from_the_top_with_siblings_in_brackets() -> None:
    assert (
        "`opening` > `connect` > (`embeddings`, `flink`, `kafka`, `registry`, `stores`) > (`java`, `process`)"
        in render()
    )


def test_every_row_has_three_cells() -> None:
    assert {row.count("|") for row in render().splitlines()} == {4}
