"""Tables of cells: what follows by rule goes into the head, and every table comes back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.compressors.columns import plan_columns, read_rule, rows_of, write_rule


def _rules(*columns: Sequence[str]) -> list[str]:
    names = [f"n{i}" for i in range(len(columns))]
    return [write_rule(plan, names) for plan in plan_columns(columns)]


def _back(columns: Sequence[Sequence[str]]) -> list[list[str]]:
    names = [f"n{i}" for i in range(len(columns))]
    plans = plan_columns(columns)
    own = [plan.own for plan in plans if plan.own is not None]
    written = list(zip(*own, strict=True)) if own else [()] * len(columns[0])
    return rows_of([read_rule(write_rule(plan, names), names) for plan in plans], written)


def test_a_constant_column_is_said_once() -> None:
    assert _rules(["main"] * 5) == ["main"]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ([f"req-{i:04}" for i in range(9)], "req-{0000+1i}"),
        ([str(90 - 3 * i) for i in range(9)], "{90-3i}"),
        ([f"2024-02-28T23:5{i}:00Z" for i in range(9)], "{2024-02-28T23:50:00Z+60s}"),
        ([f"src/{'ABC'[i % 3]}.ts" for i in range(9)], "src/{A,B,C;}.ts"),
        ([f"{'xyz'[i % 3]}{i}@a.org" for i in range(9)], "{x,y,z;}{0+1i}@a.org"),
        (["no", "rule", "at", "all"], "{}"),
        (["braces {}", "are", "quoted \\", "too"], "{}"),
    ],
)
def test_a_column_that_follows_a_rule_needs_no_row(cells: list[str], rule: str) -> None:
    assert _rules(cells) == [rule]
    assert _back([cells]) == [[cell] for cell in cells]


def test_a_column_may_follow_from_another() -> None:
    names = ["ab", "cd", "ef", "gh", "ij"]
    assert _rules(names, [f"/srv/{name}.py" for name in names])[1] == "/srv/{@n0}.py"


def test_texts_that_come_again_are_written_by_code_with_their_number() -> None:
    cells = [f"Cache hit for key {i * 7919 % 1000}" if i % 3 else "Health check passed" for i in range(30)]
    (plan,) = plan_columns([cells])
    assert write_rule(plan, ["message"]) == "{A=Cache hit for key #,B=Health check passed}"
    assert plan.own is not None
    assert plan.own[:2] == ("B", "A919")


def test_without_codes_rows_write_whole_cells() -> None:
    cells = [f"state {'ok' if i % 2 else 'lost'} {i * i}" for i in range(30)]
    (plan,) = plan_columns([cells], with_codes=False)
    assert plan.own == tuple(cells)


_CELL = st.text("ab1 \\{}#,;=@|\n\r09+-i\ud800é", max_size=6)


@given(st.data(), st.integers(1, 20), st.integers(1, 5))
def test_every_table_comes_back(data: st.DataObject, rows: int, width: int) -> None:
    pool = data.draw(st.lists(_CELL, min_size=1, max_size=5))
    cell = st.one_of(st.sampled_from(pool), _CELL, st.integers(0, 30).map(lambda i: f"{pool[0]}{i}"))
    columns = [data.draw(st.lists(cell, min_size=rows, max_size=rows)) for _ in range(width)]
    columns.append([f"{pool[-1]}{other}x" for other in columns[0]])
    assert _back(columns) == [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize("bad", ["{", "}", "{A}", "{@nobody}", "{x=1,", "{B=x}"])
def test_what_is_no_rule_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_rule(bad, ["n0"])
