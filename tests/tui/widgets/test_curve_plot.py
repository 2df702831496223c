"""The curve plot: what it draws, its keys and the mouse."""

import random
from collections.abc import AsyncIterator, Callable
from itertools import product

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from fmnist_tui.runs.curve import Curve
from fmnist_tui.runs.snapshot import Curves
from fmnist_tui.tui.widgets.curve_plot import CurvePlot
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Range
from fmnist_tui.tui.widgets.run_plots import RunPlots

pytestmark = pytest.mark.drawn


class Stage(App[None]):
    """The two plots of a run, one above the other."""

    CSS = "CurvePlot { height: 14; border: round $foreground; padding: 0 1; }"

    def compose(self) -> ComposeResult:
        yield RunPlots()

    @property
    def plot(self) -> CurvePlot:
        return self.query_one("#loss-plot", CurvePlot)

    def text(self) -> str:
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    """Wait for the layout."""
    for _attempt in range(1000):
        if is_so():
            return
        await pilot.pause(0.01)
    pytest.fail("the condition never became true")


@pytest.fixture
async def pilot() -> AsyncIterator[Pilot[None]]:
    async with Stage().run_test(size=(64, 30)) as pilot:
        await pilot.pause()
        yield pilot


@pytest.fixture
def stage(pilot: Pilot[None]) -> Stage:
    assert isinstance(pilot.app, Stage)
    return pilot.app


def curve(*values: float, start: float = 0.5) -> Curve:
    made = Curve()
    for number, value in enumerate(values):
        made = made.with_point(start + number, value)
    return made


LOGGED = {
    "one point": (1.0,),
    "flat": (0.5, 0.5, 0.5),
    "not finite": (float("nan"), 1.0, float("inf"), 2.0, float("-inf")),
    "nothing finite": (float("nan"),),
    "overflow": (1e308, -1e308, 1.0),
    "underflow": (1e-300, 2e-300),
    "large": (1e11, -1e11),
    "many": tuple(random.Random(1).uniform(0, 1) for _ in range(600)),
}


async def test_a_plot_draws_any_values_of_a_log(stage: Stage, pilot: Pilot[None]) -> None:
    for case in product(LOGGED, (1, 3, 10_000)):
        values, epochs = LOGGED[case[0]], case[1]
        stage.plot.show(Curve(), Curve(), 1, "another run")
        assert "another run" in stage.plot.text
        stage.plot.show(curve(*values), curve(*values[:3], start=1.0), epochs)
        await pilot.pause()
        text = stage.plot.text
        assert "└─" in text, case
        assert "another run" not in text, case
        assert all(len(line) <= 60 for line in text.splitlines()), case
        assert "└─" in stage.text(), case


async def test_curves_rise_and_fall_with_their_values(stage: Stage, pilot: Pilot[None]) -> None:
    stage.plot.show(curve(0.0, 1.0), Curve(), 2)
    rows = stage.plot.text.splitlines()[1:-2]
    dots = [[column for column, char in enumerate(row[8:]) if char != " "] for row in rows]
    assert dots[0][0] > dots[-1][-1]  # up to the right
    stage.plot.show(curve(1.0, 0.0), Curve(), 2)
    rows = stage.plot.text.splitlines()[1:-2]
    dots = [[column for column, char in enumerate(row[8:]) if char != " "] for row in rows]
    assert dots[0][-1] < dots[-1][0]


async def test_markers_stand_where_validation_was_measured(stage: Stage, pilot: Pilot[None]) -> None:
    stage.plot.show(Curve(), curve(0.2, 0.8, start=1.0), 2)
    lines = stage.plot.text.splitlines()
    high, low = (next(line for line in some if "●" in line) for some in (lines[1:], lines[:0:-1]))
    assert high.index("●") == len(lines[-2]) - 1  # epoch 2, at the right end
    assert low.index("●") == pytest.approx(8 + (len(lines[-2]) - 8) / 2, abs=1)
    assert lines[-1].split() == ["epoch", "0", "1", "2"]


