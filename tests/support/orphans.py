"""What only one of the two knows: the cloud or Pulumi's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workshop.clone import Clone

BY_NAME = {"statement", "connection"}
BROUGHT = {"schema-registry", "user"}  # made by the cloud itself


def orphans(clone: Clone) -> set[str]:
    """Return what is on the cloud and in no state, and what is in the state and not on the cloud."""
    known = {r["id"].rsplit("/", 1)[-1] for r in clone.resources() if r["type"].startswith("confluentcloud:")}
    there = clone.status()["resources"]
    own = {r["name"] if r["kind"] in BY_NAME else r["id"] for r in there if r["kind"] not in BROUGHT}
    return known ^ own
