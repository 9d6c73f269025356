"""What holds for every integration: what its framework lacks is told in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest

_LIBRARIES = {"langchain": "langchain_core", "litellm": "litellm"}


@pytest.mark.parametrize(("module", "library"), _LIBRARIES.items())
def test_a_missing_library_is_told_in_one_line(module: str, library: str) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from headroom_jupyter import HeadroomError\n"
        f"try:\n    import headroom_jupyter.integrations.{module}\n"
        "except ImportError as err:\n    print(isinstance(err, HeadroomError), err)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (
        done.stdout
        == f"True {library.replace('_', '-')} is not installed; run: pip install {library.replace('_', '-')}\n"
    )
