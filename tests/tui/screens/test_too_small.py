"""Below 60×20 the interface is replaced by a message; it returns when the terminal is enlarged."""

import pytest
from workbench import Bench, without_form

from fmnist_tui.events import RunState
from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog
from fmnist_tui.tui.screens.too_small import TooSmallScreen
from fmnist_tui.tui.screens.train import TrainScreen

pytestmark = without_form


async def test_a_small_terminal_gets_the_needed_size(bench: Bench) -> None:
    for size in ((59, 24), (60, 19), (20, 6)):
        await bench.pilot.resize_terminal(*size)
        assert "needs 60 × 20" in " ".join(bench.text().split()), size


@pytest.mark.parametrize("bench", [(60, 20)], indirect=True)
async def test_the_smallest_size_shows_the_interface(bench: Bench) -> None:
    assert isinstance(bench.screen, TrainScreen)


async def test_the_run_continues_while_the_terminal_is_too_small(bench: Bench) -> None:
    await bench.start(1)
    await bench.pilot.resize_terminal(50, 24)
    assert "50 × 24" in bench.text()
    await bench.press("x", "s")
    assert bench.snapshot().state is RunState.TRAINING
    await bench.pilot.resize_terminal(50, 18)
    await bench.rest()
    assert "50 × 18" in bench.text()
    await bench.pilot.resize_terminal(80, 24)
    await bench.rest()
    assert isinstance(bench.screen, TrainScreen)
    assert "TRAINING" in bench.text()


async def test_the_program_can_be_quit_while_the_terminal_is_too_small(bench: Bench) -> None:
    await bench.start(1)
    await bench.pilot.resize_terminal(50, 24)
    await bench.press("q")
    assert isinstance(bench.screen, ChoiceDialog)
    await bench.pilot.resize_terminal(80, 24)
    await bench.press("escape")
    assert not any(isinstance(screen, TooSmallScreen) for screen in bench.app.screen_stack)
