"""Every screen of the interface, opened on made-up data during a scripted run."""

import shutil
from collections.abc import Awaitable, Callable

import a_run
import made_up_sweeps
import numpy as np
import on_disk
from textual.geometry import Region
from textual.screen import Screen
from workbench import Bench

from fmnist_tui.config import RunConfig
from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.evaluation.report import Calibration, CalibrationBin
from fmnist_tui.events import ProbeRecorded, Warned, to_line
from fmnist_tui.interface_options import ReplayOptions
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.queue import change_queue, read_queue
from fmnist_tui.training.probe_record import ProbeImages, ProbeRecord, write_probe_images, write_record
from fmnist_tui.tui.checkpoint_catalog import checkpoints_on_disk
from fmnist_tui.tui.quitting import ask_how_to_quit
from fmnist_tui.tui.screens.augmentation import AugmentationScreen
from fmnist_tui.tui.screens.calibration import CalibrationScreen
from fmnist_tui.tui.screens.classify import ClassifyScreen
from fmnist_tui.tui.screens.comparison import ComparisonScreen
from fmnist_tui.tui.screens.context_help import ContextHelpScreen, topic_of
from fmnist_tui.tui.screens.export_dialog import ExportDialog
from fmnist_tui.tui.screens.gallery import GalleryScreen, ImageSources
from fmnist_tui.tui.screens.jump import JumpScreen, targets_of
from fmnist_tui.tui.screens.labels_dialog import LabelsDialog
from fmnist_tui.tui.screens.learning import LearningScreen
from fmnist_tui.tui.screens.matrix import MatrixScreen
from fmnist_tui.tui.screens.neighbors import NeighborsScreen
from fmnist_tui.tui.screens.path_dialog import IMAGE_FILE, PathDialog
from fmnist_tui.tui.screens.queue import QueueScreen
from fmnist_tui.tui.screens.queue_dialog import QueueDialog
from fmnist_tui.tui.screens.repeat_dialog import RepeatDialog
from fmnist_tui.tui.screens.replay import ReplayScreen
from fmnist_tui.tui.screens.run_card import RunCardScreen
from fmnist_tui.tui.screens.run_comparison import RunComparisonScreen
from fmnist_tui.tui.screens.sweep import SweepScreen
from fmnist_tui.tui.screens.sweep_dialog import SweepDialog
from fmnist_tui.tui.screens.sweeps import SweepsScreen
from fmnist_tui.tui.widgets.choice_list import ChoiceList
from fmnist_tui.tui.widgets.run_details import RunDetails
from fmnist_tui.tui.widgets.run_list import RunList

Stop = Callable[[Bench], Awaitable[object]]

NAME = "20260101-000000-cnn"
FAST = RunConfig.from_preset("fast", "cnn").model_copy(update={"batch_size": 128})  # as long as a_run's epochs
IMAGES = np.random.default_rng(0).integers(0, 256, (10_000, 28, 28), dtype=np.uint8)
REPORT = on_disk.a_report(NAME)
PREDICTIONS = on_disk.predictions_of(REPORT)
CALIBRATION = Calibration(
    expected_error=0.0153, bins=(CalibrationBin(low=0.8, high=0.9, images=9_000, confidence=0.85, accuracy=0.86),)
)


async def prepare(bench: Bench) -> None:
    """Write an evaluated run to disk, complete the futures of the images, and start a run."""
    folder = on_disk.an_evaluated_run(NAME, FAST)
    folder.save_report(on_disk.a_report(NAME, split="validation"))  # the split that Evaluate shows first
    record(folder)
    bench.engine.image_future.set_result(IMAGES)
    for future in bench.engine.split_futures.values():
        future.set_result(ImageSplit("fashion-mnist", IMAGES[:200], np.arange(200) % 10))
    await bench.start(1, 2)
    bench.engine.emit(
        Warned(time=5, text="something is odd", remedy="Check it"), ProbeRecorded(time=5, epoch=2, dead_share=0.95)
    )
    await bench.rest()


