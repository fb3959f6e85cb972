"""Removes resources from an exported state, with all references to them; the cloud is not touched.

Pulumi refuses to import a state whose resources depend on others that it does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

_STACK = "pulumi:pulumi:Stack"
_OF_A_KEY = frozenset({"flinkApiKey", "flinkApiSecret"})


def without_resources(exported: dict[str, Any], gone: Collection[tuple[str, str]]) -> dict[str, Any]:
    """Return an exported state without the resources in ``gone`` (URN and id).

    A resource and its replacement have the same URN, so references to a URN stay while one of the two is left.
    """
    deployment = dict(exported["deployment"])
    left = [one for one in deployment.get("resources") or [] if (one["urn"], one.get("id", "")) not in gone]
    dangling = {urn for urn, _ in gone} - {one["urn"] for one in left}
    deployment["resources"] = [_detached(one, dangling) for one in left]
    return {**exported, "deployment": deployment}


def _detached(resource: dict[str, Any], dangling: Collection[str]) -> dict[str, Any]:
    found = dict(resource)
    if found.get("deletedWith") in dangling:
        del found["deletedWith"]
    for name in ("dependencies", "replaceWith"):
        if name in found:
            found[name] = [urn for urn in found[name] or [] if urn not in dangling]
    if "propertyDependencies" in found:
        found["propertyDependencies"] = {
            name: [urn for urn in urns or [] if urn not in dangling]
            for name, urns in found["propertyDependencies"].items()
        }
    return found


def without_outputs(exported: dict[str, Any], *, everything: bool) -> dict[str, Any]:
    """Return the state without the stack's outputs, or without its Flink key alone; the next `up` writes them again.

    The program connects to Flink with the outputs of the last `up`, and would fail on a deleted key or environment.
    """
    deployment = dict(exported["deployment"])
    deployment["resources"] = [
        {**one, "outputs": _kept(one.get("outputs") or {}, everything=everything)} if one["type"] == _STACK else one
        for one in deployment.get("resources") or []
    ]
    return {**exported, "deployment": deployment}


def _kept(outputs: dict[str, Any], *, everything: bool) -> dict[str, Any]:
    return {} if everything else {name: value for name, value in outputs.items() if name not in _OF_A_KEY}
