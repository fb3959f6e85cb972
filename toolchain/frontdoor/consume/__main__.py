"""Started by :mod:`toolchain.frontdoor.commands.consume_command` with what it needs on a pipe."""

from __future__ import annotations

import signal
import sys

if __name__ == "__main__":
    try:
        from toolchain.frontdoor.consume.run import main  # the client takes a while to load: Ctrl-C is quiet then, too

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
