"""Positions, limits and ticks of y axes."""

from math import log10

import pytest

from fmnist_tui.tui.widgets.curves.scale import LOWEST_POSITION, Scale

LOG_LOSS, LOG_ERROR = Scale(is_log=True), Scale(is_share=True, is_log=True)


def test_figures_are_percentages_or_losses() -> None:
    assert Scale().figure(0.25) == LOG_LOSS.figure(0.25) == "0.2500"
    assert Scale(is_share=True).figure(0.9) == "90.00 %"
    assert LOG_ERROR.figure(0.9) == "10.00 %", "the error rate"


def test_positions_are_logarithms_of_the_loss_or_of_the_error_rate() -> None:
    assert Scale().positions([(1.0, 0.25)]) == [(1.0, 0.25)]
    assert LOG_LOSS.positions([(1.0, 0.01)]) == [(1.0, pytest.approx(-2))]
    assert LOG_ERROR.positions([(1.0, 0.99)]) == [(1.0, pytest.approx(-2))]


def test_zero_lies_below_a_logarithmic_axis() -> None:
    points = [*LOG_LOSS.positions([(1.0, 0.0), (2.0, -1.0)]), *LOG_ERROR.positions([(3.0, 1.0)])]
    assert points == [(1.0, LOWEST_POSITION), (2.0, LOWEST_POSITION), (3.0, LOWEST_POSITION)]
    low, _high = LOG_LOSS.limits([[*points, (4.0, -1.0), (5.0, -3.0)]], 0.0)
    assert -3.5 < low < -3


def test_values_that_are_not_finite_stay_so() -> None:
    ((_x, y),) = LOG_LOSS.positions([(1.0, float("inf"))])
    assert y == float("inf")


def test_a_logarithmic_axis_shows_the_beginning_too() -> None:
    points = [(0.1, 2.3), *((1.0 + x, 0.3) for x in range(20))]
    assert Scale().limits([points], 20.0)[1] < 0.4
    assert LOG_LOSS.limits([LOG_LOSS.positions(points)], 20.0)[1] > log10(2.3)


@pytest.mark.parametrize(
    ("scale", "low", "high", "max_ticks", "labels"),
    [
        (LOG_LOSS, -2.0, 1.0, 4, ["0.01", "0.1", "1", "10"]),
        (LOG_LOSS, -2.0, 1.0, 9, ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10"]),
        (LOG_LOSS, -6.0, 6.0, 4, ["1e-06", "0.001", "1", "1e+03", "1e+06"]),
        (LOG_LOSS, log10(0.22), log10(0.61), 4, ["0.3", "0.4", "0.5", "0.6"]),
        (LOG_ERROR, -2.0, 0.0, 3, ["1 %", "10 %", "100 %"]),
        (LOG_ERROR, log10(0.08), log10(0.31), 5, ["10 %", "15 %", "20 %", "25 %", "30 %"]),
        (Scale(is_share=True), 0.79, 0.91, 4, ["80 %", "85 %", "90 %"]),
    ],
)
def test_ticks_are_round_numbers(scale: Scale, low: float, high: float, max_ticks: int, labels: list[str]) -> None:
    found = scale.ticks(low, high, max_ticks)
    assert list(found.values()) == labels
    assert all(low - 1e-9 <= position <= high + 1e-9 for position in found)


def test_extreme_values_have_a_scale() -> None:
    positions = LOG_LOSS.positions([(1.0, 1e-300), (2.0, 1e12)])
    low, high = LOG_LOSS.limits([positions], 0.0)
    assert low < high
    assert LOG_LOSS.ticks(low, high, 4)
