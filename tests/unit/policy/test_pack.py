from __future__ import annotations

from guardrails.options import Option
from guardrails.pack import POLICIES

from workshop.clone import PROJECT


def test_names_are_unique() -> None:
    names = [policy.name for policy in POLICIES]
    assert len(set(names)) == len(names)


def test_the_pack_and_the_project_pin_one_sdk() -> None:
    (pin,) = (PROJECT / "policy" / "requirements.txt").read_text().split()
    assert pin in (PROJECT / "requirements.txt").read_text().split()


def test_a_number_of_the_configuration_is_a_number_of_json() -> None:
    """The engine hands numbers over as protobuf does: as floats."""
    assert Option(key="n", meaning="", default=1).number({"n": 50.0}) == 50
