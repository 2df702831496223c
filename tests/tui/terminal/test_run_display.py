"""What a terminal is sent about a run: title, progress, notification, and how all of it is taken back."""

import a_run
import configs
import pytest

from fmnist_tui.events import RunState, StateChanged
from fmnist_tui.runs.snapshot import RunSnapshot, replay
from fmnist_tui.tui.terminal.features import TerminalFeatures
from fmnist_tui.tui.terminal.notice import end_notice
from fmnist_tui.tui.terminal.run_display import RunDisplay, title_of
from fmnist_tui.tui.terminal.sequences import closing_sequence, notification_sequence, opening_sequence, title_sequence

ALL = TerminalFeatures(has_title=True, has_progress=True, notification="osc9")
EVENTS = [*a_run.opening(configs.CNN), *a_run.epoch(1), *a_run.epoch(2), a_run.steps(3, 195)]
TRAINING = replay(EVENTS)
PAUSED = TRAINING.after(StateChanged(state=RunState.PAUSED))
FINISHED = TRAINING.after(a_run.ended())


class Terminal:
    """Records what is written, at a time that the test sets."""

    def __init__(self, features: TerminalFeatures = ALL) -> None:
        self.time = 100.0
        self.written: list[str] = []
        self.display = RunDisplay(features, self.written.append, lambda: self.time)


@pytest.mark.parametrize(
    ("snapshot", "title"),
    [
        (None, "fmnist-tui"),
        (RunSnapshot(), "… starting · fmnist-tui"),
        (TRAINING, "▶ 50 % cnn · fmnist-tui"),
        (PAUSED, "‖ 50 % cnn paused · fmnist-tui"),
        (FINISHED, "✓ cnn finished 90.52 % · fmnist-tui"),
        (TRAINING.after(a_run.ended(RunState.FAILED, "no")), "✗ cnn failed 90.52 % · fmnist-tui"),
    ],
)
def test_the_title_has_state_progress_and_model(snapshot: RunSnapshot | None, title: str) -> None:
    assert title_of(snapshot) == title


@pytest.mark.parametrize(
    ("snapshot", "progress"),
    [
        (RunSnapshot(), "3;0"),
        (TRAINING, "1;50"),
        (PAUSED, "4;50"),
        (FINISHED, "0;50"),
        (TRAINING.after(a_run.ended(RunState.FAILED, "no")), "2;50"),
    ],
)
def test_the_task_bar_shows_the_state(snapshot: RunSnapshot, progress: str) -> None:
    terminal = Terminal(ALL._replace(has_title=False))
    terminal.display.show(snapshot)
    assert terminal.written == [f"\x1b]9;4;{progress}\a"]


def test_a_run_is_shown_at_most_once_a_second_but_each_state_at_once() -> None:
    terminal = Terminal()
    for step in range(100, 110):
        terminal.time += 0.1
        terminal.display.show(TRAINING.after(a_run.steps(3, 195 + step)))
    assert len(terminal.written) == 1
    terminal.display.show(PAUSED)
    assert len(terminal.written) == 2
    terminal.time += 10
    terminal.display.show(PAUSED)
    assert len(terminal.written) == 2, "nothing has changed"


def test_a_terminal_without_these_features_gets_nothing() -> None:
    terminal = Terminal(TerminalFeatures())
    terminal.display.show(TRAINING)
    assert not terminal.written
    assert opening_sequence(TerminalFeatures()) == closing_sequence(TerminalFeatures()) == ""


def test_title_and_progress_are_taken_back_at_the_end() -> None:
    assert opening_sequence(ALL) == "\x1b[22;2t"
    assert closing_sequence(ALL) == "\x1b]9;4;0;0\a\x1b]2;\a\x1b[23;2t"
    assert "]9;4" not in closing_sequence(ALL._replace(has_progress=False))


@pytest.mark.parametrize("text", ["\x1b]52;c;ZXZpbA==\a", "a\nb\x9cc\x07", "\udcff"])
def test_no_text_ends_a_sequence_or_begins_another(text: str) -> None:
    for sequence in (
        title_sequence(text),
        *(notification_sequence(kind, text, text) for kind in ("osc9", "osc777", "osc99")),
    ):
        inner = sequence.replace("\x1b\\", "").replace("\x1b]", "").removesuffix("\a")
        assert inner.isprintable()


def test_a_title_in_a_notification_cannot_begin_its_text() -> None:
    assert notification_sequence("osc777", "a;b", "c") == "\x1b]777;notify;a,b;c\a"


def test_the_end_of_a_run_is_notified_as_the_user_prefers() -> None:
    assert end_notice(FINISHED, "off", ALL) == ""
    assert end_notice(FINISHED, "bell", ALL) == "\a"
    assert end_notice(FINISHED, "desktop", ALL._replace(notification=None)) == "\a"
    expected = "20260102-030405-cnn finished, best validation accuracy 90.52 % (89.93 – 91.08)"
    assert end_notice(FINISHED, "desktop", ALL) == f"\x1b]9;fmnist-tui: {expected}\a"
    named = expected.replace("20260102-030405-cnn", "baseline")
    assert end_notice(FINISHED, "desktop", ALL, "baseline") == f"\x1b]9;fmnist-tui: {named}\a"


def test_a_run_with_a_name_is_called_by_it_in_the_title() -> None:
    assert title_of(TRAINING, "baseline") == title_of(TRAINING).replace(" cnn ", " baseline ") != title_of(TRAINING)
