"""Two texts are one memory, or contradict each other, only when that is certain."""

from __future__ import annotations

import pytest

from headroom_jupyter.memory.likeness import relation


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Deploys run from main", "deploys  run from main."),
        ("Configuration files belong into the repository", "Configuraton files belong into the repository"),
        (
            "The export job fails when the disk of worker three fills",
            "Export job fails when disk of worker three fills",
        ),
    ],
)
def test_these_say_the_same(old: str, new: str) -> None:
    assert relation(old, new) == relation(new, old) == "same"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The default branch is main", "The default branch is now master"),
        ("Ann prefers tabs", "Ann prefers spaces"),
        ("Build timeout: 30 min", "Build timeout: 45 min"),
        ("Logs live in /var/log/app", "Logs live in /srv/log/app"),
        ("The cache expires", "The cache never expires"),
        ("Feature flags are enabled", "Feature flags are disabled"),
    ],
)
def test_these_contradict_each_other(old: str, new: str) -> None:
    assert relation(old, new) == relation(new, old) == "contradiction"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The app uses redis", "The app uses postgres"),
        ("Test shard 3 takes 40 s", "Test shard 4 takes 40 s"),
        ("The staging port is 5432", "The production port is 5433"),
        ("orders depends on billing", "billing depends on orders"),
        ("The API is slow", "The API is documented in docs/api.md"),
        ("Job A of the nightly run failed on host 3", "Job A of the nightly run failed on host 4"),
        ("Deploys need an approval", "Deploys need an approval in production by the owner"),
        ("", "x"),
    ],
)
def test_these_are_two(old: str, new: str) -> None:
    assert relation(old, new) == relation(new, old) == "other"