async def test_a_point_beyond_the_axis_is_marked_as_such_and_its_line_is_cut(stage: Stage, pilot: Pilot[None]) -> None:
    """The first epochs of a long run are far below the rest; they are not drawn as if measured at the axis' edge."""
    stage.plot.show(Curve(), curve(0.1, *[0.8, 0.9] * 10, start=1.0), 21)
    rows = [row[8:] for row in stage.plot.text.splitlines()[1:-2]]
    assert [row.count("▼") for row in rows] == [0] * (len(rows) - 1) + [1]
    below = rows[-1].index("▼")
    assert below == pytest.approx(len(rows[-1]) / 21, abs=2)
    assert "▲" not in "".join(rows)
    stage.plot.show(Curve(), curve(9.0, *[0.8, 0.9] * 10, start=1.0), 21)
    assert stage.plot.text.splitlines()[1][8:].index("▲") == below


async def test_a_training_curve_beyond_the_axis_is_not_drawn_along_its_edge(stage: Stage, pilot: Pilot[None]) -> None:
    beginning, rest = [(x / 10, 9.0) for x in range(11)], [(2.0 + x, 0.5 + x % 2) for x in range(18)]
    stage.plot.show(Curve(tuple(beginning + rest)), Curve(), 20)
    first_row = stage.plot.text.splitlines()[1][8:]
    assert first_row[:3].strip() == "", "epoch 1 of 20 takes the first three columns"


