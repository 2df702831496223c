"""The pages of an evaluation: calibration and comparison."""

import gc
import re
import weakref

import a_run
import configs
import numpy as np
import on_disk
import pytest
import tour
from workbench import Bench, narrow, without_form, without_train_view

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Calibration, CalibrationBin
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.tui.screens.calibration import CalibrationScreen
from fmnist_tui.tui.screens.comparison import ComparisonScreen
from fmnist_tui.tui.screens.gallery import GalleryScreen
from fmnist_tui.tui.screens.matrix import MatrixScreen
from fmnist_tui.tui.screens.page_screen import PageScreen

pytestmark = without_train_view

FAST = configs.CNN
IMAGES = np.zeros((10_000, 28, 28), dtype=np.uint8)

both_sizes = pytest.mark.parametrize("bench", [(80, 24), (200, 50)], indirect=True)


def bins(*figures: tuple[float, float, int]) -> tuple[CalibrationBin, ...]:
    """Return bins of width 0.1 with the given confidences, accuracies and numbers of images."""
    return tuple(
        CalibrationBin(low=low / 10, high=low / 10 + 0.1, images=images, confidence=confidence, accuracy=accuracy)
        for confidence, accuracy, images in figures
        for low in [confidence // 0.1]
    )


async def evaluate_view(bench: Bench) -> None:
    await bench.press("v", "d")
    await bench.until(lambda: "T-shirt" in bench.text())


async def open_calibration(bench: Bench, calibration: Calibration | None) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    folder.save_report(on_disk.a_report("a-run").model_copy(update={"calibration": calibration}))
    write_labels(folder, RunLabels(name="[red]its name"))
    await evaluate_view(bench)
    await bench.press("R")
    await bench.rest()


@both_sizes
async def test_calibration_shows_each_bin_that_holds_images(bench: Bench) -> None:
    filled = bins((0.55, 0.45, 700), (0.85, 0.852, 1300), (0.99, 0.98, 8000))
    await open_calibration(bench, Calibration(expected_error=0.0153, bins=(*filled, *bins((0.15, 0.0, 0)))))
    assert isinstance(bench.screen, CalibrationScreen)
    text = bench.text()
    assert "[red]its name · best of epoch 2 · test set" in text
    assert "calibration error (ECE) 1.53 %" in text
    for label, figures in (
        (" 50–60 %", ("45.0 %", "▼ −10.00", " 700")),
        (" 80–90 %", ("85.2 %", " +0.20", " 1,300")),
        (" 90–100 %", ("98.0 %", " −1.00", " 8,000")),
    ):
        (line,) = (line for line in text.splitlines() if label in line)
        assert all(figure in line for figure in figures)
        assert "│" in line
    assert "10–20 %" not in text
    assert "no images in 1 other bin" in text
    assert "over-confident" in text
    await bench.press("escape")
    assert not isinstance(bench.screen, CalibrationScreen)


async def test_a_report_without_calibration_shows_the_fix(bench: Bench) -> None:
    await open_calibration(bench, None)
    assert "Evaluate the checkpoint again" in bench.text()


@narrow
async def test_two_runs_are_compared_by_marking_one_and_then_the_other(bench: Bench) -> None:
    on_disk.an_evaluated_run("run-a", FAST)
    other = on_disk.a_finished_run("run-b", FAST, age=10)
    worse = on_disk.a_report("run-b")
    predictions = on_disk.predictions_of(worse)
    predictions.logits[:300] = -predictions.logits[:300]  # 300 T-shirts are predicted as another class
    other.save_report(worse, predictions)
    await evaluate_view(bench)
    await bench.press("space")
    assert "A marked" in bench.text()
    await bench.press("down", "down")
    await bench.until(lambda: "A marked" in bench.text())
    await bench.press("c")
    await bench.until(lambda: isinstance(bench.screen, ComparisonScreen))
    await bench.rest()
    text = bench.text()
    assert "A is better." in text
    assert "B − A −3.00 points" in text
    assert "only B correct: 0 images · only A correct: 300 images" in text
    assert "T-shirt/top" in text
    assert "−30.00" in text
    await bench.press("greater_than_sign")
    assert isinstance(bench.screen, ComparisonScreen), "nothing to show"
    bench.engine.image_future.set_result(IMAGES)
    await bench.press("less_than_sign")
    assert isinstance(bench.screen, GalleryScreen)
    assert "1 of 300" in bench.text()


async def test_a_mark_moves_nothing(bench: Bench) -> None:
    on_disk.an_evaluated_run("run-a", FAST)
    await evaluate_view(bench)
    before = bench.text().splitlines()
    await bench.press("space")
    after = bench.text().splitlines()
    assert any("▸A" in line for line in after)
    unchanged = [line for line in after if "▸A" not in line and "A marked" not in line and "esc" not in line]
    assert set(unchanged) <= set(before)


async def test_a_mark_can_be_removed(bench: Bench) -> None:
    on_disk.an_evaluated_run("run-a", FAST)
    await evaluate_view(bench)
    await bench.press("space", "space")
    assert "A marked" not in bench.text()


async def test_a_checkpoint_without_a_report_is_evaluated_before_the_comparison(bench: Bench) -> None:
    folders = [on_disk.an_evaluated_run("run-a", FAST), on_disk.a_finished_run("run-b", FAST, age=10)]
    await evaluate_view(bench)
    await bench.press("space", "d", "end", "up", "c")
    for number, folder in enumerate(folders):
        await bench.until(lambda number=number: len(bench.engine.evaluations) == number + 1)  # type: ignore[misc]
        asked = bench.engine.evaluations[number]
        assert (asked.run, asked.checkpoint, asked.split) == (folder.path, "best", "validation")
        report = on_disk.a_report(folder.run, split="validation")
        folder.save_report(report, on_disk.predictions_of(report))
        asked.future.set_result(report)
    await bench.until(lambda: isinstance(bench.screen, ComparisonScreen))
    await bench.until(lambda: "B compared with A on the 10,000 validation images" in bench.text())


async def test_a_failed_evaluation_ends_the_comparison_and_leaves_the_mark(bench: Bench) -> None:
    on_disk.an_evaluated_run("run-a", FAST)
    await evaluate_view(bench)
    await bench.press("space", "down", "c")
    await bench.until(lambda: bool(bench.engine.evaluations))
    bench.engine.evaluations[0].future.set_exception(UserError("the weights are gone"))
    await bench.until(lambda: "the weights are gone" in bench.text())
    assert not isinstance(bench.screen, ComparisonScreen)
    assert marked_lines(bench) == ["▸A run-a"]


async def test_the_mark_belongs_to_a_checkpoint_not_to_a_row(bench: Bench) -> None:
    on_disk.an_evaluated_run("run-a", FAST)
    await evaluate_view(bench)
    await bench.press("space")
    on_disk.a_finished_run("run-b", FAST, age=-10)
    await bench.press("f5")
    await bench.until(lambda: "run-b" in bench.text())
    assert marked_lines(bench) == ["▸A run-a"]
    assert "A marked" in bench.text()
    await bench.press("escape")
    assert marked_lines(bench) == []
    assert "A marked" not in bench.text()


async def test_evaluations_on_different_images_cannot_be_compared(bench: Bench) -> None:
    folder = on_disk.an_evaluated_run("run-a", FAST)
    other = on_disk.a_report("run-a", "last")
    few = on_disk.predictions_of(other)
    folder.save_report(other, type(few)(few.labels[:5000], few.logits[:5000]))
    await evaluate_view(bench)
    await bench.press("space", "down", "c")
    await bench.until(lambda: "not evaluated on the same images" in bench.text())


def marked_lines(bench: Bench) -> list[str]:
    """Return the beginnings of the marked rows."""
    return re.findall(r"▸[AB] \S+", bench.text())


async def test_the_help_lists_a_pages_keys_and_how_to_close_it(bench: Bench) -> None:
    on_disk.an_evaluated_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("enter")
    await bench.until(lambda: isinstance(bench.screen, MatrixScreen))
    await bench.press("question_mark")
    text = bench.text()
    assert "Next pair" in text
    assert "Confident errors" in text
    assert "Back" in text


@pytest.mark.parametrize("bench", [(80, 24)], indirect=True)
async def test_q_closes_a_page_like_escape(bench: Bench) -> None:
    await tour.prepare(bench)
    await bench.press("u")
    view = bench.screen
    pages = 0
    for stop in ("help", "matrix", "calibration", "comparison", "gallery", "learning", "classify", "augmentation"):
        for key in ("q", "escape"):
            await tour.STOPS[stop](bench)
            await bench.rest()
            assert bench.screen is not view
            pages += isinstance(bench.screen, PageScreen)
            await bench.press(key)
            assert bench.screen is view, (stop, key)
    assert pages == 14


async def test_the_help_of_a_page_shows_that_q_closes_it(bench: Bench) -> None:
    on_disk.an_evaluated_run("a-run", FAST)
    await evaluate_view(bench)
    await bench.press("enter")
    await bench.until(lambda: isinstance(bench.screen, MatrixScreen))
    await bench.press("question_mark")
    text = " ".join(bench.text().split())
    assert "esc, q Back" in text
    assert "q, ctrl+c Quit" not in text


async def forget_last_messages(bench: Bench) -> None:
    """Send each widget a message: an idle one keeps its last, whose sender may have been a page that was closed."""
    for widget in bench.app._registry:
        widget.call_later(lambda: None)
    await bench.rest()


@without_form
async def test_closed_pages_are_freed(bench: Bench) -> None:
    await tour.prepare(bench)
    closed = {}
    for page in tour.PAGES:
        await tour.STOPS[page](bench)
        await bench.until(lambda: len(bench.app.screen_stack) > 1)
        closed[page] = weakref.ref(bench.screen)
        await bench.press("escape")
    bench.engine.emit(*a_run.epoch(3))  # the followers of a closed page are removed at the next event
    alive = list(closed)
    for _attempt in range(20):
        await forget_last_messages(bench)
        gc.collect()
        alive = [page for page in alive if closed[page]()]
        if not alive:
            break
    assert not alive


@narrow
async def test_a_comparison_shows_the_settings_that_differ(bench: Bench) -> None:
    on_disk.an_evaluated_run("run-a", FAST)
    on_disk.an_evaluated_run("run-b", FAST.model_copy(update={"epochs": 33, "learning_rate": 0.02}), age=10)
    await evaluate_view(bench)
    await bench.press("space", "down", "down", "c")
    await bench.until(lambda: isinstance(bench.screen, ComparisonScreen))
    await bench.rest()
    text = bench.text()
    (epochs,) = (line for line in text.splitlines() if "epochs" in line)
    assert epochs.split()[-3:-1] == [str(FAST.epochs), "33"] or epochs.split()[-2:] == [str(FAST.epochs), "33"]
    assert "0.02" in text
    assert "batch size" not in text
