"""Declaring one Flink connection: its secrets, and when it is replaced."""

import pulumi
import pulumi_confluentcloud as confluentcloud
from pydantic.alias_generators import to_camel

from components.flinksql.rights import connection_hooks
from components.flinksql.session import FlinkSession


def declare_connection(
    name: str,
    display_name: str,
    session: FlinkSession,
    parent: pulumi.Resource,
    *,
    kind: str,
    endpoint: str,
    **secrets: str,
) -> confluentcloud.FlinkConnection:
    """Register the connection ``display_name``, the resource ``name``. New secrets update it, all else replaces it.

    ``kind``: the provider's, such as ``OPENAI``. ``secrets``: the inputs that its kind logs in with, such as
    ``api_key``, or ``username`` and ``password``.
    """
    # Connections belong to their environment and region, unsaid in their inputs: they are replaced with these, and
    # by the name's dependency before the environment is deleted.
    environment = session.catalog
    return confluentcloud.FlinkConnection(
        name,
        display_name=environment.apply(lambda _: display_name),
        type=kind,
        endpoint=endpoint,
        **{key: pulumi.Output.secret(value) for key, value in secrets.items()},
        opts=pulumi.ResourceOptions(
            parent=parent,
            provider=session.provider,
            additional_secret_outputs=[to_camel(key) for key in secrets],
            replace_on_changes=["displayName", "type", "endpoint"],
            replacement_trigger=[session.place, environment],
            delete_before_replace=True,
            hooks=connection_hooks(session, name),
        ),
    )
