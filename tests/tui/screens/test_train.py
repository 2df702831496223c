"""Watching and controlling a run in the Train view."""

from unittest.mock import Mock, patch

import a_run
import on_disk
import pytest
from scripted_engine import ScriptedEngine
from textual.widgets._toast import Toast
from workbench import Bench, narrow, with_form, without_form

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import (
    DownloadProgressed,
    FinalState,
    NonFiniteFound,
    PlanUnavailable,
    RunState,
    StateChanged,
    ValidationStarted,
)
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.messages import ResumeRequested, StartRequested
from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog
from fmnist_tui.tui.widgets.curve_plot import CurvePlot
from fmnist_tui.tui.widgets.dashboard import Dashboard
from fmnist_tui.tui.widgets.log_view import LogView
from fmnist_tui.tui.widgets.model_preview import ModelPreview
from fmnist_tui.tui.widgets.run_config import RunConfigPanel
from fmnist_tui.tui.widgets.run_figures import Figures, RunFigures

pytestmark = without_form

FAST = RunConfig.from_preset("fast", "cnn")


def figures(bench: Bench) -> Figures:
    return bench.screen.query_one(RunFigures).shown


def speed(bench: Bench) -> str:
    return figures(bench).sides[0][1]


@with_form
async def test_start_trains_the_forms_config_and_shows_the_run(bench: Bench) -> None:
    await bench.type_into("batch_size", "64")
    await bench.press("ctrl+s")
    assert bench.engine.configs == [FAST.model_copy(update={"batch_size": 64})]
    assert bench.train.page == "live"
    assert "STARTING" in bench.text()


