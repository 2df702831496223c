"""What a plot shows: ranges, zoom, pan and crosshair."""

import pytest

from fmnist_tui.tui.widgets.curves.plot_view import SMALLEST_SPAN, PlotView, Range


def test_the_full_range_ends_with_the_axis_and_the_recent_one_with_the_newest_point() -> None:
    assert PlotView().span(30.0, 50.0) == (0.0, 50.0)
    assert PlotView(Range.RECENT).span(30.0, 50.0) == (24.0, 30.0)
    assert PlotView(Range.RECENT).span(2.5, 5.0) == (1.5, 2.5), "at least an epoch"
    assert PlotView(Range.RECENT).span(0.5, 5.0) == (0.0, 0.5)
    assert PlotView(Range.RECENT).span(0.0, 5.0) == (0.0, 5.0)


def test_the_recent_range_is_toggled_and_replaces_a_zoomed_one() -> None:
    recent = PlotView((3.0, 4.0), is_log=True).with_recent()
    assert recent == PlotView(Range.RECENT, is_log=True)
    assert recent.with_recent() == PlotView(is_log=True)


def test_a_zoom_keeps_the_crosshair_or_else_the_middle_in_place() -> None:
    assert PlotView().zoomed(0.5, (0.0, 40.0), 40.0).range == (10.0, 30.0)
    assert PlotView(cursor=10.0).zoomed(0.5, (0.0, 40.0), 40.0).range == (5.0, 25.0)
    assert PlotView(cursor=99.0).zoomed(0.5, (0.0, 40.0), 40.0).range == (10.0, 30.0), "it is not in view"
    assert PlotView(cursor=10.0).zoomed(0.5, (0.0, 40.0), 40.0, center=40.0).range == (20.0, 40.0)


def test_a_zoom_has_bounds() -> None:
    assert PlotView((10.0, 20.0)).zoomed(2, (10.0, 20.0), 20.0).range is Range.FULL
    assert PlotView((10.0, 20.0)).zoomed(2, (10.0, 20.0), 24.0).range == (4.0, 24.0), "it ends with the axis"
    start, end = 0.0, 40.0
    for _ in range(50):
        start, end = PlotView((start, end)).zoomed(0.5, (start, end), 40.0).span(40.0, 40.0)
    assert end - start == pytest.approx(SMALLEST_SPAN)


def test_a_pan_stays_on_the_axis() -> None:
    assert PlotView((10.0, 20.0)).panned(0.25, (10.0, 20.0), 40.0).range == (12.5, 22.5)
    assert PlotView((10.0, 20.0)).panned(-5, (10.0, 20.0), 40.0).range == (0.0, 10.0)
    assert PlotView((10.0, 20.0)).panned(5, (10.0, 20.0), 40.0).range == (30.0, 40.0)
    assert PlotView().panned(5, (0.0, 40.0), 40.0) == PlotView(), "all is in view"


def test_the_crosshair_moves_from_stop_to_stop() -> None:
    stops = [1.0, 2.5, 4.0]
    assert PlotView().moved(-1, stops).cursor == 4.0, "it begins at the newest"
    assert PlotView(cursor=4.0).moved(-1, stops).cursor == 2.5
    assert PlotView(cursor=2.5).moved(1, stops).cursor == 4.0
    assert PlotView(cursor=4.0).moved(1, stops).cursor == 4.0
    assert PlotView(cursor=1.0).moved(-1, stops).cursor == 1.0


def test_the_crosshair_moves_to_the_neighbors_of_a_time_between_stops() -> None:
    stops = [1.0, 2.5, 4.0]
    assert PlotView(cursor=3.0).moved(-1, stops).cursor == 2.5
    assert PlotView(cursor=3.0).moved(1, stops).cursor == 4.0
    assert PlotView(cursor=0.5).moved(1, stops).cursor == 1.0
    assert PlotView(cursor=9.0).moved(-1, stops).cursor == 4.0


def test_without_points_there_is_no_crosshair() -> None:
    assert PlotView().moved(1, []) == PlotView()


def test_a_plot_follows_another_but_for_the_scale() -> None:
    assert PlotView(is_log=True).following(PlotView((1.0, 2.0), cursor=1.5)) == PlotView((1.0, 2.0), True, 1.5)
