"""Arrays and tensors: shape, statistics, corners; rows come back; what is too large is described."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse

from headroom_jupyter import compress_value, retrieve
from tests.test_values import reading

RNG = np.random.default_rng(11)


def test_a_list_of_numbers_is_a_table_of_one_column() -> None:
    values = RNG.normal(size=2000)
    values[777] = 55.5
    result = compress_value(values, name="signal")
    assert result.text.startswith(
        "# signal: numpy ndarray 2000 float64, 16.0 kB, 2,000 rows x 1 column\nrow 1 is index 0\n"
    )
    assert reading.read(result.text).rows[778] == ["55.5"]
    assert "far out: row 778" in result.text
    assert retrieve(result.refs[0], rows="1-2") == f"{values[0]!r}\n{values[1]!r}\n".replace("np.float64(", "").replace(
        ")", ""
    )


def test_few_columns_are_told_one_by_one() -> None:
    matrix = np.column_stack([np.arange(500), np.arange(500) ** 2])
    page = reading.read(compress_value(matrix).text)
    assert page.columns["[1]"].startswith("0 (row 1) to 249001 (row 500)")


def test_an_array_of_three_axes_shows_its_corners_and_gives_any_row_back() -> None:
    cube = RNG.integers(0, 100, (20, 30, 40))
    result = compress_value(cube)
    assert "20x30x40 int64" in result.text
    assert f"all elements: {cube.min()} to {cube.max()}, mean {cube.mean():.6g}" in result.text
    assert "row 1 + 30*i + 1*j is [i, j, :]" in result.text
    row = 1 + 30 * 7 + 4
    assert retrieve(result.refs[0], rows=str(row)) == ",".join(map(str, cube[7, 4])) + "\n"
    assert result.tokens_after <= 700


def test_what_is_not_finite_is_counted() -> None:
    matrix = RNG.normal(size=(100, 100))
    matrix[3, 4], matrix[5, 6:9] = np.inf, np.nan
    text = compress_value(matrix).text
    assert "3 NaN; 1 infinite" in text
    assert f"{matrix[np.isfinite(matrix)].max()!r}".removeprefix("np.float64(").removesuffix(")") in text


def test_structured_arrays_are_tables() -> None:
    kinds = [("id", "i4"), ("half", "f8"), ("name", "U4")]
    array = np.array([(i, i / 2, f"n{i % 3}") for i in range(300)], dtype=kinds)
    page = reading.read(compress_value(array).text)
    assert page.names == ["id", "half", "name"]
    assert reading.counts(page, "name") == [("n0", 100), ("n1", 100), ("n2", 100)]


@pytest.mark.parametrize(
    "dtype",
    "bool int8 uint64 float16 float32 complex128 datetime64[s] U5 object >f8".split(),
)
def test_every_dtype_is_shown(dtype: str) -> None:
    array = np.arange(600).astype(dtype)
    result = compress_value(array)
    cells = [reading.cells(line)[0] for line in retrieve(result.refs[0], rows="1-3").split("\n")[:-1]]
    assert cells == {
        "bool": ["False", "True", "True"],
        "float16": ["0.0", "1.0", "2.0"],
        "float32": ["0.0", "1.0", "2.0"],
        ">f8": ["0.0", "1.0", "2.0"],
        "complex128": ["0j", "(1+0j)", "(2+0j)"],
        "datetime64[s]": ["1970-01-01 00:00:00", "1970-01-01 00:00:01", "1970-01-01 00:00:02"],
    }.get(dtype, ["0", "1", "2"])


def test_empty_and_single_arrays_are_told() -> None:
    assert "0x3 float64" in compress_value(np.zeros((0, 3))).text
    assert "5x0 float64" in compress_value(np.zeros((5, 0))).text
    assert "float64" in compress_value(np.float64(2.5)).text
    assert "2.5" in compress_value(np.array(2.5)).text


@pytest.mark.parametrize("shape", [(250_000_000,), (25_000, 10_000)])
def test_an_array_of_two_gigabytes_is_described_and_not_stored(shape: tuple[int, ...]) -> None:
    array = np.zeros(shape)  # pages that nobody wrote take no memory
    result = compress_value(array)
    assert "2.0 GB" in result.text
    assert "too large to store" in result.text
    assert result.refs == ()
    assert result.tokens_after < 300


def test_masked_cells_are_missing() -> None:
    array = np.ma.MaskedArray(np.arange(400), mask=[i % 4 == 0 for i in range(400)])
    assert reading.missing(reading.read(compress_value(array).text), "value") == 100


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil"])
def test_sparse_matrices_are_tables_of_their_entries(form: str) -> None:
    matrix = scipy.sparse.random(300, 200, density=0.02, format=form, random_state=1)
    result = compress_value(matrix)
    assert "300x200 float64, 1,200 entries (2.000% of all)" in result.text
    assert "row,i,j,value\n" in result.text


class Tensor:
    """Answers as a torch tensor does, on a device and with a gradient."""

    __module__ = "torch"
    requires_grad = True
    device = "cuda:0"
    dtype = "torch.float32"
    shape = (400,)

    def __init__(self, values: Any) -> None:
        self._values = values

    def __array__(self) -> Any:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        return self._values


def test_a_tensor_is_known_by_what_it_answers_to() -> None:
    text = compress_value(Tensor(np.arange(400, dtype=np.float32))).text
    assert text.startswith("# torch Tensor (cuda:0, requires grad) 400 float32, 1.6 kB, 400 rows x 1 column\n")


def test_the_array_is_left_as_it_was() -> None:
    array = RNG.normal(size=(50, 60))
    before = array.copy()
    array.setflags(write=False)
    compress_value(array)
    assert (array == before).all()
