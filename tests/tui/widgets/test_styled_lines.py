"""Widgets that are drawn line by line: only changes are redrawn, and no content breaks them."""

import random
from collections.abc import AsyncIterator

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from fmnist_tui.runs.curve import Curve
from fmnist_tui.runs.event_text import LogLine
from fmnist_tui.tui.widgets.curve_plot import CurvePlot
from fmnist_tui.tui.widgets.log_view import LogView, wrapped
from fmnist_tui.tui.widgets.run_figures import Figures, RunFigures
from fmnist_tui.tui.widgets.styled_lines import StyledLines, changed_part

A, B, C = ("aaa", "x"), ("bb", "y"), ("c", "")


@pytest.mark.parametrize(
    ("old", "new", "columns"),
    [
        ([A, B, C], [A, ("BB", "y"), C], (3, 5)),
        ([A, B, C], [A, B, ("C", "")], (5, 6)),
        ([A, B, C], [("AAA", "x"), B, C], (0, 3)),
        ([A, B, C], [A, ("bb", "z"), C], (3, 5)),
        ([A, B, C], [A, ("b", "y"), C], (3, 20)),
        ([], [A], (0, 20)),
        ([A, B], [], (0, 20)),
        ([A, A, A], [A, B, ("a", "y"), A], (3, 6)),
    ],
)
def test_only_the_changed_part_of_a_line_is_redrawn(
    old: list[tuple[str, str]], new: list[tuple[str, str]], columns: tuple[int, int]
) -> None:
    assert changed_part(old, new, 7, 20) == Region(columns[0], 7, columns[1] - columns[0], 1)


class Stage(App[None]):
    """One widget of each kind, one above the other."""

    def __init__(self) -> None:
        super().__init__()
        self.lines, self.figures = StyledLines(), RunFigures()
        self.plot, self.log_view = CurvePlot("loss"), LogView()
        self.lines.styles.height = 2
        self.plot.styles.height = 12

    CSS = "LogView { height: 5; }"

    def compose(self) -> ComposeResult:
        yield from (self.lines, self.figures, self.plot, self.log_view)

    def text(self) -> str:
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.fixture
async def pilot() -> AsyncIterator[Pilot[None]]:
    async with Stage().run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        yield pilot


@pytest.fixture
def stage(pilot: Pilot[None]) -> Stage:
    assert isinstance(pilot.app, Stage)
    return pilot.app


async def test_the_screen_shows_what_was_written_last(stage: Stage, pilot: Pilot[None]) -> None:
    chance = random.Random(3)
    for _ in range(30):
        written = [[("".join(chance.choices("ab宽 ", k=chance.randrange(9))), "") for _ in range(4)] for _ in range(2)]
        stage.lines.write(written)
        await pilot.pause()
        shown = [line.rstrip() for line in stage.text().splitlines()[:2]]
        assert shown == ["".join(text for text, _style in line).rstrip() for line in written]


FIGURES = Figures(
    ("train, now", "validation", "best, epoch 12"),
    ("0.2871", "0.3012", "0.2990"),
    ("9.96 %", "91.20 %", "91.87 %"),
    (("images/s", "10,432"), ("learning rate", "0.00123"), ("training time", "1:05")),
)


@pytest.mark.parametrize("width", [60, 80, 200])
async def test_figures_end_below_their_headings_at_every_width(stage: Stage, pilot: Pilot[None], width: int) -> None:
    await pilot.resize_terminal(width, 24)
    stage.figures.show(FIGURES)
    await pilot.pause()
    headings, losses, accuracies, *others = stage.figures.text.splitlines()
    for heading, loss, accuracy in zip(FIGURES.headings[:2], FIGURES.losses, FIGURES.accuracies, strict=False):
        end = headings.index(heading) + len(heading)
        assert losses[:end].endswith(loss)
        assert accuracies[:end].endswith(accuracy)
    assert "10,432" in (others[0] if others else headings)
    assert all(len(line) <= width for line in stage.figures.text.splitlines())


