"""Curves as lines of text."""

import pytest

from fmnist_tui.plot_axes import Point
from fmnist_tui.tui.widgets.curves.drawing import (
    MARGIN,
    draw,
    in_view,
    lines_of,
    stops,
    thinned,
    time_at,
)
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Range
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.curves.series import VALIDATION, Axis, Series, Trace, run_series

NAN = float("nan")
SIZE = (49, 13)
FULL = PlotView()
NO_MARKERS = str.maketrans("", "", "●▲▼")


def text_of(series: Series, view: PlotView = FULL, *, is_ascii: bool = False) -> list[str]:
    """Return the lines of a plot, without the margin but for the last one."""
    lines = ["".join(text for text, _style in line) for line in draw(series, view, Scale(), SIZE, is_ascii=is_ascii)]
    return [*(line[MARGIN:] for line in lines[:-1]), lines[-1]]


def points(*values: float, start: float = 1.0) -> list[Point]:
    return [(start + number, value) for number, value in enumerate(values)]


def test_points_are_thinned_to_their_means() -> None:
    few = thinned([(float(x), float(x % 2)) for x in range(1000)], 10)
    assert len(few) == 100
    assert few[-1][0] == 999
    assert all(y == 0.5 for _x, y in few)


def test_lines_are_interrupted_where_values_are_not_finite() -> None:
    lines = list(lines_of(points(1.0, 2.0, NAN, 3.0, float("inf"), 5.0, 6.0), 100))
    assert lines == [((1, 1.0), (2, 2.0)), ((4, 3.0), (4, 3.0)), ((6, 5.0), (7, 6.0))]


def test_a_gap_is_marked_on_the_axis_and_has_no_dots_above() -> None:
    text = text_of(run_series(train=points(*[0.5] * 8, NAN, NAN, *[0.5] * 10), epochs=20))
    gap = text[-2].index("×")
    assert gap == pytest.approx(40 * 9 / 20, abs=1)
    assert all(row[gap : gap + 1].strip() == "" for row in text[:-2])
    assert "×" not in text_of(run_series(train=points(*[0.5] * 20), epochs=20))[-2]


def test_a_view_contains_the_lines_that_lead_out_of_it() -> None:
    some = points(*range(10))
    assert in_view(some, (3.0, 5.0)) == points(1, 2, 3, 4, 5, start=2.0)
    assert in_view(some, (3.2, 3.8)) == points(2, 3, start=3.0)
    assert in_view(some, (20.0, 30.0)) == points(9, start=10.0)
    text = text_of(run_series(validation=points(0.1, 0.2, 0.3, 0.4), epochs=4), PlotView((2.2, 2.8)))
    assert any(row.strip() for row in text[:-2]), "a line crosses it, though no point lies in it"


def test_a_zoomed_axis_begins_at_its_first_epoch_and_fits_the_values_in_view() -> None:
    series = run_series(validation=points(9.0, *[0.5, 0.6] * 15), epochs=31)
    *rows, labels = ("".join(text for text, _style in line) for line in draw(series, PlotView((10, 20)), Scale(), SIZE))
    assert labels.split() == ["epoch", "10", "12", "14", "16", "18", "20"]
    assert [row[:MARGIN].strip() for row in rows if "┤" in row] == ["0.60 ┤", "0.55 ┤", "0.50 ┤"]


def test_the_axis_within_an_epoch_has_ticks() -> None:
    series = run_series(train=[(x / 100, 1.0 - x / 1000) for x in range(500)], epochs=5)
    assert text_of(series, PlotView((2.0, 3.0)))[-1].split() == ["epoch", "2.0", "2.2", "2.4", "2.6", "2.8", "3.0"]


def test_the_best_epoch_has_a_star_instead_of_its_marker() -> None:
    series = run_series(validation=points(0.5, 0.3, 0.4), epochs=3, best=(2.0, 0.3))
    text = "\n".join(text_of(series)[:-2])
    assert text.count("★") == 1
    assert text.count("●") == 2
    assert "★" not in "".join(text_of(series, PlotView((2.5, 3.0)))), "out of view"


def test_markers_leave_room_for_the_line() -> None:
    text = "\n".join(text_of(run_series(validation=points(*[0.5] * 200), epochs=200)))
    assert 10 <= text.count("●") <= 14
    assert "●⣀⣀●⣀⣀●" in text


def test_the_crosshair_is_a_line_that_curves_interrupt() -> None:
    series = run_series(validation=points(0.5, 0.3, 0.4), epochs=3)
    rows = text_of(series, PlotView(cursor=2.0))[:-2]
    column = rows[0].index("│")
    assert [row[column] for row in rows].count("│") == len(rows) - 1
    assert "".join(row[column] for row in rows).strip("│") == "●"
    assert text_of(series, PlotView(cursor=2.0))[-2][column] == "┴"
    assert "│" not in "".join(text_of(series, PlotView((2.2, 3.0), cursor=2.0))[:-2])


