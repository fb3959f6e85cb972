"""``python die_with_parent.py PARENT ARGV...`` runs a command that dies with the process that started it.

Linux keeps the "parent death signal" across ``exec``. So this program requests the signal and then becomes the command.
A ``preexec_fn`` would not do: it runs Python between fork and exec of a threaded process, which can deadlock. The
signal comes when the *thread* that forked ends, so :class:`~localcloud.dataplane.process.processes.ProcessHost` forks
from one that lives as long as the process. On other systems than Linux the command simply runs; if it is orphaned, the
next start ends it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Become the command, unless the parent is already gone."""
    parent, argv = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the request above: no signal will come
            sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - the host's own, already resolved argv; a shell would only add risks


if __name__ == "__main__":
    main()