async def test_figures_of_synthetic_images_are_marked(stage: Stage) -> None:
    stage.figures.show(FIGURES._replace(is_synthetic=True))
    assert "acc. DEMO" in stage.figures.text


def curve(*values: float, start: float = 0.5) -> Curve:
    made = Curve()
    for number, value in enumerate(values):
        made = made.with_point(start + number, value)
    return made


@pytest.mark.parametrize(
    "values",
    [
        (1.0,),
        (0.5, 0.5, 0.5),
        (float("nan"), 1.0, float("inf"), 2.0, float("-inf")),
        (float("nan"),),
        (1e308, -1e308, 1.0),
        (1e-300, 2e-300),
        (1e11, -1e11),
        tuple(random.Random(1).uniform(0, 1) for _ in range(600)),
    ],
    ids=["one point", "flat", "not finite", "nothing finite", "overflow", "underflow", "large", "many"],
)
@pytest.mark.parametrize("epochs", [1, 3, 10_000])
async def test_a_plot_draws_any_values_of_a_log(
    values: tuple[float, ...], epochs: int, stage: Stage, pilot: Pilot[None]
) -> None:
    stage.plot.show(curve(*values), curve(*values[:3], start=1.0), epochs)
    await pilot.pause()
    text = stage.plot.text
    assert "└─" in text
    assert all(len(line) <= 60 for line in text.splitlines())
    assert "└─" in stage.text()


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
    assert lines[-1].split() == ["0", "1", "2"]


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
    await pilot.pause()
    assert stage.plot.text.startswith(" loss")


def entries(count: int) -> tuple[LogLine, ...]:
    return tuple(LogLine(1_700_000_000 + number, f"entry {number}.") for number in range(count))


async def test_the_log_follows_its_newest_line_until_the_user_scrolls(stage: Stage, pilot: Pilot[None]) -> None:
    log = entries(23)
    stage.log_view.show(log[:20])
    await pilot.pause()
    assert "entry 19." in stage.text()
    assert "entry 14." not in stage.text()
    stage.log_view.focus()
    await pilot.press("up", "up")
    assert "entry 17." in stage.text()
    assert "entry 18." not in stage.text()
    stage.log_view.show(log)
    await pilot.pause()
    assert "entry 18." not in stage.text()  # what is being read stays where it is
    await pilot.press("end")
    assert "entry 22." in stage.text()
    await pilot.press("home")
    assert "entry 0." in stage.text()


async def test_the_scroll_position_of_the_log_stays_when_the_oldest_entries_are_dropped(
    stage: Stage, pilot: Pilot[None]
) -> None:
    log = tuple(
        LogLine(1_700_000_000 + number, f"entry {number}. " + "that takes several lines " * (number % 4))
        for number in range(60)
    )
    stage.log_view.show(log[:40])
    stage.log_view.focus()
    await pilot.press(*["pageup"] * 3)
    read = stage.log_view.text
    for end in (41, 42, 45, 50):
        stage.log_view.show(log[end - 40 : end])
        await pilot.pause()
        assert stage.log_view.text == read
    stage.log_view.show(entries(9))
    assert "entry 8." in stage.log_view.text, "another run's log is read from its end"


async def test_a_long_entry_is_shown_in_full(stage: Stage, pilot: Pilot[None]) -> None:
    long = "a reason that takes more room than a line has " * 3 + "\x1b[31m the end"
    stage.log_view.show((LogLine(0, long, is_problem=True),))
    await pilot.pause()
    assert " ".join(" ".join(line[9:] for line in stage.log_view.text.splitlines()).split()).endswith("[31m the end")
    assert "\x1b" not in stage.text()


@pytest.mark.parametrize("text", ["", "one", "two words", "x" * 50, "宽" * 30 + " end", "a  b"])
def test_wrapped_text_fits_and_is_complete(text: str) -> None:
    pieces = wrapped(text, 10)
    assert pieces
    assert all(len(piece) <= 10 for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
