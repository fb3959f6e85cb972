"""Started by :mod:`toolchain.frontdoor.commands.cost_command`, with the libraries that settings and prices need."""

from __future__ import annotations

import signal
import sys

if __name__ == "__main__":
    try:
        from toolchain.frontdoor.cost.run import main  # the SDKs take a while to load: Ctrl-C is quiet then, too

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
