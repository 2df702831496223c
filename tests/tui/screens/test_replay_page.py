"""Replaying a run in the interface, on a clock that the test sets."""

from pathlib import Path

import a_run
import configs
import on_disk
import pytest
from textual.widgets import Static
from workbench import Bench, narrow, without_form, without_train_view

from fmnist_tui.events import ProbeRecorded, RunState, to_line
from fmnist_tui.interface_options import ReplayOptions
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.screens.learning import LearningScreen
from fmnist_tui.tui.screens.replay import ReplayScreen
from fmnist_tui.tui.screens.runs import RunsScreen
from fmnist_tui.tui.widgets.seek_bar import SeekBar

pytestmark = without_train_view

FAST = configs.CNN
NAME = "20260101-000000-cnn"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder() -> RunFolder:
    """A run of two epochs, which takes four seconds from its first event on."""
    return on_disk.a_finished_run(NAME, FAST)


async def opened(bench: Bench, folder: RunFolder, clock: Clock, speed: float = 1.0, from_epoch: int = 1) -> None:
    await bench.app.push_screen(ReplayScreen(ReplayOptions(folder.path, speed, from_epoch), clock))
    await bench.until(lambda: "REPLAY" in bench.text())


def heading(bench: Bench) -> str:
    return bench.lines("SeekBar")


@narrow
async def test_the_live_view_shows_the_run_at_the_moment_and_no_later_points(
    bench: Bench, folder: RunFolder, clock: Clock
) -> None:
    await opened(bench, folder, clock)
    assert "REPLAY 1× ▶" in heading(bench)
    assert "Begins with the first batches." in bench.text()
    clock.now = 3.5
    await bench.until(lambda: "TRAINING" in bench.text() and "epoch 1 of 5" in bench.text())
    assert "★" not in bench.text()
    assert "best, epoch" not in bench.text()
    await bench.press("right")
    assert "epoch 1: validation 88.19 %" in bench.text()
    clock.now = 100.0
    await bench.until(lambda: "FINISHED" in bench.text())
    assert "‖" in heading(bench)


async def test_keys_pause_seek_and_change_the_speed(bench: Bench, folder: RunFolder, clock: Clock) -> None:
    await opened(bench, folder, clock, speed=10)
    await bench.press("p")
    clock.now = 50.0
    await bench.press("right")
    assert "REPLAY 10× ‖" in heading(bench)
    assert "epoch 1: validation" in bench.text()
    assert "epoch 2: validation" not in bench.text()
    await bench.press("right_square_bracket")
    assert "epoch 2 of 5" in bench.text()
    await bench.press("left_square_bracket", "left", "left")
    assert "epoch 1: validation" not in bench.text()
    await bench.press("end", "plus")
    assert "REPLAY 20× ‖" in heading(bench)
    assert "FINISHED" in bench.text()
    await bench.press("home", "minus", "minus", "p")
    assert "REPLAY 5× ▶" in heading(bench)
    assert "FINISHED" not in bench.text()


async def test_the_mouse_seeks_on_the_bar(bench: Bench, folder: RunFolder, clock: Clock) -> None:
    await opened(bench, folder, clock)
    await bench.press("p")
    width = bench.screen.query_one(SeekBar).size.width
    await bench.pilot.click(SeekBar, offset=(width - 21, 0))
    await bench.until(lambda: "FINISHED" in bench.text())
    await bench.pilot.click(SeekBar, offset=(17, 0))
    await bench.until(lambda: "STARTING" in bench.text())


@without_form
async def test_learning_opens_at_the_moments_epoch_and_the_replay_waits(
    bench: Bench, folder: RunFolder, clock: Clock
) -> None:
    *lines, end = folder.events_file.read_text(encoding="utf-8").splitlines()
    recorded = to_line(ProbeRecorded(time=on_disk.SAVED + 5, epoch=2, dead_share=0.95))
    folder.events_file.write_text("\n".join([*lines, recorded, end]), encoding="utf-8")
    await opened(bench, folder, clock)
    await bench.press("end", "L")
    assert isinstance(bench.screen, LearningScreen)
    clock.now = 1.0
    await bench.press("escape")
    assert "‖" in heading(bench)
    await bench.press("a")
    assert bench.train.page == "form"
    assert bench.train.config != FAST


async def test_a_replay_does_not_concern_the_run_that_trains(bench: Bench, folder: RunFolder, clock: Clock) -> None:
    await bench.start(1)
    await opened(bench, folder, clock)
    await bench.press("p", "x", "right")
    assert bench.engine.handle.calls == []
    bench.engine.emit(*a_run.epoch(2))
    await bench.rest()
    assert bench.snapshot().epoch == 2
    assert "epoch 1: validation" in bench.text()
    assert "epoch 2: validation" not in bench.text()
    await bench.press("escape")
    assert bench.app.controller.state is RunState.TRAINING


async def test_a_log_that_cannot_be_replayed_is_an_error_in_place(
    bench: Bench, folder: RunFolder, clock: Clock
) -> None:
    for content in (None, b"\0" * 50, b"[red]x\x1b]0;\n"):
        folder.events_file.unlink()
        if content is not None:
            folder.events_file.write_bytes(content)
        await bench.app.push_screen(ReplayScreen(ReplayOptions(folder.path), clock))
        await bench.until(lambda: "can't be replayed" in bench.text())
        await bench.press("p", "right", "end", "L", "escape")
        assert bench.screen is bench.app.train_screen
        folder.events_file.touch()


async def test_p_in_runs_replays_the_chosen_run(bench: Bench, folder: RunFolder) -> None:
    write_labels(folder, RunLabels(name="[red]paper"))
    await bench.press("u")
    await bench.until(lambda: "[red]paper" in bench.text())
    await bench.press("P")
    await bench.until(lambda: "REPLAY" in bench.text())
    assert f"[red]paper ({NAME})" in str(bench.screen.query_one(".page-heading", Static).content)


async def test_the_interface_opens_at_the_replay_that_the_command_names(folder: RunFolder, home: Path) -> None:
    (home / "interface.json").unlink()  # neither the tour nor the last view comes before it
    from scripted_engine import ScriptedEngine

    engine = ScriptedEngine()
    app = FmnistApp(engine, replay=ReplayOptions(folder.path, 20, 2))
    async with app.run_test(size=(120, 40)) as pilot:
        bench = Bench(app, engine, pilot)
        await bench.until(lambda: "REPLAY 20×" in bench.text() and "epoch 1: validation" in bench.text())
        await bench.press("escape")
        await bench.until(lambda: isinstance(bench.screen, RunsScreen))
        await bench.until(lambda: bench.screen.query_one("#runs").has_focus or NAME in bench.text())
