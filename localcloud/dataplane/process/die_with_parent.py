"""``python tether.py PARENT ARGV...`` runs a command that dies with the process that started it, even if killed.

Linux keeps the "parent death signal" across ``exec``, so this program asks for it and then becomes the command; doing
that in a ``preexec_fn`` would run Python between fork and exec of a threaded process, which can deadlock. The signal
comes when the *thread* that forked ends, so :class:`~localcloud.dataplane.process.processes.ProcessHost` forks from one
that lives as long as the process. Elsewhere than on Linux the command simply runs; the next start ends it if it was
orphaned.
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
        if os.getppid() != parent:  # it died before the request above: nobody will send the signal
            sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - the host's own, already resolved argv; a shell would only add risks


if __name__ == "__main__":
    main()
