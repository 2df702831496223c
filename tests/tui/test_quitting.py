"""Quitting: at once without an active run, with a choice of three during one, and never a hang."""

import a_run
import pytest
from textual.command import CommandPalette
from workbench import Bench, with_form, without_form, without_train_view

from fmnist_tui.events import RunState
from fmnist_tui.tui.quitting import SECONDS_TO_LET_GO, SECONDS_TO_SAVE
from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog

pytestmark = without_train_view


async def test_quits_at_once_without_an_active_run(bench: Bench) -> None:
    await bench.pilot.press("q")
    await bench.until(lambda: not bench.app.is_running)


async def test_asks_during_an_active_run_and_stays_on_cancel(bench: Bench) -> None:
    await bench.start(1)
    for way_out in ("q", "escape"):
        await bench.press("q")
        assert isinstance(bench.screen, ChoiceDialog)
        await bench.press(way_out)
        assert not isinstance(bench.screen, ChoiceDialog)
    assert bench.app.is_running
    assert not bench.engine.handle.calls


async def test_stop_and_save_waits_for_the_runs_last_event(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q", "s")
    assert bench.engine.handle.calls == ["stop"]
    assert bench.app.is_running
    bench.engine.emit(a_run.ended(RunState.STOPPED, "as asked"))
    await bench.until(lambda: not bench.app.is_running)


async def test_quit_now_abandons_the_run(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q", "n")
    assert bench.engine.handle.calls == ["abandon"]
    bench.engine.emit(a_run.ended(RunState.STOPPED, "as asked"))
    await bench.until(lambda: not bench.app.is_running)


async def test_quit_now_does_not_wait_for_an_unresponsive_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.start(1)
    assert SECONDS_TO_LET_GO <= 2
    monkeypatch.setattr("fmnist_tui.tui.quitting.SECONDS_TO_LET_GO", 0.2)
    await bench.press("q", "n")
    await bench.until(lambda: not bench.app.is_running)


async def test_quit_now_is_available_while_waiting_for_a_stop(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q", "s")
    await bench.press("q", "n")
    assert bench.engine.handle.calls == ["stop", "abandon"]
    bench.engine.emit(a_run.ended(RunState.STOPPED, "as asked"))
    await bench.until(lambda: not bench.app.is_running)


@with_form
async def test_ctrl_c_asks_too_even_from_a_field(bench: Bench) -> None:
    await bench.start(1)
    bench.row("epochs").editor.focus()
    await bench.press("ctrl+c")
    assert isinstance(bench.screen, ChoiceDialog)
    await bench.press("ctrl+q")
    assert len(bench.app.screen_stack) == 2  # the question is not asked twice


async def test_the_choices_can_be_selected_with_arrow_keys(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q", "down", "down", "enter")
    assert bench.engine.handle.calls == ["abandon"]


async def test_an_event_after_the_end_of_the_app_does_not_break_the_run(bench: Bench) -> None:
    await bench.start(1)
    bench.app.exit()
    await bench.until(lambda: not bench.app.is_running)
    bench.engine.emit(*a_run.epoch(2), a_run.ended())


@without_form
async def test_the_dialog_is_closed_when_the_run_ends_by_itself(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q")
    bench.engine.emit(*a_run.epoch(2))
    await bench.rest()
    assert isinstance(bench.screen, ChoiceDialog), "news of the run are no reason"
    bench.engine.emit(a_run.ended())
    await bench.until(lambda: not isinstance(bench.screen, ChoiceDialog))
    assert bench.app.is_running
    assert "FINISHED" in bench.text()
    await bench.pilot.press("q")
    await bench.until(lambda: not bench.app.is_running)


@without_form
async def test_the_dialog_is_closed_behind_the_command_palette(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q", "ctrl+p")
    assert isinstance(bench.screen, CommandPalette)
    bench.engine.emit(a_run.ended())
    await bench.rest()
    await bench.press("escape")
    await bench.until(lambda: not isinstance(bench.screen, ChoiceDialog | CommandPalette))


@pytest.fixture
def _last_resort_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not end the tests' process after a signal."""
    monkeypatch.setattr("fmnist_tui.tui.quitting.SECONDS_TO_GIVE_BACK", 3600.0)


@pytest.mark.usefixtures("_last_resort_is_off")
async def test_after_a_signal_a_slow_save_is_waited_for(bench: Bench) -> None:
    await bench.start(1)
    bench.app._quitting.signalled("SIGTERM")
    await bench.rest()
    assert bench.engine.handle.calls == ["stop by SIGTERM"]
    (toast,) = bench.app._notifications
    assert toast.message == "Stopping and saving after SIGTERM; a second signal quits at once."
    assert SECONDS_TO_SAVE >= 60
    assert bench.app.is_running
    bench.engine.emit(a_run.ended(RunState.STOPPED, "interrupted by SIGTERM"))
    await bench.until(lambda: not bench.app.is_running)


@pytest.mark.usefixtures("_last_resort_is_off")
async def test_a_second_signal_quits_at_once(bench: Bench) -> None:
    await bench.start(1)
    bench.app._quitting.signalled("SIGTERM")
    await bench.rest()
    bench.app._quitting.signalled("SIGINT")
    await bench.until(lambda: not bench.app.is_running)
