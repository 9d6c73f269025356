"""`python -m headroom_jupyter` is `headroom`."""

import sys

from headroom_jupyter.cli import main

__all__: list[str] = []

sys.exit(main())
