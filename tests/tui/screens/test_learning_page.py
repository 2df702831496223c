"""The learning page: following a run, and going through its epochs."""

import shutil

import a_run
import configs
import numpy as np
import on_disk
import pytest
from event_factories import epoch_ended
from workbench import Bench, narrow, with_form, without_form, without_train_view

from fmnist_tui.events import EpochEnded, ProbeRecorded
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.training.probe_record import ProbeImages, ProbeRecord, write_probe_images, write_record
from fmnist_tui.tui.messages import ResumeRequested
from fmnist_tui.tui.screens.learning import LearningScreen
from fmnist_tui.tui.widgets.tile_grid import TileGrid

pytestmark = without_train_view

FAST = configs.CNN


def record(folder: RunFolder, *epochs: int, filters: tuple[int, ...] = (10, 28, 28)) -> None:
    folder.probes.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    labels = np.arange(10).repeat(2)
    write_probe_images(folder.probes, ProbeImages(random.integers(0, 256, (20, 28, 28), dtype=np.uint8), labels))
    for epoch in epochs:
        probabilities = np.full((20, 10), 0.01, np.float32)
        probabilities[:, epoch % 10] = 0.91
        write_record(
            folder.probes,
            epoch,
            ProbeRecord(
                filters=random.normal(size=filters).astype(np.float32),
                probabilities=probabilities,
                recalls=np.linspace(0.1, 1.0, 10, dtype=np.float32) * epoch / 10,
                dead_share=0.125,
            ),
        )


async def open_learning(bench: Bench) -> None:
    await bench.press("u")
    await bench.until(lambda: "a-run" in bench.text())
    await bench.press("L")
    await bench.until(lambda: isinstance(bench.screen, LearningScreen))
    await bench.rest()


@narrow
async def test_a_finished_run_can_be_scrubbed_epoch_by_epoch(bench: Bench) -> None:
    record(on_disk.a_finished_run("a-run", FAST), 1, 2, 5)
    await open_learning(bench)
    await bench.until(lambda: "epoch 5 · 3 of 3 recorded" in bench.text())
    text = bench.text()
    assert "12.5 % of the hidden units" in text
    assert "Ankle boot     50.0 %" in text
    await bench.press("left")
    await bench.until(lambda: "epoch 2 · 2 of 3 recorded" in bench.text())
    assert "Ankle boot     20.0 %" in bench.text()
    await bench.press("left", "left", "left")
    await bench.until(lambda: "epoch 1 · 1 of 3 recorded" in bench.text())
    await bench.press("end")
    await bench.until(lambda: "epoch 5" in bench.text())
    await bench.press("escape")
    assert not isinstance(bench.screen, LearningScreen)


@pytest.mark.parametrize("bench", [(120, 60)], indirect=True)
async def test_filters_of_every_shape_and_the_predictions_for_the_probe_images_are_drawn(bench: Bench) -> None:
    for filters in ((10, 28, 28), (64, 28, 28), (16, 3, 3), (4, 5, 5)):
        folder = on_disk.a_finished_run(f"run-{filters[0]}", FAST)
        record(folder, 1, filters=filters)
        await bench.app.push_screen(LearningScreen(folder))
        await bench.until(lambda: "✓ Trouser" in bench.text() and "91 %" in bench.text())
        grid = bench.screen.query_one("#filters", TileGrid)
        lines = ["".join(segment.text for segment in line) for line in grid._draw(grid.size.width)]
        assert len(lines) == grid.size.height, filters
        assert max(map(len, lines)) <= grid.size.width + 2, filters
        assert "▀" in "".join(lines), filters
        await bench.press("escape")


@without_form
async def test_the_newest_epoch_is_followed_until_the_user_goes_back(bench: Bench) -> None:
    await bench.press("s")
    bench.engine.emit(*a_run.opening(FAST, "a-run"))
    await bench.rest()
    folder = RunFolder(runs_folder() / "a-run")
    await bench.press("L")
    await bench.until(lambda: "Nothing was recorded" in bench.text())
    record(folder, 1)
    bench.engine.emit(ProbeRecorded(epoch=1))
    await bench.until(lambda: "epoch 1 · 1 of 1" in bench.text())
    record(folder, 2)
    bench.engine.emit(ProbeRecorded(epoch=2))
    await bench.until(lambda: "epoch 2 · 2 of 2" in bench.text())
    await bench.press("left")
    await bench.until(lambda: "epoch 1 · 1 of 2" in bench.text())
    record(folder, 3)
    bench.engine.emit(ProbeRecorded(epoch=3))
    await bench.until(lambda: "epoch 1 · 1 of 3" in bench.text())


