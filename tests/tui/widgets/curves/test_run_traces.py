"""The curves of several runs as traces."""

import pytest
from event_factories import epoch_ended, run_started, steps_done

from fmnist_tui.runs.run_curves import Metric, RunCurves, XAxis
from fmnist_tui.tui.widgets.curves.run_traces import RUN_STYLES, SMOOTHING, CurveChoice, run_traces


def curves_of(*accuracies: float, seconds: float = 1.0) -> RunCurves:
    events = [
        event
        for number, accuracy in enumerate(accuracies, 1)
        for event in (
            steps_done(number, 5, active_seconds=seconds * (number - 0.5)),
            epoch_ended(number, accuracy, active_seconds=seconds * number),
        )
    ]
    return RunCurves([run_started(steps_per_epoch=10), *events])


RUNS = {"A": curves_of(0.5, 0.6), "B": curves_of(0.7, 0.8), "C": curves_of(0.9, 0.9)}


def test_each_run_has_its_letter_its_color_and_its_line() -> None:
    names, series = run_traces(RUNS, [], CurveChoice())
    assert names == ["A", "B", "C"]
    assert [trace.marker for trace in series.traces] == names
    assert [trace.style for trace in series.traces] == list(RUN_STYLES[:3])
    assert [[y for _x, y in trace.points] for trace in series.traces] == [[0.5, 0.6], [0.7, 0.8], [0.9, 0.9]]
    assert series.reach == 2.0


def test_repeats_are_one_trace_with_a_band_only_while_they_are_grouped() -> None:
    assert run_traces(RUNS, ["AC"], CurveChoice())[0] == ["A", "B", "C"]
    names, series = run_traces(RUNS, ["AC"], CurveChoice(is_grouped=True))
    assert names == ["AC", "B"]
    mean, other = series.traces
    assert mean.points == [(1, pytest.approx(0.7)), (2, pytest.approx(0.75))]
    assert mean.band == ([(1, 0.5), (2, 0.6)], [(1, 0.9), (2, 0.9)])
    assert (mean.style, other.style) == RUN_STYLES[:2], "a color stays with its run"


def test_smoothing_changes_all_but_the_learning_rate() -> None:
    smooth = CurveChoice(smoothing=len(SMOOTHING) - 1)
    assert run_traces(RUNS, [], smooth)[1].traces[0].points[1][1] < 0.6
    rates = [run_traces(RUNS, [], choice.with_metric(-1))[1].traces for choice in (CurveChoice(), smooth)]
    assert rates[0] == rates[1]


def test_the_choice_goes_around_and_stops_at_the_ends_of_the_smoothing() -> None:
    choice = CurveChoice()
    assert [choice.with_metric(steps).title for steps in (0, 1, 2, 3)] == [
        "Validation accuracy",
        "Validation loss",
        "Learning rate",
        "Validation accuracy",
    ]
    assert choice.with_other_split().title == "Training accuracy"
    assert choice.with_other_split().with_other_split() == choice
    assert choice.with_next_axis().with_next_axis().axis is XAxis.TIME
    assert choice.with_next_axis().with_next_axis().with_next_axis() == choice
    assert choice.smoother(-1) == choice
    assert choice.smoother(99).smoothing == len(SMOOTHING) - 1


@pytest.mark.parametrize(("seconds", "title"), [(5.0, "seconds"), (200.0, "minutes"), (9000.0, "hours")])
def test_an_axis_of_time_is_labeled_in_a_fitting_unit(seconds: float, title: str) -> None:
    choice = CurveChoice(axis=XAxis.TIME)
    _names, series = run_traces({"A": curves_of(0.5, 0.6, seconds=seconds)}, [], choice)
    assert series.axis.title == title
    assert "0" in series.axis.ticks(0.0, series.reach, 5).values()


def test_an_x_is_named() -> None:
    texts = [(XAxis.EPOCH, 2.0), (XAxis.EPOCH, 2.25), (XAxis.STEP, 12_345.0), (XAxis.TIME, 75.0)]
    assert [CurveChoice(axis=axis).x_text(x) for axis, x in texts] == ["epoch 2", "epoch 2.25", "step 12,345", "1:15"]


def test_runs_without_curves_have_no_points() -> None:
    for metric in Metric:
        _names, series = run_traces({"A": RunCurves(), "B": RunCurves()}, ["AB"], CurveChoice(metric, is_grouped=True))
        assert not series.has_points
