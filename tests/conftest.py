"""Every test has a home of its own, no network, and the Hypothesis profile that was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# "ci" is for every run. "nightly" makes at least 20,000 examples over tests/test_promises.py, which test_docs counts.
settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True)
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("nightly", max_examples=2500, deadline=None, suppress_health_check=_SLOW)
settings.load_profile("ci")


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home; settings of the person who runs the tests are out of sight."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("HEADROOM_", "XDG_"))]:
            patch.delenv(name)
        patch.setenv("HOME", str(folder))
        patch.setenv("HEADROOM_HOME", str(folder / "headroom"))
        patch.delenv("FORCE_COLOR", raising=False)
        yield folder
