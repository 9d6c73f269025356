"""Shares a number of tokens out among parts of a text."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["shares"]


def shares(sizes: Mapping[int, int], weights: Mapping[int, float], target: float) -> dict[int, int]:
    """Fill by weight until each is full or the target is reached.

    >>> shares({0: 10, 1: 500}, {0: 1.0, 1: 1.0}, 100)
    {0: 10, 1: 90}
    """
    left, out = target, dict[int, int]()
    weight = sum(weights.values())
    for key in sorted(sizes, key=lambda key: sizes[key] / weights[key]):
        share = min(float(sizes[key]), left * weights[key] / weight if weight > 0 else 0.0)
        out[key] = int(share)
        left -= share
        weight -= weights[key]
    return out