def record(folder: RunFolder) -> None:
    folder.probes.mkdir()
    random = np.random.default_rng(1)
    write_probe_images(folder.probes, ProbeImages(IMAGES[:20], np.arange(10).repeat(2)))
    write_record(
        folder.probes,
        1,
        ProbeRecord(
            filters=random.normal(size=(16, 5, 5)).astype(np.float32),
            probabilities=np.full((20, 10), 0.1, np.float32),
            recalls=np.linspace(0.1, 1.0, 10, dtype=np.float32),
            dead_share=0.125,
        ),
    )


async def _form(bench: Bench) -> None:
    await bench.app.switch_mode("train")
    bench.train.page = "form"


async def _live(bench: Bench) -> None:
    await bench.app.switch_mode("train")
    bench.train.page = "live"
    bench.engine.emit(*a_run.epoch(3))


async def _evaluate(bench: Bench) -> None:
    await bench.app.switch_mode("evaluate")
    await bench.until(lambda: bool(bench.screen.query("#checkpoints")) and NAME in bench.text())


async def _runs(bench: Bench) -> None:
    await bench.app.switch_mode("runs")
    details, table = bench.screen.query_one(RunDetails), bench.screen.query_one(RunList).table
    await bench.until(lambda: table.row_count == len(list_runs()))  # also those that a stop before has made
    await bench.until(lambda: NAME in bench.text() and details._reproduction is not None)  # its log is read


async def _images(bench: Bench) -> None:
    await bench.app.switch_mode("images")
    await bench.until(lambda: "200 images" in bench.text())


async def _help(bench: Bench) -> None:
    bench.app.action_keys()


async def _palette(bench: Bench) -> None:
    bench.app.action_command_palette()
    await bench.until(lambda: bool(bench.screen.query("CommandList.--visible")))


async def _replay(bench: Bench) -> None:
    """Replay a run with a finding, on a clock that stands still, from its second epoch on."""
    folder = RunFolder(runs_folder() / NAME)
    *lines, end = folder.events_file.read_text(encoding="utf-8").splitlines()
    lines.insert(-1, to_line(ProbeRecorded(time=on_disk.SAVED + 5, epoch=2, dead_share=0.95)))
    folder.events_file.write_text("\n".join([*lines, end, ""]), encoding="utf-8")
    await bench.app.push_screen(ReplayScreen(ReplayOptions(folder.path, 10), clock=lambda: 0.0))
    await bench.until(lambda: "REPLAY" in bench.text())
    await bench.press("end", "left")


async def _queue(bench: Bench) -> None:
    """Show a queue that no process works on."""
    if not read_queue().runs:
        folder = on_disk.a_finished_run("20260101-000000-queued", FAST, is_over=False, age=10)
        change_queue(lambda queue: queue.with_runs([folder.run]))
    page = QueueScreen()
    await bench.app.push_screen(page)
    await bench.until(lambda: page.chosen is not None)


async def _question(bench: Bench) -> None:
    bench.app.run_worker(ask_how_to_quit(bench.app, lambda: False, can_move=True), exit_on_error=True)


def _page(make: Callable[[Bench], Screen[object]]) -> Stop:
    async def push(bench: Bench) -> None:
        await bench.app.push_screen(make(bench))

    return push


def _sources(bench: Bench) -> ImageSources:
    return ImageSources(lambda: bench.engine.image_future, lambda: bench.engine.split_futures["train"])


async def _run_comparison(bench: Bench) -> None:
    """Compare the run with a repeat of it, and with one of another learning rate, which no list shows."""
    first = RunFolder(runs_folder() / NAME)
    folders = [first, *(RunFolder(runs_folder().parent / "other runs" / f"{NAME}-{number}") for number in (2, 3))]
    for folder, changes in zip(folders[1:], ({"seed": 1}, {"learning_rate": 0.003, "seed": 2}), strict=True):
        if not folder.path.exists():
            shutil.copytree(first.path, folder.path)
            folder.write_config(FAST.model_copy(update=changes))
    await bench.app.push_screen(RunComparisonScreen(folders, bench.engine, lambda: False))
    await bench.until(lambda: "epoch  0" in bench.text())