async def test_a_second_start_is_not_possible_during_a_run(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("s")
    assert len(bench.engine.configs) == 1


async def test_keys_reach_the_run_when_its_state_allows_them(bench: Bench) -> None:
    await bench.press("p", "x")
    await bench.start(1)
    await bench.press("p")
    assert bench.engine.handle.calls == ["pause"]
    bench.engine.emit(StateChanged(state=RunState.PAUSED))
    await bench.rest()
    assert "PAUSED" in bench.text()
    await bench.press("p")
    bench.engine.emit(StateChanged(state=RunState.TRAINING))
    await bench.rest()
    await bench.press("x")
    assert bench.engine.handle.calls == ["pause", "unpause", "stop"]
    bench.engine.emit(StateChanged(state=RunState.STOPPING))
    await bench.rest()
    await bench.press("x", "p")
    assert bench.engine.handle.calls == ["pause", "unpause", "stop"]


async def test_the_footer_offers_what_the_state_allows(bench: Bench) -> None:
    def offered() -> set[str]:
        return {active.binding.description for active in bench.screen.active_bindings.values() if active.enabled}

    assert {"Start"} <= offered()
    assert not {"Pause", "Continue", "Stop"} & offered()
    await bench.start(1)
    assert {"Pause", "Stop"} <= offered()
    assert not {"Start", "Continue"} & offered()
    bench.engine.emit(StateChanged(state=RunState.PAUSED))
    await bench.rest()
    assert {"Continue", "Stop"} <= offered()
    assert "Pause" not in offered()
    bench.engine.emit(a_run.ended())
    await bench.rest()
    assert {"Start", "New run"} <= offered()


@narrow
async def test_the_live_figures_are_the_snapshots(bench: Bench) -> None:
    await bench.start(1, 2)
    bench.engine.emit(a_run.steps(3, 195))
    await bench.rest()
    shown = figures(bench)
    assert shown.headings == ("train, now", "validation", "best, epoch 2")
    assert shown.losses[0] == "0.2511"
    assert shown.accuracies[1:] == ("90.52 %", "90.52 %")
    assert [value for _label, value in shown.sides[:2]] == ["10,432", "0.00123"]
    text = bench.text()
    assert "TRAINING" in text
    assert "20260102-030405-cnn" in text
    assert "epoch 3 of 5" in text
    assert "50 %" in text
    assert "13 s left" in text
    assert "epoch 2: validation 90.52 %" in text


@narrow
async def test_a_finished_run_shows_the_figures_of_its_last_epoch(bench: Bench) -> None:
    await bench.start(1, 2)
    assert "train, now" in bench.text()
    bench.engine.emit(a_run.steps(3, 10), a_run.ended())
    await bench.rest()
    epoch = a_run.epoch_ended(2)
    assert "train, now" not in bench.text()
    assert speed(bench) == "10,000"
    assert figures(bench).losses[0] == f"{epoch.train_loss:.4f}"
    assert figures(bench).accuracies[0] == f"{100 * epoch.train_accuracy:.2f} %"


async def test_both_curves_are_drawn_at_every_size(bench: Bench) -> None:
    await bench.start(1, 2)
    for size in ((80, 24), (120, 40), (200, 50)):
        await bench.pilot.resize_terminal(*size)
        await bench.rest()
        text = bench.text()
        assert "●" in text
        assert "loss" in text
        assert "80 %" in text


@narrow
async def test_before_the_first_batch_the_plots_show_a_note(bench: Bench) -> None:
    await bench.start()
    assert "Begins with the first batches." in bench.text()


async def test_a_thousand_events_cause_few_redraws(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.start()
    monkeypatch.setattr("fmnist_tui.tui.redraw_throttle.MAX_SECONDS", 0.1)
    monkeypatch.setattr("fmnist_tui.tui.redraw_throttle.MIN_SECONDS", 0.1)
    with patch.object(Dashboard, "show", autospec=True) as drawn:
        for step in range(1000):
            bench.engine.emit(a_run.steps(1 + step // 390, 1 + step % 390))
        await bench.pilot.pause(0.15)
        assert 1 <= drawn.call_count <= 3
        assert drawn.call_args.args[1].step == 1000 - 2 * 390


async def test_the_last_event_of_a_burst_is_drawn(bench: Bench) -> None:
    await bench.start()
    bench.engine.emit(a_run.steps(1, 10))
    await bench.pilot.pause()
    bench.engine.emit(a_run.steps(1, 20), a_run.ended())
    await bench.rest()
    assert "FINISHED" in bench.text()


async def test_a_new_state_is_drawn_at_once_regardless_of_the_throttle(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.start()
    monkeypatch.setattr("fmnist_tui.tui.redraw_throttle.MAX_SECONDS", 3600.0)
    monkeypatch.setattr("fmnist_tui.tui.redraw_throttle.MIN_SECONDS", 3600.0)
    bench.engine.emit(a_run.steps(1, 10))
    await bench.rest()
    assert speed(bench) == "–"
    bench.engine.emit(StateChanged(state=RunState.PAUSED))
    await bench.rest()
    assert "PAUSED" in bench.text()
    assert speed(bench) == "10,432"


async def test_the_download_is_shown_and_can_be_stopped(bench: Bench) -> None:
    await bench.press("s")
    bench.engine.emit(DownloadProgressed(file="train-images", done_bytes=13_000_000, total_bytes=26_000_000))
    await bench.rest()
    assert "download" in bench.text()
    assert "13.0 of 26.0 MB" in bench.text()
    await bench.press("x")
    assert bench.engine.handle.calls == ["stop"]


@with_form
async def test_a_run_on_demo_data_is_marked_beside_each_accuracy(bench: Bench) -> None:
    await bench.type_into("data", "demo")
    await bench.press("escape")
    await bench.start(1)
    assert " DEMO " in bench.static("RunStatusLine")
    assert "acc. DEMO" in bench.lines("RunFigures")
    await bench.press("v")
    assert "DEMO" in bench.static("#tab-run")


async def test_a_run_continues_while_another_view_is_shown(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("u")
    bench.engine.emit(*a_run.epoch(2), a_run.ended())
    await bench.rest()
    assert "finished" in bench.static("#tab-run")
    await bench.press("t")
    assert "FINISHED" in bench.text()
    assert figures(bench).accuracies[2] == "90.52 %"


@narrow
async def test_form_and_run_alternate_in_a_narrow_terminal(bench: Bench) -> None:
    await bench.start(1)
    assert not bench.train.form.region
    await bench.press("f")
    assert bench.train.form.region
    await bench.press("f")
    assert "TRAINING" in bench.text()
    bench.engine.emit(a_run.ended())
    await bench.rest()
    await bench.press("n")
    assert bench.app.focused is bench.choice("#preset")


async def test_hostile_texts_are_shown_as_text(bench: Bench) -> None:
    await bench.press("s")
    config = bench.engine.configs[-1]
    bench.engine.emit(*a_run.opening(config, "[red]x[/"))
    bench.engine.emit(a_run.ended(RunState.FAILED, "no \x1b[31m [/] [@click=app.bell]here"))
    await bench.rest()
    text = bench.text()
    assert "[red]x[/" in text
    assert "[@click=app.bell]here" in text
    assert "\x1b" not in text


async def test_a_failed_run_shows_the_reason(bench: Bench) -> None:
    await bench.start(1)
    bench.engine.emit(a_run.ended(RunState.FAILED, "the loss is nan. Divide the learning rate by 3."))
    await bench.rest()
    assert "FAILED" in bench.text()
    assert "Divide the learning rate by 3" in bench.text()
    assert bench.static("#tab-run") == "failed · best 88.19 %"
    assert bench.screen.query_one("#tab-run").has_class("-failed")
    assert "L Learning" in bench.text()
    assert not bench.engine.checked  # the data was there


async def test_a_tiny_terminal_breaks_nothing(bench: Bench) -> None:
    await bench.start(1, 2)
    await bench.pilot.resize_terminal(50, 14)
    await bench.rest()
    await bench.pilot.resize_terminal(20, 6)
    await bench.press("v", "u", "question_mark", "escape", "t")
    bench.engine.emit(*a_run.epoch(3), a_run.ended())
    await bench.rest()
    assert bench.snapshot().ended is not None
    await bench.pilot.resize_terminal(80, 24)
    await bench.until(lambda: "FINISHED" in bench.text())


@pytest.mark.parametrize(("has_checkpoint", "way"), [(True, "last good checkpoint"), (False, "start again")])
async def test_a_run_that_failed_on_non_finite_numbers_can_be_resumed(
    bench: Bench, has_checkpoint: bool, way: str
) -> None:
    await bench.start(1)
    config = bench.engine.configs[-1]
    folder = on_disk.a_finished_run(bench.snapshot().started.run, config, is_over=False)  # type: ignore[union-attr]
    found = NonFiniteFound(
        what="loss", epoch=2, step=7, learning_rate=0.01, gradient_norm=1e9, has_checkpoint=has_checkpoint
    )
    reason = "the loss became nan in epoch 2 at step 7"
    bench.engine.emit(found, a_run.ended(RunState.FAILED, reason))
    await bench.rest()
    assert reason in bench.text()
    await bench.until(lambda: f"{way}, learning rate ÷ 3" in bench.text())
    await bench.press("r")
    ((run, changes),) = bench.engine.resumed
    assert run == folder.path
    assert changes is not None
    assert changes.applied_to(config).learning_rate == pytest.approx(config.learning_rate / 3, rel=1e-2)


@narrow
async def test_long_and_right_to_left_texts_leave_the_screen_usable(bench: Bench) -> None:
    await bench.press("s")
    config = bench.engine.configs[-1]
    bench.engine.emit(*a_run.opening(config, "n" * 10_000 + "\u202e[b]"))
    bench.engine.emit(a_run.ended(RunState.FAILED, "why " * 2_500 + "\u202e\x1b[31m[/]"))
    await bench.rest()
    text = bench.text()
    assert "FAILED" in text
    assert "Quit" in text
    assert "\u202e" not in text
    assert "\x1b" not in text


async def test_a_run_that_cannot_be_launched_is_shown_as_failed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.engine.data_problem = UserError("there are no images")
    monkeypatch.setattr(bench.engine, "train", Mock(side_effect=ImportError("no torch")))
    await bench.press("s")
    await bench.until(lambda: "there are no images" in bench.text())
    assert bench.app.controller.state is RunState.FAILED


def is_resume_offered(bench: Bench) -> bool:
    return any(active.binding.id == "train.resume" for active in bench.screen.active_bindings.values())


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.FAILED])
async def test_r_resumes_a_stopped_or_failed_run(bench: Bench, state: FinalState) -> None:
    await bench.start(1)
    assert not is_resume_offered(bench)
    await bench.press("r")
    run = bench.snapshot().started.run  # type: ignore[union-attr]
    folder = on_disk.a_finished_run(run, bench.engine.configs[-1], is_over=False)
    bench.engine.emit(a_run.ended(state, "the reason"))
    await bench.until(lambda: "r Resume" in bench.text())
    await bench.press("f")
    assert not is_resume_offered(bench), "the form is not that run's"
    await bench.press("f", "r")
    assert bench.engine.resumed == [(folder.path, None)]
    assert len(bench.engine.configs) == 1
    assert "STARTING" in bench.text()


async def test_a_run_without_work_left_or_without_a_folder_cannot_be_resumed(bench: Bench) -> None:
    await bench.start(1)
    bench.engine.emit(a_run.ended())
    await bench.rest()
    assert not is_resume_offered(bench)
    await bench.press("s")
    bench.engine.emit(*a_run.opening(bench.engine.configs[-1]), a_run.ended(RunState.FAILED, "memory ran out"))
    await bench.rest()
    assert not is_resume_offered(bench)
    await bench.press("r")
    assert bench.engine.resumed == []


async def test_resume_is_no_longer_offered_when_another_run_begins(bench: Bench) -> None:
    await bench.start(1)
    config = bench.engine.configs[-1]
    found = NonFiniteFound(what="loss", epoch=2, step=7, learning_rate=0.01, gradient_norm=1e9)
    bench.engine.emit(found, a_run.ended(RunState.FAILED, "the loss became nan"))
    await bench.until(lambda: isinstance(bench.screen, ChoiceDialog))
    bench.app.post_message(StartRequested(config))
    await bench.until(lambda: not isinstance(bench.screen, ChoiceDialog))
    assert "STARTING" in bench.text()


@narrow
async def test_a_run_that_failed_before_its_first_batch_offers_no_resume(bench: Bench) -> None:
    await bench.start()
    assert "L Learning" in bench.text()
    bench.engine.emit(a_run.ended(RunState.FAILED, "memory ran out"))
    await bench.until(lambda: "FAILED" in bench.text())
    assert "Begins with" not in bench.text()
    assert "Ended before the first batches." in bench.text()
    assert "L Learning" not in bench.text()
    await bench.press("s")
    assert "Begins with the first batches." in bench.text()


@narrow
async def test_a_bf16_run_is_resumed_in_fp32_after_confirmation(
    bench: Bench,
) -> None:
    folder = on_disk.a_finished_run("of-a-gpu", FAST, is_over=False)
    changes = ResumeOverrides(epochs=9)
    problem = "the run was trained on cuda in bf16, which this machine lacks"
    refusal = (PlanUnavailable(problem=problem), a_run.ended(RunState.FAILED, problem))
    bench.app.post_message(ResumeRequested(folder, changes))
    await bench.rest()
    bench.engine.emit(*a_run.opening(FAST, "of-a-gpu"), *refusal)
    await bench.until(lambda: "results will differ" in " ".join(bench.text().split()))
    assert problem in " ".join(bench.text().split())
    await bench.press("escape")
    assert bench.engine.resumed == [(folder.path, changes)]
    await bench.press("r")
    bench.engine.emit(*refusal)
    await bench.until(lambda: isinstance(bench.screen, ChoiceDialog))
    await bench.press("r")
    assert bench.engine.resumed[1:] == [(folder.path, None), (folder.path, ResumeOverrides(allow_fp32=True))]
    assert "STARTING" in bench.text()


@narrow
@with_form
async def test_the_log_has_the_focus_when_the_run_covers_the_form(bench: Bench) -> None:
    bench.row("epochs").editor.focus()
    await bench.press("ctrl+s")
    bench.engine.emit(*a_run.opening(bench.engine.configs[-1]), *a_run.epoch(1))
    await bench.until(lambda: isinstance(bench.app.focused, LogView))
    await bench.press("f")
    await bench.until(lambda: bench.app.focused is bench.row("epochs").editor)
    await bench.press("escape", "f")
    await bench.until(lambda: isinstance(bench.app.focused, LogView))
    model = bench.train.form.draft.model
    await bench.press("down", "f")
    assert bench.train.form.draft.model == model


async def test_the_log_gets_the_focus_when_the_terminal_becomes_narrow(bench: Bench) -> None:
    await bench.start(1)
    bench.screen.set_focus(bench.screen.query_one(RunConfigPanel))
    await bench.pilot.resize_terminal(80, 24)
    await bench.until(lambda: isinstance(bench.app.focused, LogView))


@narrow
async def test_maximize_shows_the_log(bench: Bench) -> None:
    await bench.start(1, 2)
    await bench.until(lambda: isinstance(bench.app.focused, LogView))
    await bench.press("m")
    await bench.until(lambda: "train, now" not in bench.text() and "epoch 1: validation" in bench.text())
    await bench.press("escape")
    await bench.until(lambda: "train, now" in bench.text())


@narrow
async def test_the_time_left_is_marked_as_paused(bench: Bench) -> None:
    await bench.start(1, 2)
    bench.engine.emit(a_run.steps(3, 195), StateChanged(state=RunState.PAUSED))
    await bench.until(lambda: "paused, 13 s left" in bench.lines("#run-progress"))
    assert "paused, 2.5 s left" in bench.lines("#epoch-progress")
    bench.engine.emit(StateChanged(state=RunState.TRAINING))
    await bench.until(lambda: "paused" not in bench.lines("#run-progress"))
    assert "13 s left" in bench.lines("#run-progress")
    bench.engine.emit(ValidationStarted(epoch=3), StateChanged(state=RunState.PAUSED))
    await bench.until(lambda: "paused" in bench.lines("#epoch-progress"))
    assert "validating" not in bench.lines("#epoch-progress")


@pytest.mark.parametrize("bench", [(80, 24), (200, 50)], indirect=True)
async def test_the_best_accuracy_of_a_finished_run_has_its_interval(bench: Bench) -> None:
    await bench.start(1, 2)
    assert "(" not in bench.static("RunStatusLine"), "a live figure stands alone"
    bench.engine.emit(a_run.ended())
    await bench.until(lambda: "FINISHED" in bench.text())
    assert "best validation 90.52 % (89.93 – 91.08)" in " ".join(bench.text().split())


async def test_a_toast_covers_neither_the_newest_lines_of_the_log_nor_the_tab_line() -> None:
    engine = ScriptedEngine()
    app = FmnistApp(engine)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:  # a fixture's app shows none
        bench = Bench(app, engine, pilot)
        engine.finish_loading()
        await bench.until(lambda: bool(bench.screen.query("LogView")))
        await bench.start(1, 2)
        await bench.press("y")
        await bench.until(lambda: any(toast.region for toast in bench.screen.query(Toast)))
        for size in ((80, 24), (120, 40)):
            await bench.pilot.resize_terminal(*size)
            await bench.rest()
            toast = bench.screen.query_one(Toast).region
            assert toast
            for part in ("LogView", "TabLine", "KeyFooter"):
                assert not toast.overlaps(bench.screen.query_one(part).region), (size, part)


@pytest.mark.parametrize("bench", [(60, 80)], indirect=True)
@with_form
async def test_in_portrait_the_network_is_below_the_form_and_the_curves_are_below_each_other(bench: Bench) -> None:
    form, network = bench.train.form.region, bench.screen.query_one(ModelPreview).region
    assert form.width == network.width == 60
    assert network.y == form.bottom
    assert not bench.train.form.max_scroll_y
    await bench.start(1)
    accuracy, loss = (plot.region for plot in bench.screen.query(CurvePlot))
    assert accuracy.width == loss.width > 50
    assert loss.y == accuracy.bottom


@narrow
async def test_the_result_of_a_run_is_not_broken_over_two_lines(bench: Bench) -> None:
    await bench.start(1, 2)
    bench.engine.emit(a_run.ended())
    await bench.until(lambda: "FINISHED" in bench.text())
    assert any(line.strip().startswith("best validation") for line in bench.text().splitlines())


async def test_how_a_run_stopped_is_told_once_in_a_line(bench: Bench) -> None:
    await bench.start(1)
    bench.engine.emit(a_run.ended(RunState.STOPPED, "stopped in epoch 2 of 5, at step 3 of 9"))
    await bench.until(lambda: "STOPPED" in bench.text())
    (headline,) = (line for line in bench.text().splitlines() if "STOPPED" in line)
    (logged,) = (line for line in bench.text().splitlines() if "stopped in epoch 2 of 5, at step 3 of 9" in line)
    assert "in epoch 2 of 5" in headline
    assert "stopped" not in headline
    assert logged.count("stopped") == 1
