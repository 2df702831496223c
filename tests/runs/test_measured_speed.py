"""The expected time of a training, from the logs of runs on this machine."""

import configs
import event_factories
import pytest
import sessions

from fmnist_tui.config import RunConfig
from fmnist_tui.events import Event, to_line
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.measured_speed import RUNS_OF_A_MODEL, MeasuredSpeed, estimate_time, measured_speeds

CNN = configs.CNN
MEASURED = CNN.pinned("cpu", "fp32", 2)


def speed(config: RunConfig = MEASURED, *, seconds: float = 10.0, flops: int = 1_000_000) -> MeasuredSpeed:
    return MeasuredSpeed(config, flops, 50_000, seconds)


def changed(config: RunConfig, **values: object) -> RunConfig:
    return RunConfig.from_flat({**config.to_flat(), **values})


def stored_run(name: str, config: RunConfig, *events: Event) -> RunFolder:
    folder = RunFolder(runs_folder() / name)
    folder.path.mkdir(parents=True)
    folder.write_config(config)
    folder.events_file.write_text("".join(f"{to_line(event)}\n" for event in events))
    return folder


def started(config: RunConfig) -> Event:
    return event_factories.run_started(config, train_images=50_000, flops=4_000_000, precision="fp32", threads=2)


def test_the_speed_of_a_run_is_its_time_for_an_epoch() -> None:
    epochs = [event_factories.epoch_ended(number, 0.8, active_seconds=7.0 * number) for number in (1, 2, 3)]
    stored_run("20260101-000000-cnn", MEASURED, started(MEASURED), *epochs)
    (found,) = measured_speeds()
    assert (found.seconds_per_epoch, found.flops, found.train_images) == (7.0, 4_000_000, 50_000)
    assert found.config == MEASURED


def test_a_run_without_a_finished_epoch_or_a_readable_log_shows_no_speed() -> None:
    stored_run("20260101-000000-cnn", MEASURED, started(MEASURED))
    stored_run("20260102-000000-cnn", MEASURED).events_file.write_bytes(b"\0\xffnonsense\n{}")
    stored_run("20260103-000000-cnn", MEASURED, event_factories.epoch_ended(1, 0.8, active_seconds=7.0))
    assert measured_speeds() == []


def test_only_the_newest_runs_of_a_model_are_read() -> None:
    for number in range(RUNS_OF_A_MODEL + 3):
        epoch = event_factories.epoch_ended(1, 0.8, active_seconds=1.0 + number)
        stored_run(
            f"20260101-0000{number:02}-cnn", MEASURED, started(MEASURED).model_copy(update={"time": number}), epoch
        )
    assert [found.seconds_per_epoch for found in measured_speeds()] == [
        1.0 + number for number in reversed(range(3, RUNS_OF_A_MODEL + 3))
    ]


def test_a_run_that_was_trained_here_is_measured() -> None:
    sessions.train(sessions.CONFIG)
    (found,) = measured_speeds()
    assert found.config == sessions.CONFIG
    assert found.train_images == 600
    assert found.seconds_per_epoch > 0


def test_the_time_of_the_same_network_is_the_median_of_the_newest_runs() -> None:
    speeds = [speed(seconds=seconds) for seconds in (10.0, 50.0, 12.0, 11.0, 13.0, 1.0)]
    estimate = estimate_time(CNN, 1_000_000, 50_000, speeds)
    assert estimate is not None
    assert estimate.seconds_per_epoch == pytest.approx(12.0)
    assert not estimate.is_scaled
    fewer = estimate_time(CNN, 1_000_000, 25_000, speeds)
    assert fewer is not None
    assert fewer.seconds_per_epoch == pytest.approx(6.0)


def test_the_time_of_another_size_is_scaled_by_the_operations() -> None:
    wide = changed(CNN, head_width=512)
    estimate = estimate_time(wide, 4_000_000, 50_000, [speed(flops=100_000, seconds=1.0), speed()])
    assert estimate is not None
    assert estimate.seconds_per_epoch == pytest.approx(40.0)
    assert estimate.is_scaled
    other_batch = estimate_time(changed(CNN, batch_size=64), 1_000_000, 50_000, [speed()])
    assert other_batch is not None
    assert other_batch.is_scaled


@pytest.mark.parametrize(
    "values", [{"threads": 1}, {"precision": "bf16"}, {"device": "cuda"}, {"tta_flip": True}, {"model": "mlp"}]
)
def test_a_run_that_computed_differently_shows_nothing(values: dict[str, object]) -> None:
    config = configs.MLP if "model" in values else changed(CNN, **values)
    assert estimate_time(config, 1_000_000, 50_000, [speed()]) is None


def test_without_runs_the_time_is_unknown() -> None:
    assert estimate_time(CNN, 1_000_000, 50_000, []) is None
