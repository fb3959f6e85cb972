"""Started by `./pulumiw ask`, with question, outputs and keys on a pipe."""

from __future__ import annotations

import signal
import sys

if __name__ == "__main__":
    try:
        from toolchain.frontdoor.ask.run import main  # the driver takes a while to load: Ctrl-C is quiet then, too

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
