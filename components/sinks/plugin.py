"""The custom plugin of a sink whose connector is not managed."""

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.sinks.archive import path_of
from components.sinks.plan import Plan
from components.sinks.store import CustomStore

_DIGITS = 8


def plugin_of(
    plan: Plan, *, suffix: pulumi.Input[str], cloud: pulumi.Input[str], parent: pulumi.Resource
) -> confluentcloud.CustomConnectorPlugin | None:
    """Declare the plugin of a custom sink, ``None`` for a managed one.

    The provider does not see another archive under the same file name: so the plugin is named with the digest, and
    another archive is another plugin, made before the connector moves to it.
    """
    store = plan.store
    if not isinstance(store, CustomStore):
        return None
    digest = store.entry.sha256.lower()[:_DIGITS]
    return confluentcloud.CustomConnectorPlugin(
        f"{plan.name}-plugin-{digest}",
        display_name=pulumi.Output.concat("rag-", plan.name, "-", digest, "-", suffix),
        description=f"Connector of the sink {plan.name}",
        documentation_link="https://docs.confluent.io/cloud/current/connectors/bring-your-connector/overview.html",
        connector_class=store.connector_class,
        connector_type="SINK",
        sensitive_config_properties=sorted(store.secrets()),
        filename=str(path_of(store.entry)),
        cloud=cloud,
        # The same archive may lie elsewhere on another machine.
        opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["filename"]),
    )