async def test_the_curves_of_another_run_are_drawn_at_once(
    stage: Stage, pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmnist_tui.tui.widgets.curve_plot.CURVE_INTERVAL_SECONDS", 3600.0)
    stage.plot.show(curve(0.2, 0.8), Curve(), 2)
    stage.plot.show(Curve(), Curve(), 1, "Reading the log…")
    assert "Reading the log…" in stage.plot.text
    stage.plot.show(curve(30.0, 50.0), Curve(), 2)
    assert "40" in stage.plot.text
    stage.plot.show(Curve(), Curve(), 3)
    assert "40" not in stage.plot.text, "a run that begins has no curves yet"


async def test_a_plot_without_room_is_empty(stage: Stage, pilot: Pilot[None]) -> None:
    stage.plot.styles.height = 3
    stage.plot.show(curve(1.0, 2.0), Curve(), 2)
    await until(pilot, lambda: len(stage.plot.text.splitlines()) == 1)
    assert "validation" in stage.plot.text


async def looked(stage: Stage, pilot: Pilot[None], *keys: str) -> PlotView:
    """Show a run of 20 epochs, press keys, and return what the plot of the loss shows."""
    train = Curve(tuple((x / 2, 1.0 / (1 + x)) for x in range(41)))
    validation = curve(*(0.5 + abs(x - 9) / 100 for x in range(20)), start=1.0)
    stage.query_one(RunPlots).show(Curves(train, train, validation, validation), None, 20, "nothing")
    stage.plot.focus()
    await pilot.press(*keys)
    return stage.plot.view


async def test_the_crosshair_shows_epoch_and_values(stage: Stage, pilot: Pilot[None]) -> None:
    view = await looked(stage, pilot, "left")
    assert view.cursor == 20.0, "all of what is in view was measured by then"
    assert stage.plot.text.splitlines()[0].split() == ["epoch", "20", "⠒⠐⠂", "0.0244", "─●─", "0.6000"]
    await pilot.press("left", "h", "right", "l", "home")
    assert stage.plot.text.splitlines()[0].split() == ["epoch", "0", "⠒⠐⠂", "1.0000", "─●─", "0.5900", "(1)"]
    await pilot.press("end", "0")
    assert "train" in stage.plot.text.splitlines()[0]


async def test_a_narrow_plot_shows_the_values_without_words(stage: Stage, pilot: Pilot[None]) -> None:
    await looked(stage, pilot, "home")
    await pilot.resize_terminal(30, 30)
    await until(pilot, lambda: stage.plot.text.splitlines()[0] == "0 ⠒ 1.0000 ● 0.5900 (1)")


async def test_keys_zoom_around_the_crosshair_and_pan(stage: Stage, pilot: Pilot[None]) -> None:
    assert (await looked(stage, pilot, "plus")).range == (5.0, 15.0)
    await pilot.press("plus", "plus", "shift+left")
    assert stage.plot.view.range == (8.125, 10.625)
    await pilot.press("shift+right", "minus", "minus", "minus")
    assert stage.plot.view.range is Range.FULL


async def test_the_title_names_scale_range_and_best_epoch(stage: Stage, pilot: Pilot[None]) -> None:
    await looked(stage, pilot, "w")
    assert stage.plot.heading == "Loss · recent"
    await pilot.press("b", "plus")
    assert stage.plot.heading == "Loss · log · zoomed"
    stage.plot.show(Curve(), curve(0.5, 0.25, start=1.0), 2, best=(2.0, 0.25))
    assert stage.plot.heading == "Loss · log · zoomed · ★ 0.2500 at epoch 2"
    await until(pilot, lambda: stage.plot.heading in stage.text())
    await pilot.resize_terminal(44, 30)
    await until(pilot, lambda: stage.plot.heading == "Loss · log · zoomed · ★ 0.2500")


async def test_a_logarithmic_accuracy_is_an_error_rate(stage: Stage, pilot: Pilot[None]) -> None:
    accuracy = stage.query_one("#accuracy-plot", CurvePlot)
    accuracy.show(curve(0.9, 0.99, 0.999, start=1.0), Curve(), 3, best=(3.0, 0.999))
    assert accuracy.heading == "Accuracy · ★ 99.90 % at epoch 3"
    accuracy.focus()
    await pilot.press("b", "end")
    assert accuracy.heading == "Error rate · log · ★ 0.10 % at epoch 3"
    assert "⠒⠐⠂ 0.10 %" in accuracy.text
    assert [label for label in ("10 % ┤", "1 % ┤", "0.1 % ┤") if label not in accuracy.text] == []


async def test_the_plots_of_a_run_share_epochs_and_crosshair_but_not_the_scale(
    stage: Stage, pilot: Pilot[None]
) -> None:
    view = await looked(stage, pilot, "left", "plus", "b")
    assert stage.query_one("#accuracy-plot", CurvePlot).view == PlotView(view.range, cursor=view.cursor)
    assert "epoch 20" in stage.query_one("#accuracy-plot", CurvePlot).text


async def test_the_mouse_sets_and_drags_the_crosshair(stage: Stage, pilot: Pilot[None]) -> None:
    await looked(stage, pilot)
    await pilot.mouse_down(stage.plot, offset=(30, 5))
    first = stage.plot.view.cursor
    assert first is not None
    assert stage.plot.text.splitlines()[-2].index("┴") == pytest.approx(28, abs=1)
    await pilot.hover(stage.plot, offset=(50, 5))
    dragged = stage.plot.view.cursor
    assert dragged is not None
    assert dragged > first
    await pilot.mouse_up(stage.plot, offset=(50, 5))
    await pilot.hover(stage.plot, offset=(20, 5))
    assert stage.plot.view.cursor == dragged


async def test_another_run_is_shown_in_full(stage: Stage, pilot: Pilot[None]) -> None:
    await looked(stage, pilot, "b", "left", "plus")
    stage.plot.show(Curve(), Curve(), 1, "Reading the log…")
    assert stage.plot.view == PlotView(is_log=True)


async def test_keys_without_points_do_nothing(stage: Stage, pilot: Pilot[None]) -> None:
    stage.plot.focus()
    await pilot.press("left", "home", "plus", "shift+left", "w", "0")
    assert stage.plot.view == PlotView()
