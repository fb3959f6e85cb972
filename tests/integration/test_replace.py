"""`up --replace URN` works for every resource of the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.tables import settled, topic_end
from workshop.clone import wait_until

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration

# Each kind in an `up` of its own, all resources of the kind at once. What takes most others along comes last.
TOGETHER = ("RoleBinding", "Connector", "FlinkConnection", "FlinkStatement", "ApiKey")
ALONE = ("ServiceAccount", "FlinkComputePool", "Provider", "KafkaCluster", "Environment", "RandomId")


def urns(clone: Clone) -> dict[str, list[str]]:
    """Return the URNs of the resources that the program declares, by the last part of their type."""
    found: dict[str, list[str]] = {}
    for resource in clone.resources():
        kind = resource["type"].rpartition(":")[2]
        is_explicit = not resource["type"].startswith("pulumi:providers:") or "::default" not in resource["urn"]
        if resource["custom"] and is_explicit:
            found.setdefault("Provider" if resource["type"].startswith("pulumi:providers:") else kind, []).append(
                resource["urn"]
            )
    return found


def replace(clone: Clone, targets: list[str]) -> None:
    """Replace ``targets`` in one `up`; the next one has nothing to do, and vectors come."""
    flags = [flag for urn in targets for flag in ("--replace", urn)]
    clone.up(*flags)
    clone.ok("preview", "--expect-no-changes")
    done = topic_end(clone, "product_vector")
    wait_until(lambda: topic_end(clone, "product_vector") > done, f"vectors after {' '.join(flags)}")


def test_what_has_a_fixed_name_can_be_replaced(clone: Clone) -> None:
    clone.up()
    found = urns(clone)
    assert set(found) == {*TOGETHER, *ALONE}
    for kind in TOGETHER:
        replace(clone, found[kind])
    products, vectors = settled(clone)
    assert set(vectors) == set(products)


@pytest.mark.parametrize("kind", ALONE)
def test_what_others_are_built_on_can_be_replaced(clone: Clone, kind: str) -> None:
    replace(clone, urns(clone)[kind])


def test_what_was_replaced_is_destroyed(clone: Clone) -> None:
    clone.ok("destroy", "--yes", "--skip-preview")
    assert clone.status()["resources"] == []
