"""A stack that is up, for tests that change it: one `up` for all of them, where each leaves it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.orphans import orphans

if TYPE_CHECKING:
    from workshop.clone import Clone


def deploy(clone: Clone) -> None:
    """Bring the stack up, unless the test before has left it whole: state and cloud know the same objects."""
    if not clone.resources() or orphans(clone):
        clone.up()
