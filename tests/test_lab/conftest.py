"""One server for all tests of the routes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.test_lab.server import Server, running_server


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server").resolve()) as running:
        yield running
