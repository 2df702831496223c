"""Widgets that are drawn line by line: only changes are redrawn, and no content breaks them."""

import random
from collections.abc import AsyncIterator

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from fmnist_tui.runs.event_text import LogLine
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
        self.log_view = LogView()
        self.lines.styles.height = 2

    CSS = "RunFigures { height: 4; } LogView { height: 5; }"

    def compose(self) -> ComposeResult:
        yield from (self.lines, self.figures, self.log_view)

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


async def test_figures_end_below_their_headings_at_every_width(stage: Stage, pilot: Pilot[None]) -> None:
    for width in (60, 80, 200):
        await pilot.resize_terminal(width, 24)
        stage.figures.show(FIGURES)
        await pilot.pause()
        headings, losses, accuracies, *others = stage.figures.text.splitlines()
        for heading, loss, accuracy in zip(FIGURES.headings[:2], FIGURES.losses, FIGURES.accuracies, strict=False):
            end = headings.index(heading) + len(heading)
            assert losses[:end].endswith(loss), width
            assert accuracies[:end].endswith(accuracy), width
        assert "10,432" in (others[0] if others else headings), width
        assert all(len(line) <= width for line in stage.figures.text.splitlines())


async def test_figures_of_synthetic_images_are_marked(stage: Stage) -> None:
    stage.figures.show(FIGURES._replace(is_synthetic=True))
    assert "acc. DEMO" in stage.figures.text


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
