"""Starts the fork server of the bundled plugins (``offline/plugins/warm``), which saves each of them its imports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.cloud.orphaned_plugins import mark_of_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.frontdoor.hall.layout import Layout


_EXIT_SECONDS = 5.0


@dataclass(frozen=True)
class WarmPlugins:
    """A running fork server. `pulumi` inherits ``environment`` and ``descriptors``, by which launchers reach it."""

    environment: Mapping[str, str]
    descriptors: tuple[int, ...]
    process: subprocess.Popen[bytes] | None = None

    def end(self) -> None:
        """Close the descriptors and wait: the fork server exits when no process has them open, `pulumi` included."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_EXIT_SECONDS)


COLD = WarmPlugins({}, ())


def start_warm_plugins(layout: Layout) -> WarmPlugins:
    """Start the fork server; on other systems than Linux return :data:`COLD`, and plugins start by themselves."""
    # macOS has no SEQPACKET sockets, and forking there is unsafe once system libraries are loaded.
    if sys.platform != "linux":
        return COLD
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = [str(layout.project), os.environ.get("PYTHONPATH", "")]
    with asked:
        process = subprocess.Popen(  # noqa: S603 - this clone's interpreter and module
            [layout.python, "-P", "-m", "offline.plugins.warm", str(asked.fileno())],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), **mark_of_run(layout.project)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # If the fork server fails, a launcher starts its plugin itself, which then reports the same error.
            stderr=subprocess.DEVNULL,
            pass_fds=[asked.fileno()],
            process_group=0,  # Ctrl-C must reach `pulumi` alone, which then ends its plugins
        )
    asking.set_inheritable(True)
    descriptor = asking.detach()
    return WarmPlugins({"PULUMIW_WARM": str(descriptor)}, (descriptor,), process)
