"""A proxy that stops when nobody uses it: what `headroom wrap` starts, and no command of its own.

When it stops, it also takes out of agents' files what had to stand there while they ran, should their wrap not have
lived to see it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Thread

from headroom_jupyter.cli import main
from headroom_jupyter.wrap.launch import restore_unused
from headroom_jupyter.wrap.proxies import when_unused

__all__: list[str] = []

if __name__ == "__main__":
    # A child of nobody: who started us becomes another program, which knows nothing of children it did not start.
    if os.fork():
        os._exit(0)
    os.setsid()  # Ctrl-C in the terminal is for that program
    Thread(target=when_unused, args=(Path(sys.argv[1]), restore_unused), daemon=True).start()
    sys.exit(main(sys.argv[2:]))
