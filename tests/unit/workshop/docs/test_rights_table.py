"""No role binding of the program is decoration: each one lifts a refusal."""

from __future__ import annotations

from workshop.docs.rights_table import ASKED_FOR_BY_CONFLUENT, bindings, refused


def test_with_all_bindings_nothing_is_refused() -> None:
    assert refused(bindings()) == []


def test_without_each_binding_in_turn_something_is_refused() -> None:
    every = bindings()
    decoration = {
        (one.account, one.grant.role, one.on)
        for one in every
        if not refused([other for other in every if other is not one])
    }
    assert decoration == {ASKED_FOR_BY_CONFLUENT}
