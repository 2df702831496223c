"""A run of another process in the live view: opened from Runs, controlled, left, and resumed when it has crashed."""

import a_run
import configs
import on_disk
import pytest
from workbench import Bench, without_form

from fmnist_tui.events import Event, RunState, StateChanged
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.snapshot import replay
from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog

pytestmark = without_form

CONFIG = configs.CNN
RUN = "20260101-010101-cnn"


def history() -> list[Event]:
    """Return the events of a run that process 4711 of another host trains."""
    started, *others = (event for event in a_run.opening(CONFIG, RUN) if not isinstance(event, StateChanged))
    assert others == []
    known = started.model_copy(update={"host": "gpu1\x1b[31m", "pid": 4711})
    return [known, StateChanged(state=RunState.TRAINING), *a_run.epoch(1)]


async def open_runs(bench: Bench) -> RunFolder:
    folder = on_disk.a_finished_run(RUN, CONFIG, is_over=False)
    with lock_run(folder):  # as if another process trained it
        await bench.press("u")
        await bench.until(lambda: RUN in bench.text() and "running" in bench.text())
    return folder


async def watch(bench: Bench, key: str = "W") -> RunFolder:
    """Open the run that is running in the live view."""
    folder = await open_runs(bench)
    await bench.press(key)
    await bench.until(lambda: bench.app.current_mode == "train")
    bench.engine.show(replay(history()))
    await bench.rest()
    return folder


@pytest.mark.parametrize("key", ["W", "enter"])
async def test_a_running_run_is_opened_in_the_live_view(bench: Bench, key: str) -> None:
    folder = await watch(bench, key)
    assert bench.engine.watched == [folder.path]
    text = bench.text()
    assert "TRAINING" in text
    assert "watched · process 4711 on gpu1 [31m" in text, "a foreign host's name is shown, but inert"
    assert "epoch 1: validation" in text
    assert "Learning" in text


async def test_a_run_that_another_process_has_resumed_meanwhile_is_watched(bench: Bench) -> None:
    folder = on_disk.a_finished_run(RUN, CONFIG, is_over=False)
    await bench.press("u")
    await bench.until(lambda: "crashed" in bench.text())
    with lock_run(folder):
        await bench.press("r")
        await bench.until(lambda: bench.engine.watched == [folder.path])
    (notice,) = bench.app._notifications
    assert "this watches it" in notice.message


@pytest.mark.parametrize("bench", [(80, 24)], indirect=True)
async def test_its_keys_act_on_it_and_quitting_asks_nothing(bench: Bench) -> None:
    await watch(bench)
    await bench.press("p")
    bench.engine.show(replay([*history(), StateChanged(state=RunState.PAUSED, detail="by alice@gpu1")]))
    await bench.rest()
    assert "PAUSED" in bench.text()
    assert "by alice@gpu1" in bench.text()
    await bench.press("p", "x")
    assert bench.engine.handle.calls == ["pause", "unpause", "stop"]
    await bench.pilot.press("q")
    await bench.until(lambda: not bench.app.is_running or isinstance(bench.screen, ChoiceDialog))
    assert not bench.app.is_running
    assert bench.engine.handle.calls == ["pause", "unpause", "stop"], "it continues"


async def test_a_run_of_this_process_takes_its_place(bench: Bench) -> None:
    await watch(bench)
    watched = bench.engine.handle
    await bench.start(1)
    assert watched.calls == ["abandon"]
    assert "watched" not in bench.text()
    await bench.press("u")
    await bench.until(lambda: RUN in bench.text())
    await bench.press("W")
    await bench.until(lambda: bool(bench.app._notifications))
    (refused,) = bench.app._notifications
    assert f"fmnist-tui watch '{RUN}'" in refused.message


async def test_a_watched_run_that_crashed_says_so_and_is_resumed_here(bench: Bench) -> None:
    folder = await watch(bench)
    bench.engine.show(replay([*history(), a_run.ended(RunState.CRASHED, "process 4711 ended without a report")]))
    await bench.rest()
    text = bench.text()
    assert "CRASHED" in text
    assert "watched · r resumes it" in text
    assert "process 4711 ended without a report" in text
    await bench.press("r")
    assert bench.engine.resumed == [(folder.path, None)]
    assert "watched" not in bench.text()


async def test_the_end_of_a_watched_run_asks_nothing_and_is_no_news_if_it_was_over_before(bench: Bench) -> None:
    failed = a_run.ended(RunState.FAILED, "the disk is full")
    await watch(bench)
    bench.engine.show(replay([*history(), failed]))
    await bench.rest()
    await bench.press("i")
    bench.engine.show(replay([*history(), failed]))
    await bench.rest()
    assert not isinstance(bench.screen, ChoiceDialog)
    assert not bench.app._notifications
    bench.engine.show(replay(history()))
    await bench.rest()
    bench.engine.show(replay([*history(), a_run.ended()]))
    await bench.rest()
    assert [note.message for note in bench.app._notifications] == ["The run has finished. t shows it."]