def test_the_crosshair_stops_once_in_a_column_preferably_at_validation_points() -> None:
    train = [(x / 100, 0.5) for x in range(1, 1001)]
    found = stops(run_series(train=train, validation=points(*[0.5] * 10)), (0.0, 10.0), 40)
    assert len(found) == 40
    assert set(range(1, 11)) <= set(found)
    assert stops(run_series(train=[(1.0, NAN), (2.0, 1.0)]), (0.0, 4.0), 40) == [2.0], "gaps have no values"


def test_a_column_of_the_screen_is_a_time() -> None:
    assert time_at(MARGIN, (10.0, 20.0), 40) == pytest.approx(10, abs=0.1)
    assert time_at(MARGIN + 39, (10.0, 20.0), 40) == pytest.approx(20, abs=0.1)


def test_train_and_validation_differ_without_colors() -> None:
    train, validation = run_series(train=points(*[0.5] * 20)), run_series(validation=points(*[0.5] * 20))
    row = next(row for row in text_of(validation) if row.strip())
    assert " " not in row.strip()
    assert "●" not in "".join(text_of(train))
    assert next(row for row in text_of(train) if row.strip()).replace(" ", "") != row.replace("●", "")


def test_ascii_curves_use_ascii_only_in_different_characters() -> None:
    series = run_series(
        train=points(*(0.9 - x / 40 for x in range(20)), start=0.0), validation=points(0.2, 0.8), epochs=20
    )
    lines = draw(series, PlotView(), Scale(), SIZE, is_ascii=True)
    characters = {style: "" for line in lines for _text, style in line}
    for line in lines[:-2]:
        for text, style in line[2:]:
            characters[style] += text
    assert set(characters["curve--train"]) <= set(".':  ")
    assert set(characters[VALIDATION].translate(NO_MARKERS)) <= set("-_'/\\|")


def test_a_plot_too_small_to_read_is_not_drawn() -> None:
    assert draw(run_series(train=points(1.0, 2.0)), PlotView(), Scale(), (14, 20)) == []
    assert draw(run_series(train=points(1.0, 2.0)), PlotView(), Scale(), (40, 4)) == []


@pytest.mark.parametrize("view", [PlotView(), PlotView(Range.RECENT), PlotView((0.0, 0.1)), PlotView((50.0, 60.0))])
@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize(
    "values", [(), (NAN,), (0.0, 0.0), (1e-300, 1e300), (1e11, -1e11), (-1.0, 5.0, NAN, 0.0)], ids=str
)
def test_any_values_are_drawn_in_any_view(view: PlotView, is_log: bool, values: tuple[float, ...]) -> None:
    for is_share in (False, True):
        lines = draw(run_series(points(*values), points(*values)), view, Scale(is_share, is_log), SIZE)
        assert len(lines) == SIZE[1] - 1
        assert all(sum(len(text) for text, _style in line) <= SIZE[0] for line in lines)


def test_curves_that_lie_on_each_other_are_marked_in_turn() -> None:
    same = points(*[0.5] * 101, start=0.0)
    traces = tuple(Trace(same, f"curve--{letter}", letter, (4 * place, 12)) for place, letter in enumerate("ABC"))
    row = "".join(text_of(Series(traces, 100))[:-2])
    assert "".join(filter(str.isalpha, row)) == "ABCABCABCA"


def test_a_curve_is_marked_between_its_points_too() -> None:
    rows = text_of(Series((Trace(points(0.5, 0.6, start=0.0), "curve--a", "A", (10, 10)),)))[:-2]
    assert [row.index("A") for row in reversed(rows) if "A" in row] == [10, 20, 30]
    hidden = Series((Trace(points(0.5, 0.6, start=0.0), "curve--a", "A", (90, 10)),))
    assert [row.index("A") for row in text_of(hidden)[:-2] if "A" in row] == [39], "at its end, rather than nowhere"


def test_a_band_is_filled_between_its_edges_within_its_length() -> None:
    low, high = points(0.0, 0.0, start=2.0), points(1.0, 1.0, start=2.0)
    series = Series((Trace(points(0.5, 0.5, start=2.0), "curve--a", band=(low, high)),), 4)
    rows = text_of(series)[:-2]
    assert all(len(row.rstrip()) == pytest.approx(30, abs=1) for row in rows)
    assert all(len(row) - len(row.lstrip()) == pytest.approx(20, abs=1) for row in rows)
    assert any("×" in line for line in text_of(Series((Trace(points(NAN), "curve--a", band=(low, high)),), 4)))


def test_the_axis_is_labeled_in_its_unit() -> None:
    series = Series((Trace([(0.0, 1.0), (600.0, 2.0)], "curve--a"),), axis=Axis("minutes", 60.0))
    assert text_of(series)[-1].split() == ["minutes", "0", "2", "4", "6", "8", "10"]
