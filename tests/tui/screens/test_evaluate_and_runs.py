"""The Evaluate and the Runs view, on the run folders of a training."""

import a_run
import configs
import on_disk
import pytest
from workbench import Bench, narrow, with_form, without_form, without_train_view

from fmnist_tui.config import RunConfig
from fmnist_tui.data.splits import Split
from fmnist_tui.errors import UserError
from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog
from fmnist_tui.tui.screens.evaluate import EvaluateScreen
from fmnist_tui.tui.screens.matrix import MatrixScreen
from fmnist_tui.tui.widgets.report_pane import EvaluationCancelled
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

pytestmark = without_train_view

FAST = configs.CNN
DEMO = FAST.with_data("demo")


async def evaluate_view(bench: Bench) -> EvaluateScreen:
    await bench.press("v", "d")
    assert isinstance(bench.screen, EvaluateScreen)
    assert bench.screen._pane.split == "test"
    table = bench.screen.query_one(VirtualTable)
    await bench.until(lambda: table.row_count > 0)
    await bench.rest()
    return bench.screen


async def runs_view(bench: Bench) -> None:
    await bench.press("u")
    table = bench.screen.query_one(VirtualTable)
    await bench.until(lambda: table.row_count > 0)
    await bench.rest()


async def test_without_runs_a_view_explains_the_next_step(bench: Bench) -> None:
    for view, words in (("v", "No checkpoint yet"), ("u", "No runs yet")):
        await bench.press(view)
        await bench.until(lambda words=words: words in bench.text())  # type: ignore[misc]
        await bench.press("e", "enter")
        assert not bench.engine.evaluations


@narrow
async def test_checkpoints_are_listed_newest_run_first(bench: Bench) -> None:
    on_disk.a_finished_run("older-mlp", configs.MLP, age=100)
    on_disk.a_finished_run("newer-[red]x[", DEMO)
    await evaluate_view(bench)
    text = bench.text()
    assert text.index("newer-[red]x[") < text.index("older-mlp")
    assert "91.87 %" in text
    assert "DEMO" in text
    assert "Not evaluated on the test set yet" in text


