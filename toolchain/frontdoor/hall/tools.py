"""Programs that the front door needs of the machine."""

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
    """A requirement: every one of ``programs`` on PATH (or in JAVA_HOME), and what provides them."""

    name: str
    programs: tuple[str, ...]
    purpose: str

    @property
    def is_there(self) -> bool:
        """Whether every program can be found."""
        home = os.environ.get("JAVA_HOME")
        places = os.pathsep.join([*([os.path.join(home, "bin")] if home else []), os.environ.get("PATH", "")])  # noqa: PTH118
        return all(shutil.which(program, path=places) for program in self.programs)


JAVA = Tool("a JDK, version 17 or newer", ("java",), "to run Kafka and Flink")
JDK = Tool("a JDK, version 17 or newer", ("java", "javac"), "to compile and run Kafka's and Flink's plug-ins")
MAVEN = Tool("Maven", ("mvn",), "to fetch Kafka and Flink")
GO = Tool("Go, version 1.26 or newer", ("go",), "to build the Pulumi CLI, as no `pulumi` is on PATH")


def require(tools: Iterable[Tool]) -> None:
    """Raise a :class:`Failure` that names every missing tool at once."""
    missing = [tool for tool in dict.fromkeys(tools) if not tool.is_there]
    if missing:
        wanted = "; ".join(f"{tool.name} (`{'`, `'.join(tool.programs)}`) {tool.purpose}" for tool in missing)
        raise Failure(f"Not found on PATH: {wanted}. Install what is missing and run the command again.")
