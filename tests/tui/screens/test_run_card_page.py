"""The card of a run and its repeats, opened from Runs."""

from typing import Any

import on_disk
import pytest
import tour
from workbench import Bench, with_form, without_train_view

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.tui.background_runs import BackgroundRuns
from fmnist_tui.tui.screens.queue_dialog import QueueDialog
from fmnist_tui.tui.screens.repeat_dialog import RepeatDialog
from fmnist_tui.tui.screens.run_card import RunCardScreen

pytestmark = without_train_view


async def open_runs(bench: Bench, **labels: Any) -> None:
    folder = on_disk.a_finished_run(tour.NAME, tour.FAST)
    write_labels(folder, RunLabels.of(**labels))
    await bench.press("u")
    await bench.until(lambda: bench.screen.query_one("#runs").has_focus)
    await bench.until(lambda: "finished" in bench.text())


async def test_the_card_is_shown_and_copied_as_markdown(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(bench.app, "copy_to_clipboard", copied.append)
    await open_runs(bench, name="[red]| a |")
    await bench.press("C")
    assert isinstance(bench.screen, RunCardScreen)
    await bench.until(lambda: "Trained with" in bench.text())
    assert f"fmnist-tui reproduce {tour.NAME}" in bench.text()
    await bench.press("y")
    assert "## Run \\[red\\]\\| a \\|" in copied[0]
    assert "| Trained with | |" in copied[0]
    await bench.press("escape")
    assert not isinstance(bench.screen, RunCardScreen)


async def test_repeats_are_queued_with_new_seeds(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[RunConfig] = []
    named: list[RunLabels] = []

    def enqueue(_self: BackgroundRuns, configs: list[RunConfig], labels: RunLabels, _note: str) -> None:
        queued.extend(configs)
        named.append(labels)

    monkeypatch.setattr(BackgroundRuns, "enqueue", enqueue)
    await open_runs(bench, name="[red]", note="why", tags=("paper",))
    await bench.press("S")
    assert isinstance(bench.screen, RepeatDialog)
    await bench.press("backspace", *"21", "enter")
    assert "21 is no number from 2 to 20" in bench.text()
    await bench.press("backspace", "backspace", "3", "enter")
    await bench.until(lambda: len(queued) == 3)
    assert [config.seed for config in queued] == [1, 2, 3]
    assert named == [RunLabels(name="[red]", tags=("paper",))]
    assert {config.pinned("cpu", "fp32", 1).model_copy(update={"seed": 0}) for config in queued} == {
        tour.FAST.pinned("cpu", "fp32", 1)
    }


@with_form
async def test_the_form_is_queued_with_several_seeds_after_the_plan_was_shown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[RunConfig] = []
    monkeypatch.setattr("fmnist_tui.engine.queue.enqueue", lambda runs: queued.extend(run.config for run in runs))
    await bench.press("S")
    assert isinstance(bench.screen, RepeatDialog)
    await bench.press("backspace", "3", "enter")
    await bench.until(lambda: isinstance(bench.screen, QueueDialog))
    assert "They are trained 2 at a time with 1 thread each." in bench.text()
    await bench.press("enter")
    await bench.until(lambda: len(queued) == 3)
    assert [(config.seed, config.device, config.threads) for config in queued] == [
        (seed, "cpu", 1) for seed in range(3)
    ]


@with_form
async def test_a_form_that_this_machine_cannot_train_is_not_queued(bench: Bench) -> None:
    bench.engine.memory_problem = UserError("there is no device [red]cuda")
    await bench.press("S")
    await bench.press("enter")
    await bench.until(lambda: bool(bench.app._notifications))
    assert [notice.message for notice in bench.app._notifications] == ["there is no device [red]cuda."]