async def _card(bench: Bench) -> None:
    await bench.app.push_screen(RunCardScreen(RunFolder(runs_folder() / NAME)))
    await bench.until(lambda: "Trained with" in bench.text())


async def _filter(bench: Bench) -> None:
    await _runs(bench)
    await bench.screen.run_action("filter")


async def _columns(bench: Bench) -> None:
    await _runs(bench)
    await bench.screen.run_action("columns(False)")


async def _sweeps(bench: Bench) -> None:
    await bench.app.push_screen(SweepsScreen(made_up_sweeps.Reader()))
    await bench.until(lambda: "3 sweeps" in bench.text())


async def _sweep(bench: Bench) -> None:
    page = SweepScreen("lr", made_up_sweeps.Reader())
    await bench.app.push_screen(page)
    await bench.until(lambda: page.overview is not None and bool(page.overview.importances))
    await bench.press("down")


STOPS: dict[str, Stop] = {
    "form": _form,
    "live": _live,
    "evaluate": _evaluate,
    "runs": _runs,
    "filter": _filter,
    "images": _images,
    "help": _help,
    "palette": _palette,
    "question": _question,
    "path": _page(lambda _bench: PathDialog(IMAGE_FILE)),
    "export": _page(lambda bench: ExportDialog(bench.engine, RunFolder(runs_folder() / NAME), ("best", "last"))),
    "explain": _page(lambda bench: ContextHelpScreen(topic_of(bench.screen))),
    "jump": _page(lambda bench: JumpScreen(targets_of(bench.screen))),
    "choices": _page(lambda _bench: ChoiceList("optimizer", ("adamw", "adam", "sgd"), "adam", Region(20, 5, 12, 1))),
    "matrix": _page(lambda bench: MatrixScreen(REPORT, PREDICTIONS, _sources(bench))),
    "calibration": _page(lambda _: CalibrationScreen(REPORT.model_copy(update={"calibration": CALIBRATION}))),
    "comparison": _page(
        lambda bench: ComparisonScreen((REPORT, REPORT), (PREDICTIONS, PREDICTIONS), (FAST, FAST), _sources(bench))
    ),
    "gallery": _page(
        lambda bench: GalleryScreen("test", FASHION_MNIST.classes, PREDICTIONS, np.arange(50), _sources(bench))
    ),
    "learning": _page(lambda _: LearningScreen(RunFolder(runs_folder() / NAME))),
    "replay": _replay,
    "queue": _queue,
    "sweeps": _sweeps,
    "sweep": _sweep,
    "queue dialog": _page(lambda _bench: QueueDialog([FAST, FAST.model_copy(update={"seed": 1})])),
    "classify": _page(lambda bench: ClassifyScreen(bench.engine, checkpoints_on_disk()[0], FASHION_MNIST.classes)),
    "run comparison": _run_comparison,
    "augmentation": _page(lambda bench: AugmentationScreen("#0", IMAGES[0], FAST, bench.engine)),
    "neighbors": _page(lambda bench: NeighborsScreen("#0", IMAGES[0], bench.engine.split_futures["train"].result(), 0)),
    "card": _card,
    "labels": _page(lambda _bench: LabelsDialog("Name, tags and note", RunLabels(name="base", tags=("paper",)), NAME)),
    "new sweep": _page(lambda _bench: SweepDialog(FAST, made_up_sweeps.SPACE, made_up_sweeps.SomeLocation(), "cnn-1")),
    "repeat": _page(lambda _bench: RepeatDialog(f"How many times is {NAME} to be repeated?")),
    "columns": _columns,
}

PAGES = tuple(list(STOPS)[list(STOPS).index("help") :])
"""The stops that open a page over a view."""