async def test_a_run_of_another_process_is_followed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.tui.screens.learning.POLL_INTERVAL_SECONDS", 0.05)
    folder = on_disk.a_finished_run("a-run", FAST, is_over=False)
    with lock_run(folder):
        await open_learning(bench)
        await bench.until(lambda: "Nothing is recorded yet" in bench.text())
        record(folder, 1, 2)
        await bench.until(lambda: "epoch 2 · 2 of 2 recorded · follows the run" in bench.text())
        await bench.press("left")
        record(folder, 3)
        await bench.until(lambda: "epoch 1 · 1 of 3 recorded · end follows the run again" in bench.text())
        await bench.press("end")
        record(folder, 4)
        await bench.until(lambda: "epoch 4 · 4 of 4 recorded · follows the run" in bench.text())
    await bench.until(lambda: "epoch 4 · 4 of 4 recorded · 12.5 %" in bench.text())


@pytest.mark.parametrize("bench", [(120, 60)], indirect=True)
async def test_correct_and_incorrect_predictions_differ_without_colors(bench: Bench) -> None:
    record(on_disk.a_finished_run("a-run", FAST), 1)
    await open_learning(bench)
    await bench.until(lambda: "✓ Trouser" in bench.text())
    assert bench.text().count("✓ Trouser") == 2
    assert bench.text().count("✗ Trouser") > 2


async def test_a_damaged_record_is_reported_and_the_others_are_shown(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    record(folder, 1, 2)
    (folder.probes / "epoch-2.safetensors").write_bytes(b"[b]nonsense")
    await open_learning(bench)
    # how long the file's path is decides where the line wraps
    await bench.until(lambda: "is damaged" in " ".join(bench.text().split()))
    await bench.press("left")
    await bench.until(lambda: "epoch 1 · 1 of 2" in bench.text())


def overfitting(epoch: int, validation_loss: float) -> EpochEnded:
    return epoch_ended(
        epoch, 0.9, train_loss=0.1, train_accuracy=0.99, validation_loss=validation_loss, is_best=epoch == 1
    )


@narrow
@with_form
async def test_a_finding_is_shown_and_its_advice_fills_the_form(bench: Bench) -> None:
    bench.app.screen.set_focus(bench.row("horizontal_flip").editor)
    await bench.press("left")
    assert bench.row("horizontal_flip").text == "off"
    await bench.start()
    for epoch, loss in enumerate((0.3, 0.32, 0.35, 0.4), start=1):
        bench.engine.emit(overfitting(epoch, loss))
    await bench.until(lambda: "overfitting: training 99.0 %, validation 90.0 %" in bench.text())
    assert "next run: horizontal flip" in bench.text()
    bench.engine.emit(a_run.ended())
    await bench.press("a")
    assert bench.row("horizontal_flip").text == "on"


@without_form
async def test_the_records_of_a_copied_run_are_those_of_its_own_folder(bench: Bench) -> None:
    original = on_disk.a_finished_run("original", FAST, is_over=False)
    record(original, 1, 2, 3)
    copied = RunFolder(original.path.with_name("copied"))
    shutil.copytree(original.path, copied.path)
    bench.app.post_message(ResumeRequested(copied))
    await bench.rest()
    bench.engine.emit(*a_run.opening(FAST, "original"), *a_run.epoch(1))
    await bench.rest()
    record(copied, 4)
    await bench.press("L")
    await bench.until(lambda: "epoch 4 · 4 of 4" in bench.text())
    record(copied, 5)
    bench.engine.emit(ProbeRecorded(epoch=5))
    await bench.until(lambda: "epoch 5 · 5 of 5" in bench.text())
