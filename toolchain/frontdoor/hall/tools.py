"""Programs that the front door needs and does not install itself."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Tool:
    """A required tool. ``name``: for the user; ``programs``: all must be on PATH or in JAVA_HOME; ``purpose``: why."""

    name: str
    programs: tuple[str, ...]
    purpose: str

    @property
    def is_there(self) -> bool:
        """Whether all programs are found."""
        home = os.environ.get("JAVA_HOME")
        places = os.pathsep.join([*([os.path.join(home, "bin")] if home else []), os.environ.get("PATH", "")])  # noqa: PTH118
        return all(shutil.which(program, path=places) for program in self.programs)


JAVA = Tool("a JDK, version 17 or newer", ("java",), "to run Kafka and Flink")
JDK = Tool("a JDK, version 17 or newer", ("java", "javac"), "to compile and run Kafka's and Flink's plug-ins")
MAVEN = Tool("Maven", ("mvn",), "to fetch Kafka and Flink")
GO = Tool("Go, version 1.26 or newer", ("go",), "to build the Pulumi CLI, as no `pulumi` is on PATH")


def require(tools: Iterable[Tool]) -> None:
    """Raise one :class:`Failure` that names all missing tools, so that the user need not find them one by one."""
    missing = [tool for tool in dict.fromkeys(tools) if not tool.is_there]
    if missing:
        wanted = "; ".join(f"{tool.name} (`{'`, `'.join(tool.programs)}`) {tool.purpose}" for tool in missing)
        raise Failure(f"Not found on PATH: {wanted}. Install what is missing and run the command again.")
