"""Calling policies as the SDK's servicer does: inputs behind the proxy that raises at what is not known yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationPolicy, StackValidationPolicy

UNKNOWN = UNKNOWN_STRING_VALUE


def _urn(stack: str, kind: str, name: str) -> str:
    return f"urn:pulumi:{stack}::confluent-rag::{kind}::{name}"


def _options(*, protect: bool) -> PolicyResourceOptions:
    return PolicyResourceOptions(protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


def judged(
    policy: ResourceValidationPolicy,
    kind: str,
    props: dict[str, Any],
    *,
    name: str = "it",
    stack: str = "dev",
    config: dict[str, Any] | None = None,
    protect: bool = False,
) -> list[str]:
    """Return what ``policy`` says of one resource."""
    said: list[str] = []

    def report(message: str, _urn: str | None = None) -> None:
        said.append(message)

    args = ResourceValidationArgs(
        kind, unknown_checking_proxy(props), _urn(stack, kind, name), name, _options(protect=protect), None, config
    )
    policy.validate(args, report)
    return said


def resource(
    kind: str,
    name: str,
    props: dict[str, Any],
    *,
    made_of: dict[str, list[PolicyResource]] | None = None,
    provider: dict[str, Any] | None = None,
) -> PolicyResource:
    """Return one resource of a stack; ``made_of``: which resources each of its inputs is made of."""
    behind = PolicyProviderResource("pulumi:providers:confluentcloud", unknown_checking_proxy(provider or {}), "", "p")
    return PolicyResource(
        kind,
        unknown_checking_proxy(props),
        _urn("dev", kind, name),
        name,
        _options(protect=False),
        behind,
        None,
        [],
        made_of or {},
    )


def stack_judged(policy: StackValidationPolicy, *resources: PolicyResource) -> list[str]:
    """Return what ``policy`` says of a stack, each sentence with the name of the resource it is about."""
    said: list[str] = []
    policy.validate(
        StackValidationArgs(list(resources)),
        lambda message, urn: said.append(f"{str(urn).rsplit('::', 1)[-1]}: {message}"),
    )
    return said
