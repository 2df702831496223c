"""Runs in the background from the interface. How their processes behave is tested in `tests/engine`."""

import subprocess
import sys
from dataclasses import dataclass, field

import a_run
import pytest
from on_disk import a_finished_run
from workbench import Bench, with_form, without_form

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import BackgroundRun
from fmnist_tui.engine.controller import RunSource
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.tui import background_runs
from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog

pytestmark = without_form

RUN = "20260102-030405-cnn"


@dataclass
class Processes:
    """What would be started.

    Attributes:
        problem: Why no process can be started; empty if one can.
    """

    trained: list[RunConfig] = field(default_factory=list)
    resumed: list[RunFolder] = field(default_factory=list)
    problem: str = ""

    def train(self, config: RunConfig, _labels: RunLabels | None = None) -> BackgroundRun:
        self.trained.append(config)
        return self._started(a_finished_run("20260103-000000-cnn", config, is_over=False))

    def resume(self, folder: RunFolder) -> BackgroundRun:
        self.resumed.append(folder)
        return self._started(folder)

    def _started(self, folder: RunFolder) -> BackgroundRun:
        if self.problem:
            raise UserError(self.problem)
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        return BackgroundRun(folder, process)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Processes:
    made = Processes()
    monkeypatch.setattr(background_runs, "train_in_background", made.train)
    monkeypatch.setattr(background_runs, "resume_in_background", made.resume)
    return made


def stopped(bench: Bench) -> None:
    """End the run as its stop does, with its folder on disk."""
    a_finished_run(RUN, bench.engine.configs[-1])
    bench.engine.emit(a_run.ended(RunState.STOPPED, "interrupted to continue in the background"))


def notices(bench: Bench) -> list[str]:
    return [notice.message for notice in bench.app._notifications]


@with_form
async def test_b_trains_the_form_in_its_own_process_and_watches_it(bench: Bench, processes: Processes) -> None:
    await bench.type_into("epochs", "7")
    await bench.press("escape", "B")
    await bench.until(lambda: bool(bench.engine.watched))
    assert [config.epochs for config in processes.trained] == [7]
    assert bench.engine.watched[0].name == "20260103-000000-cnn"
    assert not bench.engine.configs, "nothing is trained here"
    assert bench.app.controller.source is RunSource.WATCHED


async def test_b_moves_the_active_run_after_it_is_saved_and_watches_it(bench: Bench, processes: Processes) -> None:
    await bench.start(1)
    await bench.press("B")
    assert bench.engine.handle.calls == ["stop to continue in the background"]
    assert not processes.resumed
    stopped(bench)
    await bench.until(lambda: bool(bench.engine.watched))
    assert [folder.run for folder in processes.resumed] == [RUN]


async def test_a_run_that_has_not_trained_yet_is_started_anew(bench: Bench, processes: Processes) -> None:
    await bench.press("s")
    bench.engine.emit(*a_run.opening(bench.engine.configs[-1])[:1])
    await bench.press("B")
    bench.engine.emit(a_run.ended(RunState.STOPPED, "stopped before the first batch"))
    await bench.until(lambda: bool(bench.engine.watched))
    assert processes.trained == bench.engine.configs
    assert not processes.resumed


async def test_a_run_that_ends_by_itself_meanwhile_is_not_resumed(bench: Bench, processes: Processes) -> None:
    await bench.start(1)
    await bench.press("B")
    bench.engine.emit(a_run.ended(RunState.FINISHED))
    await bench.rest()
    assert not processes.resumed
    assert not processes.trained
    assert "FINISHED" in bench.text()


async def test_a_process_that_cannot_be_started_is_an_error_and_the_run_can_be_resumed(
    bench: Bench, processes: Processes
) -> None:
    processes.problem = "no [b]memory"
    await bench.start(1)
    await bench.press("B")
    stopped(bench)
    await bench.until(lambda: "no [b]memory." in notices(bench))
    assert bench.app.controller.can_resume


async def test_quitting_offers_to_continue_in_the_background(bench: Bench, processes: Processes) -> None:
    await bench.start(1)
    await bench.press("q")
    assert isinstance(bench.screen, ChoiceDialog)
    assert "continue in the background, and quit" in bench.text()
    await bench.press("b")
    assert bench.app.is_running, "the run is saved first"
    stopped(bench)
    await bench.until(lambda: not bench.app.is_running)
    assert [folder.run for folder in processes.resumed] == [RUN]
    (farewell,) = bench.app._exit_renderables
    assert str(farewell) == f"run {RUN} continues in the background: fmnist-tui watch {RUN}"


async def test_the_interface_stays_if_the_run_cannot_continue_in_the_background(
    bench: Bench, processes: Processes
) -> None:
    processes.problem = "too many processes"
    await bench.start(1)
    await bench.press("q", "b")
    stopped(bench)
    await bench.until(lambda: "too many processes." in notices(bench))
    assert bench.app.is_running
