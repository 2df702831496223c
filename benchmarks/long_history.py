"""Makes the log of a run of any length, without training."""

from collections.abc import Iterator
from math import exp, sin
from pathlib import Path

from fmnist_tui.config import RunConfig
from fmnist_tui.events import (
    CheckpointSaved,
    EpochEnded,
    Event,
    RunEnded,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    ValidationStarted,
    to_line,
)

STEPS_PER_EPOCH = 391
REPORTS_PER_EPOCH = 4
"""Step events per epoch in the log: it takes at most one a second, and an epoch of the cnn lasts about four."""

SECONDS_PER_EPOCH = 4.0
BEGAN = 1_700_000_000.0


def steps_done(epoch: int, report: int) -> StepsDone:
    """Return the metrics of the `report`-th report of an epoch, both counted from 1."""
    done = epoch - 1 + report / REPORTS_PER_EPOCH
    noise = 0.02 * sin(12.9898 * done)
    return StepsDone(
        time=BEGAN + SECONDS_PER_EPOCH * done,
        epoch=epoch,
        step=STEPS_PER_EPOCH * report // REPORTS_PER_EPOCH,
        loss=0.2 + 1.8 * exp(-done / 3) + noise,
        accuracy=0.93 - 0.7 * exp(-done / 3) - noise / 3,
        learning_rate=1e-3,
        images_per_second=12_345.6 + 1000 * noise,
        active_seconds=SECONDS_PER_EPOCH * done,
    )


def epoch_ended(epoch: int) -> EpochEnded:
    """Return an epoch's result; epochs 1, 2, 4, 8, … are the best so far."""
    is_best = epoch & (epoch - 1) == 0
    return EpochEnded(
        time=BEGAN + SECONDS_PER_EPOCH * epoch,
        epoch=epoch,
        train_loss=0.2 + 1.8 * exp(-epoch / 3),
        train_accuracy=0.93 - 0.7 * exp(-epoch / 3),
        validation_loss=0.25 + 1.2 * exp(-epoch / 3) + 0.01 * sin(78.233 * epoch),
        validation_accuracy=0.9 + 0.001 * epoch.bit_length() - (not is_best) * (0.01 + 0.002 * sin(78.233 * epoch)),
        learning_rate=1e-3,
        images_per_second=12_345.6,
        active_seconds=SECONDS_PER_EPOCH * epoch,
        is_best=is_best,
    )


def history(config: RunConfig, run: str, *, is_over: bool = True) -> Iterator[Event]:
    """Yield all events of the run, as in its log."""
    yield StateChanged(time=BEGAN, state=RunState.STARTING, detail="loading the data")
    yield RunStarted(
        time=BEGAN,
        run=run,
        config=config,
        parameters=98_442,
        flops=4_200_000,
        steps_per_epoch=STEPS_PER_EPOCH,
        train_images=50_000,
        validation_images=10_000,
        dataset="fashion-mnist",
        dataset_fingerprint="0" * 64,
        dataset_origin="made up by a benchmark",
        device="cpu",
        precision="fp32",
        threads=2,
        program_version="0",
        torch_version="0",
    )
    yield StateChanged(time=BEGAN, state=RunState.TRAINING)
    for epoch in range(1, config.epochs + 1):
        for report in range(1, REPORTS_PER_EPOCH + 1):
            yield steps_done(epoch, report)
        moment = BEGAN + SECONDS_PER_EPOCH * epoch
        yield ValidationStarted(time=moment, epoch=epoch)
        yield (ended := epoch_ended(epoch))
        if ended.is_best:
            yield CheckpointSaved(time=moment, name="best", epoch=epoch, step=STEPS_PER_EPOCH, path="best.json")
        yield CheckpointSaved(time=moment, name="last", epoch=epoch, step=STEPS_PER_EPOCH, path="last.json")
    if is_over:
        best = epoch_ended(1 << (config.epochs.bit_length() - 1))
        yield RunEnded(
            time=BEGAN + SECONDS_PER_EPOCH * config.epochs,
            state=RunState.FINISHED,
            reason=f"all {config.epochs} epochs done",
            epochs=config.epochs,
            best_epoch=best.epoch,
            best_validation_accuracy=best.validation_accuracy,
            active_seconds=SECONDS_PER_EPOCH * config.epochs,
        )


def write_run(home: Path, config: RunConfig) -> Path:
    """Write the run to a home as a finished run; return its folder."""
    folder = home / "runs" / "20261123-010203-cnn"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config.model_dump_json(indent=2), encoding="utf-8")
    with (folder / "events.jsonl").open("w", encoding="utf-8") as log:
        log.writelines(f"{to_line(event)}\n" for event in history(config, folder.name))
    return folder
