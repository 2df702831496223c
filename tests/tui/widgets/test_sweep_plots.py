"""The plots of a sweep, drawn without an app."""

from dataclasses import replace

import pytest
from made_up_sweeps import a_trial, an_overview
from rich.cells import cell_len

from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.tui.widgets.curves.scatter import Mark, ScatterAxis, scatter, value_limits
from fmnist_tui.tui.widgets.sweep_plots import MIN_TILE, drawn, grid, plot_count


def text_of(lines: list) -> str:
    return "\n".join("".join(text for text, _style in line) for line in lines)


@pytest.mark.parametrize("trials", [0, 1, 2, 20, 500])
@pytest.mark.parametrize("size", [(78, 9), (58, 33), (98, 44), (26, 8), (5, 2), (400, 3)])
def test_plots_stay_within_their_size(trials: int, size: tuple[int, int]) -> None:
    for first in range(plot_count(an_overview())):
        lines = drawn(an_overview(trials=trials), 3, size, first)
        assert len(lines) <= max(2, size[1])
        if size[0] >= MIN_TILE[0]:  # smaller ones are cut off by the widget
            assert all(cell_len("".join(text for text, _style in line).rstrip()) <= size[0] for line in lines[:-1])


def test_the_grid_has_room_for_all_plots_if_the_terminal_has() -> None:
    assert grid(5, 58, 33) == (2, 3)
    columns, rows = grid(5, 78, 8)
    assert (columns, rows) == (3, 1)
    assert grid(12, 20, 4) == (1, 1)


def test_each_state_has_its_sign_and_the_best_and_the_chosen_trial_theirs() -> None:
    overview = an_overview(trials=18)
    best = overview.best
    assert best is not None
    text = text_of(drawn(overview, 3, (120, 40)))
    assert all(sign in text for sign in "●○×▸★◆")
    assert f"● {overview.count(TrialState.COMPLETE)} complete" in text
    assert "learning rate, log · 70 %" in text
    assert "★" not in text_of(drawn(overview, best.number, (120, 40))[:-1])


def test_importances_are_announced_until_there_are_any() -> None:
    few = an_overview(trials=3, importances=False)
    assert "after 4 complete trials" in text_of(drawn(few, None, (120, 40)))
    assert "not known yet" in text_of(drawn(an_overview(trials=40, importances=False), None, (120, 40)))


def test_a_trial_of_another_program_with_foreign_values_is_left_out_of_the_plot_of_that_field() -> None:
    odd = replace(a_trial(0, TrialState.COMPLETE), params={"batch_size": 999, "learning_rate": -1.0}, accuracy=0.5)
    overview = replace(an_overview(), trials=(odd,), best=odd)
    text = text_of(drawn(overview, None, (120, 40))[:-1])
    assert text.count("★") == 1


def test_the_legend_names_the_sign_of_values_below_the_axis() -> None:
    trials = [replace(a_trial(number, TrialState.COMPLETE), accuracy=0.9 + number / 100) for number in range(5)]
    overview = replace(an_overview(), trials=tuple(trials))
    assert "below" not in text_of(drawn(overview, None, (120, 40)))
    bad = replace(a_trial(5, TrialState.COMPLETE), accuracy=0.1)
    assert "▼ below" in text_of(drawn(replace(overview, trials=(*trials, bad)), None, (120, 40)))


def test_bad_values_do_not_hide_the_differences_of_good_ones() -> None:
    low, high = value_limits([0.1, 0.9, 0.91, 0.92])
    assert 0.8 < low < 0.9
    assert high > 0.92
    lines = scatter("x", [Mark(0.5, 0.1, "●", "")], ScatterAxis(0, 1), (low, high), (40, 10))
    assert "▼" in text_of(lines)
    assert value_limits([]) == (0.0, 1.0)


def test_labels_of_an_axis_do_not_touch() -> None:
    names = tuple(f"value{number}" for number in range(30))
    lines = scatter("x", [], ScatterAxis(-0.5, 29.5, names=names), (0, 1), (60, 10))
    assert all(word in names for word in text_of(lines[-1:]).split())
