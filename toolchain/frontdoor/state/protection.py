"""Refuses a `destroy` of protected resources before anything is deleted.

Pulumi refuses, too, but only when it reaches the protected resource: with `--skip-preview`, others are deleted by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.state.deployment import deployment

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.setup.prepare import Prepared


def check(prepared: Prepared, request: Request) -> None:
    """Raise :class:`Failure` if ``request`` deletes the whole stack and a resource of it is protected."""
    if not request.destroys_all:
        return
    resources = deployment(prepared).get("resources") or []
    protected = sorted(str(one["urn"]).rpartition("::")[2] for one in resources if one.get("protect"))
    if protected:
        raise Failure(
            f"Stack {prepared.stack.name} is not destroyed, for {', '.join(protected)} are protected: set"
            " confluent-rag:protect to false and run `up` first."
        )
