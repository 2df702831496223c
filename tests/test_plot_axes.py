"""The points and axes of a plot."""

import pytest

from fmnist_tui.plot_axes import clipped, limits, share_ticks, shown_epochs, ticks


def test_the_first_losses_do_not_set_the_scale() -> None:
    train = [(0.01, 2.3), *((x / 10, 0.5 - x / 1000) for x in range(1, 50))]
    low, high = limits([train, [(1.0, float("nan"))]], 4.9)
    assert 0.4 < low < high < 0.55


def test_a_flat_or_missing_curve_has_a_scale() -> None:
    assert limits([[], []], 0.0) == (0.0, 1.0)
    low, high = limits([[(1.0, 0.5)]], 1.0)
    assert low < 0.5 < high


def test_the_axis_of_epochs_grows_by_doubling_up_to_the_runs_end() -> None:
    assert [shown_epochs(latest, 300) for latest in (0.0, 0.5, 1.5, 3.0, 200.0, 290.0)] == [1, 1, 2, 4, 256, 300]
    assert shown_epochs(2.5, 3) == 3
    assert shown_epochs(5.0, 3) == 5, "whatever was planned, what was measured has its place"


def test_a_line_is_cut_where_it_crosses_the_limits() -> None:
    assert clipped((0.0, 0.0), (4.0, 4.0), 1.0, 3.0) == ((1.0, 1.0), (3.0, 3.0))
    assert clipped((0.0, 4.0), (4.0, 2.0), 1.0, 3.0) == ((2.0, 3.0), (4.0, 2.0))
    assert clipped((0.0, 1.0), (4.0, 3.0), 1.0, 3.0) == ((0.0, 1.0), (4.0, 3.0))
    assert clipped((0.0, 5.0), (4.0, 3.5), 1.0, 3.0) is None
    steep = clipped((0.0, -1e12), (4.0, 2.0), 1.0, 1.0000001)
    assert steep == ((pytest.approx(4.0), 1.0), (pytest.approx(4.0), 1.0000001))


def test_the_y_axis_of_a_run_that_ended_early_spans_its_beginning() -> None:
    low, high = limits([[(0.02, 0.16), (0.6, 0.67)]], 0.6)
    assert low < 0.16
    assert high > 0.67


@pytest.mark.parametrize("span", [0.0003, 0.003, 0.4, 1.0, 7.0, 300.0, 1e9])
def test_an_axis_has_a_few_ticks_for_any_range(span: float) -> None:
    labels = ticks(0.1, 0.1 + span, 4)
    assert 1 <= len(labels) <= 5
    assert len(set(labels.values())) == len(labels)
    assert all(0.1 - 1e-9 <= number <= 0.1 + span + 1e-9 for number in labels)


def test_ticks_have_enough_decimals_to_differ() -> None:
    assert list(ticks(0.28, 0.62, 4).values()) == ["0.3", "0.4", "0.5", "0.6"]
    assert list(ticks(0.0, 4.1, 4, smallest=1.0).values()) == ["0", "2", "4"]
    assert list(ticks(0.0, 2.0, 20, smallest=1.0).values()) == ["0", "1", "2"]
    assert list(ticks(0.0, 2.0, 25, smallest=1.0).values()) == ["0", "1", "2"], "two epochs in a wide terminal"


def test_shares_are_labeled_in_per_cent() -> None:
    assert share_ticks(0.79, 0.91, 4) == {0.8: "80 %", 0.85: "85 %", 0.9: "90 %"}
