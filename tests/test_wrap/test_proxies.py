"""A proxy that nobody uses any more is gone, whatever happens to it on the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

_STOPS = """
import sys
from pathlib import Path
from headroom_jupyter.wrap.proxies import when_unused

def fail():
    raise RuntimeError("the disk is full")

when_unused(Path(sys.argv[1]), fail)
"""


def test_a_proxy_whose_last_work_fails_stops_all_the_same(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _STOPS, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGTERM
    assert "the disk is full" in done.stderr
