"""Policy: no credential among a connector's plain settings, which are stored and shown unencrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_policy import ResourceValidationPolicy

from guardrails.credentials import credential_in, is_credential_name
from guardrails.kinds import CONNECTOR
from guardrails.values import texts

if TYPE_CHECKING:
    from pulumi_policy import ResourceValidationArgs

    from guardrails.report import Report


def _validate(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type != CONNECTOR:
        return
    for key, value in texts(args.props, "configNonsensitive"):
        what = "a credential" if is_credential_name(key) and value else credential_in(value)
        if what:
            report(
                f"{args.name} has {what} in the plain setting {key}: set it in `configSensitive`, or let the connector "
                "run as a service account."
            )


CONNECTOR_CREDENTIALS = ResourceValidationPolicy(
    name="no-credentials-in-connectors",
    description="No setting in a connector's `configNonsensitive` contains a credential.",
    validate=_validate,
)
