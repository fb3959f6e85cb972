"""No role binding of the program is decoration: each one lifts a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop.docs.rights_table import ASKED_FOR_BY_CONFLUENT, OPERATIONS, SINK_OPERATIONS, bindings, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.control.access.rbac import Operation

WITH_AND_WITHOUT = pytest.mark.parametrize("with_sink", [True, False])


def operations(*, with_sink: bool) -> Sequence[tuple[str, Operation, str, str]]:
    return (*OPERATIONS, *(SINK_OPERATIONS if with_sink else ()))


@WITH_AND_WITHOUT
def test_with_all_bindings_nothing_is_refused(*, with_sink: bool) -> None:
    assert refused(bindings(with_sink=with_sink), operations(with_sink=with_sink)) == []


@WITH_AND_WITHOUT
def test_without_each_binding_in_turn_something_is_refused(*, with_sink: bool) -> None:
    every = bindings(with_sink=with_sink)
    decoration = {
        (one.account, one.grant.role, one.on)
        for one in every
        if not refused([other for other in every if other is not one], operations(with_sink=with_sink))
    }
    assert decoration == {ASKED_FOR_BY_CONFLUENT}
