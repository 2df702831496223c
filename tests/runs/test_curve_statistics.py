"""Smoothed curves, and the mean of several."""

from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_tui.runs.curve_statistics import mean_and_range, smoothed, value_at


def test_smoothing_begins_with_the_first_value_and_forgets_it() -> None:
    curve = smoothed([(0.0, 1.0), *((float(x), 0.0) for x in range(1, 200))], 0.9)
    assert curve[0] == (0.0, pytest.approx(1.0))
    assert curve[1][1] == pytest.approx(0.9 * 0.1 / (1 - 0.9**2))  # TensorBoard's formula, by hand
    assert curve[-1][1] < 1e-6


def test_no_smoothing_leaves_the_curve_as_it_is() -> None:
    curve = [(0.0, 3.0), (1.0, 5.0)]
    assert smoothed(curve, 0.0) == curve


def test_values_that_are_not_finite_stay_gaps_and_are_left_out_of_the_average() -> None:
    before, gap, after = smoothed([(0.0, 2.0), (1.0, nan), (2.0, 2.0)], 0.5)
    assert isnan(gap[1])
    assert (before[1], after[1]) == (2.0, 2.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 0.999))
def test_a_smoothed_curve_stays_within_the_range_of_its_values(values: list[float], weight: float) -> None:
    for _x, y in smoothed([(float(x), y) for x, y in enumerate(values)], weight):
        assert min(values) - 1e-3 <= y <= max(values) + 1e-3


def test_the_mean_of_curves_is_where_all_are_measured() -> None:
    short, long = [(1.0, 0.0), (3.0, 4.0)], [(0.0, 1.0), (1.0, 2.0), (2.0, 2.0), (5.0, 8.0)]
    band = mean_and_range([short, long])
    assert band.mean == [(1.0, 1.0), (3.0, 4.0)]
    assert band.low == [(1.0, 0.0), (3.0, 4.0)]
    assert band.high == [(1.0, 2.0), (3.0, 4.0)]


def test_curves_that_do_not_overlap_have_no_mean() -> None:
    assert mean_and_range([[(1.0, 0.0)], [(2.0, 0.0)]]).mean == []
    assert mean_and_range([[], [(2.0, 0.0)]]).mean == []
    assert mean_and_range([]).mean == []


def test_a_gap_of_one_curve_is_a_gap_of_the_mean() -> None:
    (first, second) = mean_and_range([[(1.0, 0.5), (2.0, inf)], [(1.0, 1.5), (2.0, 1.0)]]).mean
    assert first == (1.0, 1.0)
    assert isnan(second[1])


def test_values_between_points_lie_on_the_line() -> None:
    assert value_at([(0.0, 0.0), (2.0, 4.0)], 0.5) == 1.0
    assert value_at([(0.0, 0.0), (2.0, 4.0)], 2.0) == 4.0
