"""Class paths of the Java modules, as ``mvn package -f localcloud/pom.xml -Dbuild.root=JARS`` has built them."""

from __future__ import annotations

import os
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from localcloud.dataplane.interface import DataPlaneError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class JavaModule(StrEnum):
    """A Maven module: its artifact id and the folder below ``JARS``."""

    KAFKA = "kafka"
    FLINK = "flink"
    CONNECT = "connect"
    STORES = "stores"


_ENDPOINT = "endpoint"  # the Maven module that both of these use
_USES: Mapping[JavaModule, Sequence[str]] = {JavaModule.FLINK: (_ENDPOINT,), JavaModule.CONNECT: (_ENDPOINT,)}


def classpath(jars: Path, module: JavaModule) -> str:
    """Return the class path of ``module``, its own jar first.

    :raises DataPlaneError: if a jar is missing; it names the command that builds them.
    """
    built = jars / module
    try:
        dependencies = (built / "classpath").read_text().strip().split(os.pathsep)
    except FileNotFoundError:
        dependencies = []
    own = [sorted(str(jar) for jar in (jars / name).glob("*.jar")) for name in (module, *_USES.get(module, ()))]
    entries = [*chain(*own), *dependencies]
    if not all(own) or not all(os.path.exists(entry) for entry in entries):  # noqa: PTH110 - a hundred paths at every start
        raise DataPlaneError(
            f"The jars of the {module} module are incomplete in {built}: build them with `./pulumiw cloud start`."
        )
    return os.pathsep.join(entries)