@narrow
async def test_an_evaluation_shows_progress_then_the_report(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("enter")
    await bench.until(lambda: bool(bench.engine.evaluations))
    (evaluation,) = bench.engine.evaluations
    assert (evaluation.run, evaluation.checkpoint, evaluation.split) == (folder.path, "best", "test")
    evaluation.on_progress(4_200, 10_000)
    await bench.rest()
    assert "4,200 of 10,000" in bench.text()
    assert bench.screen.query_one("ReportView").outer_size.width == bench.app.size.width, "the progress narrows nothing"
    await bench.press("enter", "e")
    assert len(bench.engine.evaluations) == 1
    report = on_disk.a_report("a-run")
    folder.save_report(report)
    evaluation.future.set_result(report)
    await bench.until(lambda: "T-shirt" in bench.text())
    text = bench.text()
    assert "96.16 % (95.77 – 96.52)" in text
    assert "1 test-set evaluation of this run, 1 of all cnn runs" in text
    for score in report.classes:
        assert score.name[:7] in text
    assert "9,616 of 10,000 correct" in text
    assert " 985 " in text
    assert "epoch 2 · 9,616 of 10,000 correct" in text


async def test_a_stored_report_is_shown_at_once_with_the_test_set_evaluations_of_its_model(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    for _attempt in range(3):
        folder.save_report(on_disk.a_report("a-run"))
    on_disk.a_finished_run("another-run", FAST, age=10).save_report(on_disk.a_report("another-run"))
    on_disk.a_finished_run("an-mlp", configs.MLP, age=20)
    await evaluate_view(bench)
    assert "3 test-set evaluations of this run, 4 of all cnn runs" in bench.text()
    assert not bench.engine.evaluations
    await bench.press("down")
    assert "Not evaluated on the test set yet" in bench.text()


async def test_a_report_of_an_earlier_epoch_is_not_shown_for_the_checkpoint(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    folder.save_report(on_disk.a_report("a-run", epoch=1))
    await evaluate_view(bench)
    assert "Not evaluated on the test set yet" in bench.text()


@narrow
async def test_without_an_evaluation_the_validation_accuracy_is_shown_then_the_progress(bench: Bench) -> None:
    on_disk.a_finished_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("d")
    selector = "#report-heading"
    await bench.until(lambda: "Validation accuracy 91.87 %, measured during training" in bench.static(selector))
    await bench.press("enter")
    await bench.until(lambda: bench.static(selector) == "Evaluating on the validation set…")
    await bench.press("d")
    await bench.until(lambda: "Not evaluated on the test set yet" in bench.static(selector))


async def test_the_validation_set_can_be_chosen(bench: Bench) -> None:
    on_disk.a_finished_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("d", "e")
    await bench.until(lambda: bool(bench.engine.evaluations))
    assert bench.engine.evaluations[0].split == "validation"


async def test_an_evaluation_says_what_it_waits_for_and_escape_cancels_it(bench: Bench) -> None:
    on_disk.a_finished_run("a-run", FAST)
    await bench.start(1)
    await evaluate_view(bench)
    await bench.press("e")
    await bench.until(lambda: bool(bench.engine.evaluations))
    assert "best on test: waits for the end of the current batch · esc cancels" in bench.text()
    await bench.press("escape")
    assert bench.engine.evaluations[0].future.cancelled(), "one that has not begun never does"
    assert "esc cancels" not in bench.text()
    await bench.press("e")
    await bench.until(lambda: len(bench.engine.evaluations) == 2)
    evaluation = bench.engine.evaluations[1]
    evaluation.future.set_running_or_notify_cancel()
    evaluation.on_progress(1_000, 10_000)
    await bench.press("escape")
    with pytest.raises(EvaluationCancelled) as ended:
        evaluation.on_progress(2_000, 10_000)
    evaluation.future.set_exception(ended.value)
    await bench.until(lambda: "esc cancels" not in bench.text())
    assert "✗" not in bench.text(), "it is no error"


async def test_a_demo_report_is_marked(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", DEMO)
    folder.save_report(on_disk.a_report("a-run", demo=True))
    await evaluate_view(bench)
    assert "DEMO" in bench.static("#report-heading")


async def train_a_run(bench: Bench, run: str, *, age: int) -> None:
    await bench.press("t", "s")
    on_disk.a_finished_run(run, FAST, age=age)
    bench.engine.emit(*a_run.opening(FAST, run), *a_run.epoch(1), a_run.ended())
    await bench.until(lambda: bench.snapshot().ended is not None)


async def test_the_best_checkpoint_of_a_new_run_is_selected_when_the_view_is_entered(bench: Bench) -> None:
    on_disk.a_finished_run("first-run", FAST, age=100)
    screen = await evaluate_view(bench)
    await bench.press("down")
    await train_a_run(bench, "new-run", age=0)
    await bench.press("v")
    await bench.until(lambda: screen.chosen is not None and screen.chosen.key == "new-run/best")
    await bench.press("end", "t", "v")
    await bench.rest()
    assert screen.chosen is not None
    assert screen.chosen.key == "first-run/last", "it was entered after that run before"


async def test_a_requested_checkpoint_is_selected_before_the_new_runs(bench: Bench) -> None:
    on_disk.a_finished_run("first-run", FAST, age=100)
    screen = await evaluate_view(bench)
    await train_a_run(bench, "new-run", age=0)
    await runs_view(bench)
    await bench.press("end", "enter")
    await bench.until(lambda: screen.chosen is not None and len(screen._list.entries) == 4)
    assert screen.chosen is not None
    assert screen.chosen.key == "first-run/best"


@pytest.mark.parametrize("split", ["validation", "test"])
async def test_enter_on_an_evaluated_checkpoint_opens_its_matrix(bench: Bench, split: Split) -> None:
    on_disk.an_evaluated_run("a-run", FAST, split)
    await evaluate_view(bench)
    await bench.press(*(["d"] if split == "validation" else []), "enter")
    await bench.until(lambda: isinstance(bench.screen, MatrixScreen))
    assert f"{split} set" in bench.text()
    assert not bench.engine.evaluations


async def test_e_asks_before_a_checkpoint_is_evaluated_on_the_test_set_again(bench: Bench) -> None:
    on_disk.an_evaluated_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("e")
    await bench.until(lambda: isinstance(bench.screen, ChoiceDialog))
    assert "1 test-set evaluation of this run" in bench.static("#dialog-text")
    await bench.press("e", "escape")
    assert not bench.engine.evaluations
    await bench.press("e")
    await bench.until(lambda: isinstance(bench.screen, ChoiceDialog))
    await bench.press("t")
    await bench.until(lambda: len(bench.engine.evaluations) == 1)
    assert bench.engine.evaluations[0].split == "test"


async def test_e_evaluates_on_the_validation_set_again_without_asking(bench: Bench) -> None:
    on_disk.an_evaluated_run("a-run", FAST, "validation")
    await evaluate_view(bench)
    await bench.press("d", "e")
    await bench.until(lambda: len(bench.engine.evaluations) == 1)


@pytest.mark.parametrize("error", [UserError("the weights are [b]damaged", "Try the other"), ValueError("[b]damaged")])
async def test_a_failed_evaluation_is_reported_and_can_be_repeated(bench: Bench, error: Exception) -> None:
    on_disk.a_finished_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("e")
    await bench.until(lambda: bool(bench.engine.evaluations))
    bench.engine.evaluations[0].future.set_exception(error)
    await bench.until(lambda: "[b]damaged" in bench.text())
    await bench.press("e")
    await bench.until(lambda: len(bench.engine.evaluations) == 2)


async def test_an_evaluation_continues_while_another_view_is_shown(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("e")
    await bench.until(lambda: bool(bench.engine.evaluations))
    await bench.press("t")
    report = on_disk.a_report("a-run")
    folder.save_report(report)
    bench.engine.evaluations[0].on_progress(10_000, 10_000)
    bench.engine.evaluations[0].future.set_result(report)
    await bench.rest()
    await bench.press("v")
    await bench.until(lambda: "96.16 %" in bench.text())


@narrow
async def test_runs_are_listed_with_their_figures(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-finished-run-cnn", FAST)
    folder.save_report(on_disk.a_report("a-finished-run-cnn"))
    on_disk.a_finished_run("an-unfinished-run-cnn", DEMO, age=10, is_over=False)
    await runs_view(bench)
    text = bench.text()
    assert "91.87" in text
    assert "validation  91.87 % (91.32 – 92.39)" in text
    await bench.until(lambda: "test        96.16 % (95.77 – 96.52)" in bench.text())
    assert "96.16" in text
    assert "crashed " in text
    assert "DEMO" in text
    assert "12 s" in text
    assert "fmnist-tui train --model cnn" in text
    assert "learning rate" in bench.static("#details-config")  # below, on small terminals


async def test_a_runs_curves_are_replayed(bench: Bench) -> None:
    on_disk.a_finished_run("a-run", FAST)
    await runs_view(bench)
    await bench.until(lambda: "●" in bench.text())


async def test_the_curves_of_another_run_are_cleared_while_the_log_is_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmnist_tui.tui.widgets.curve_plot.CURVE_INTERVAL_SECONDS", 3600.0)
    on_disk.a_finished_run("b-run", FAST, age=10)
    on_disk.a_finished_run("a-run", FAST).events_file.unlink()
    await runs_view(bench)
    await bench.press("down")
    await bench.until(lambda: "┤" in bench.lines("#details-plots #accuracy-plot"))
    await bench.press("up")
    await bench.until(lambda: "The log contains no figures" in bench.lines("#details-plots #accuracy-plot"))


async def test_an_unreadable_run_is_still_listed(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    folder.config_file.write_text("{}")
    folder.events_file.unlink()
    await runs_view(bench)
    assert "a-run" in bench.text()
    assert "config.json" in bench.static("#details-config")
    await bench.press("f", "y")
    assert bench.app.current_mode == "runs"


@with_form
async def test_a_runs_config_can_be_used_again(bench: Bench) -> None:
    config = RunConfig.from_preset("accurate", "mlp").model_copy(update={"seed": 5})
    on_disk.a_finished_run("a-run", config)
    await runs_view(bench)
    await bench.press("f")
    assert bench.app.current_mode == "train"
    assert bench.train.form.draft.config() == config


async def test_a_runs_command_can_be_copied_with_what_the_run_chose(bench: Bench) -> None:
    on_disk.a_finished_run("a-run", RunConfig.from_preset("fast", "cnn").model_copy(update={"epochs": 33}))
    await runs_view(bench)
    await bench.press("y")
    await bench.until(lambda: bool(bench.app.clipboard))
    pins = "--device cpu --precision fp32 --threads 2"
    assert bench.app.clipboard == f"fmnist-tui train --model cnn --epochs 33 {pins}"


async def test_a_run_that_was_resumed_with_another_config_has_no_command(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST.model_copy(update={"epochs": 33}))
    folder.write_config(FAST.model_copy(update={"epochs": 44}))
    await runs_view(bench)
    await bench.until(lambda: "cannot be reproduced" in bench.text())
    await bench.press("y")
    await bench.until(
        lambda: any("resumed with epochs 44 instead of 33" in note.message for note in bench.app._notifications)
    )
    assert not bench.app.clipboard


async def test_enter_leads_from_a_run_to_its_checkpoint(bench: Bench) -> None:
    on_disk.a_finished_run("newer", FAST)
    on_disk.a_finished_run("older", FAST, age=100)
    await runs_view(bench)
    await bench.press("down", "enter")
    screen = bench.screen
    assert isinstance(screen, EvaluateScreen)
    await bench.until(lambda: screen.chosen is not None and screen.chosen.key == "older/best")


async def test_the_list_follows_a_run_that_ends(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("u")
    on_disk.a_finished_run("20260102-030405-cnn", FAST)
    bench.engine.emit(a_run.ended())
    table = bench.screen.query_one(VirtualTable)
    await bench.until(lambda: table.row_count == 1)


async def test_the_cursor_stays_on_its_row_when_the_list_is_refreshed(bench: Bench) -> None:
    on_disk.a_finished_run("newer", FAST)
    on_disk.a_finished_run("older", FAST, age=100)
    await runs_view(bench)
    await bench.press("down")
    on_disk.a_finished_run("newest", FAST, age=-100)
    await bench.press("f5")
    table = bench.screen.query_one(VirtualTable)
    await bench.until(lambda: table.row_count == 3)
    assert table.chosen == "older"


@without_form
async def test_r_resumes_a_run_that_has_work_left(bench: Bench) -> None:
    folder = on_disk.a_finished_run("crashed-cnn", FAST, is_over=False)
    await runs_view(bench)
    assert "crashed at epoch 3: r resumes it" in bench.text()
    await bench.press("r")
    assert bench.engine.resumed == [(folder.path, None)]
    bench.engine.emit(*a_run.opening(FAST, "crashed-cnn"), *a_run.epoch(1))
    await bench.rest()
    assert "crashed-cnn" in bench.text()
    assert bench.app.current_mode == "train"


async def test_a_finished_run_cannot_be_resumed(bench: Bench) -> None:
    on_disk.a_finished_run("finished-cnn", FAST)
    await runs_view(bench)
    await bench.press("r")
    assert bench.engine.resumed == []
