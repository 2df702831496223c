"""What TensorBoard's own reader finds of a run, written while it trains and from its log."""

from pathlib import Path

import numpy as np
import on_disk
import pytest
from commands import main
from event_factories import epoch_ended
from sessions import CONFIG, EVERY_STEP, small_data, stopped_run
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from fmnist_tui.engine.event_sink import RunSink
from fmnist_tui.engine.session import Session
from fmnist_tui.engine.sinks.tensorboard import TensorBoardSink
from fmnist_tui.events import EpochEnded, StepsDone
from fmnist_tui.exporting.tensorboard_writer import filter_image, tiled
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.valid_events import valid_events

STEPS = 6
"""Batches in an epoch of the small data."""


def read(folder: Path) -> EventAccumulator:
    reader = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0})
    reader.Reload()
    return reader


def points(reader: EventAccumulator, tag: str) -> list[tuple[int, float, float]]:
    return [(point.step, point.value, point.wall_time) for point in reader.Scalars(tag)]


def session(*sinks: type[RunSink]) -> Session:
    return Session(run_sinks=sinks, dataset=small_data(), timing=EVERY_STEP)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, Path]:
    """Return a run that was stopped, resumed with the sink, evaluated and exported, and the export."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FMNIST_TUI_HOME", str(tmp_path_factory.mktemp("home")))
        for module in ("fmnist_tui.engine.evaluate", "fmnist_tui.data.dataset"):
            patch.setattr(f"{module}.load_dataset", lambda *_arguments: small_data())
        folder = stopped_run()
        session(TensorBoardSink).resume(folder)
        assert main("test", folder.run) == 0
        target = tmp_path_factory.mktemp("board")
        assert main("export", folder.run, "--format", "tensorboard", "--output", str(target / "run")) == 0
        return folder, target / "run"


def test_the_scalars_of_a_resumed_run_are_those_of_its_log(exported: tuple[RunFolder, Path]) -> None:
    folder, target = exported
    reader, events = read(target), list(valid_events(folder.events_file))
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    steps = [event for event in events if isinstance(event, StepsDone)]
    assert points(reader, "accuracy/validation") == [
        (event.epoch * STEPS, np.float32(event.validation_accuracy), event.time) for event in epochs
    ]
    assert points(reader, "loss/train") == [
        ((event.epoch - 1) * STEPS + event.step, np.float32(event.loss), event.time) for event in steps
    ]
    assert [step for step, *_ in points(reader, "learning_rate")] == [step for step, *_ in points(reader, "loss/train")]
    (report,) = folder.reports()
    assert points(reader, "accuracy/test") == [(report.epoch * STEPS, np.float32(report.accuracy), report.time)]


def test_the_sink_writes_the_same_and_the_history_from_before_it_was_added(exported: tuple[RunFolder, Path]) -> None:
    folder, target = exported
    live, later = read(folder.tensorboard), read(target)
    for tag in later.Tags()["scalars"]:
        if tag != "accuracy/test":
            assert points(live, tag) == points(later, tag), tag


def test_hyperparameters_and_images_are_shown(exported: tuple[RunFolder, Path]) -> None:
    reader = read(exported[1])
    content = reader.summary_metadata["_hparams_/session_start_info"].plugin_data.content
    values = HParamsPluginData.FromString(content).session_start_info.hparams
    assert values["learning_rate"].number_value == CONFIG.learning_rate
    assert values["model"].string_value == "logistic"
    assert values["horizontal_flip"].string_value == "false"
    assert [image.step for image in reader.Images("first_layer_filters")] == [STEPS, 2 * STEPS]
    assert len(reader.Images("probe_images")) == 1


def test_a_run_that_is_killed_and_resumed_with_the_sink_has_no_step_twice() -> None:
    session(TensorBoardSink).train(CONFIG)
    folder = resolve_run("latest")
    for name in ("last", "best"):  # as if it had been killed before the second epoch was saved
        (folder.checkpoints / f"{name}.json").unlink()
    session(TensorBoardSink).resume(folder)
    steps = [step for step, *_ in points(read(folder.tensorboard), "accuracy/validation")]
    assert len(list(folder.tensorboard.iterdir())) == 2
    assert steps == [STEPS, 2 * STEPS]


def test_a_log_that_lacks_its_start_is_an_error_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    folder = on_disk.a_finished_run("20260101-000000-cnn", CONFIG)
    folder.events_file.write_text(epoch_ended(1).model_dump_json() + "\n")
    assert main("export", "latest", "--format", "tensorboard") == 1
    assert "does not show how it started" in capsys.readouterr().err
    assert list(folder.exports.iterdir()) == []


def test_filters_are_gray_at_zero_and_enlarged() -> None:
    image = filter_image(np.array([[0.0, 0.5], [-0.5, 0.25]], np.float32))
    assert image.shape == (28, 28)
    assert (image[0, 0], image[0, -1], image[-1, 0], image[-1, -1]) == (128, 255, 0, 191)
    assert filter_image(np.zeros((3, 3), np.float32)).max() == 128


def test_pictures_are_put_side_by_side() -> None:
    picture = tiled(np.full((9, 2, 2), 7, np.uint8))
    assert picture.shape == (5, 23)
    assert (picture == 7).sum() == 9 * 4
