"""Starts what the bundled plugins are forked from, so that they need not import what they are made of."""

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


_END_SECONDS = 5.0


@dataclass(frozen=True)
class WarmPlugins:
    """What `pulumi` must have for the launchers in ``offline/plugins/bin`` to find the process they ask."""

    environment: Mapping[str, str]
    descriptors: tuple[int, ...]
    process: subprocess.Popen[bytes] | None = None

    def end(self) -> None:
        """Close the descriptors; the process ends when nobody else has them open, and nobody has after `pulumi`."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_END_SECONDS)


COLD = WarmPlugins({}, ())


def start_warm_plugins(layout: Layout) -> WarmPlugins:
    """Start the process; do nothing on a system without the means."""
    if sys.platform != "linux":  # no such sockets elsewhere, or no forks of a process that has loaded much
        return COLD
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = [str(layout.project), os.environ.get("PYTHONPATH", "")]
    with asked:
        process = subprocess.Popen(  # noqa: S603 - this clone's interpreter and module
            [layout.python, "-P", "-m", "offline.plugins.warm", str(asked.fileno())],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), **mark_of_run(layout.project)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # if it fails, so does the plugin that its launcher runs, and says why
            pass_fds=[asked.fileno()],
            process_group=0,  # a terminal's Ctrl-C is for `pulumi`, which tells its plugins
        )
    asking.set_inheritable(True)
    descriptor = asking.detach()
    return WarmPlugins({"PULUMIW_WARM": str(descriptor)}, (descriptor,), process)
