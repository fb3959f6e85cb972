"""Where statements run and as whom: what every Flink resource and every hook needs to know."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.flinksql.address import Address
from components.flinksql.previous import Previous


@dataclass(frozen=True, kw_only=True)
class FlinkSession:
    """What declares and runs statements in one database.

    ``catalog`` is an environment id, ``database`` a cluster's display name (Flink SQL API, ``sql.current-*``).
    ``place``: cloud and region. ``runs_as``: the ids of pool, account and cluster; another one, another session.
    ``address`` is secret. ``rights``: the role bindings that statements depend on. ``suffix`` ends their names.
    ``model_remedy``: a sentence that says what to do if a model's provider refuses.
    """

    suffix: pulumi.Output[str]
    place: str
    provider: confluentcloud.Provider
    address: pulumi.Output[Address]
    previous: Previous
    runs_as: pulumi.Output[list[str]]
    catalog: pulumi.Output[str]
    database: pulumi.Output[str]
    rights: Sequence[pulumi.Resource]
    model_remedy: str
