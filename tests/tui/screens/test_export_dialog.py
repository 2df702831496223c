"""Exporting from the Runs view, on a scripted engine."""

from pathlib import Path

import configs
import on_disk
import pytest
from workbench import Bench, without_train_view

from fmnist_tui.errors import UserError
from fmnist_tui.exporting.result import Exported, Verification
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.tui.screens.export_dialog import ExportCancelled, ExportDialog

pytestmark = without_train_view

CONFIG = configs.CNN
RUN = "20260101-000000-cnn"


async def opened(bench: Bench, *, has_checkpoint: bool = True) -> RunFolder:
    """Open the dialog for a run."""
    folder = on_disk.a_finished_run(RUN, CONFIG)
    if not has_checkpoint:
        for file in folder.checkpoints.iterdir():
            file.unlink()
    await bench.app.switch_mode("runs")
    await bench.until(lambda: RUN in bench.text())
    await bench.press("E")
    assert isinstance(bench.screen, ExportDialog)
    return folder


async def choose(bench: Bench, form: str) -> None:
    """Move to a format, and export."""
    lines = [line for line in bench.text().splitlines() if "│" in line or "┃" in line]
    assert any(f" {form} " in line for line in lines)
    names = ["csv", "csv-steps", "onnx", "state-dict", "tensorboard", "torch-export"]
    await bench.press(*["down"] * names.index(form), "enter")


def exported(path: Path) -> Exported:
    return Exported("onnx", RUN, "last", path, 416_000, "a line", "logits", Verification(300, 300, 1e-6, 1e-3))


async def test_the_chosen_checkpoint_is_exported_and_its_path_shown(bench: Bench) -> None:
    folder = await opened(bench)
    await bench.press("right")
    await choose(bench, "onnx")
    (asked,) = bench.engine.exports
    assert (asked.run, asked.checkpoint, asked.form, asked.overwrite) == (folder.path, "last", "onnx", False)
    asked.on_progress(100, 300)
    await bench.until(lambda: "comparing predictions: 100 of 300 images" in bench.text())
    asked.future.set_result(exported(folder.exports / "a.onnx"))
    await bench.until(lambda: not bench.screen.is_modal)
    (toast,) = bench.app._notifications
    assert toast.message == f"{folder.exports / 'a.onnx'}\n416 kB · same predictions as the checkpoint"


async def test_an_error_is_shown_in_the_dialog_where_another_format_can_be_chosen(bench: Bench) -> None:
    await opened(bench)
    await choose(bench, "onnx")
    bench.engine.exports[0].future.set_exception(UserError("[b]no images", "Use --data"))
    await bench.until(lambda: "✗ [b]no images. Use --data." in bench.text())
    await bench.press("home", "enter")
    assert [asked.form for asked in bench.engine.exports] == ["onnx", "csv"]


async def test_escape_ends_an_export_that_is_being_verified(bench: Bench) -> None:
    await opened(bench)
    await choose(bench, "onnx")
    await bench.press("escape")
    assert not bench.screen.is_modal
    with pytest.raises(ExportCancelled):
        bench.engine.exports[0].on_progress(100, 300)


async def test_an_earlier_export_is_replaced_only_after_a_question(bench: Bench) -> None:
    folder = await opened(bench)
    folder.exports.mkdir()
    (folder.exports / f"{RUN}-epochs.csv").write_text("earlier")
    await choose(bench, "csv")
    assert "Replace the earlier export?" in bench.text()
    await bench.press("escape")
    assert bench.engine.exports == []
    await bench.press("enter", "r")
    assert [(asked.form, asked.overwrite) for asked in bench.engine.exports] == [("csv", True)]


async def test_a_run_without_a_checkpoint_has_only_its_history_to_export(bench: Bench) -> None:
    await opened(bench, has_checkpoint=False)
    assert bench.text().count("the run has saved no checkpoint") == 3
    await choose(bench, "onnx")
    assert bench.engine.exports == []
