"""The events of a made-up run, to be emitted by a test's engine."""

from math import exp

import event_factories

from fmnist_tui.config import RunConfig
from fmnist_tui.events import (
    CheckpointSaved,
    EpochEnded,
    Event,
    FinalState,
    RunEnded,
    RunState,
    StateChanged,
    StepsDone,
)

STEPS = 390


def opening(config: RunConfig, run: str = "20260102-030405-cnn") -> list[Event]:
    """Return the events up to the first batch."""
    return [
        StateChanged(time=0, state=RunState.STARTING, detail="loading the data"),
        event_factories.run_started(
            config,
            time=1,
            run=run,
            parameters=98_442,
            flops=4_200_000,
            steps_per_epoch=STEPS,
            train_images=50_000,
            validation_images=10_000,
        ),
        StateChanged(time=2, state=RunState.TRAINING),
    ]


def steps(epoch: int, step: int) -> StepsDone:
    """Return a progress event of an epoch."""
    done = epoch - 1 + step / STEPS
    return event_factories.steps_done(
        epoch,
        step,
        time=3 + done,
        loss=0.25 + 1.9 * exp(-3 * done),
        accuracy=0.92 - 0.8 * exp(-3 * done),
        learning_rate=0.00123,
        images_per_second=10_432.0,
        active_seconds=5 * done,
    )


def epoch_ended(epoch: int, accuracy: float = 0.0, *, is_best: bool = True) -> EpochEnded:
    """Return the last event of an epoch."""
    return event_factories.epoch_ended(
        epoch,
        accuracy or 0.9187 - 0.1 * exp(-epoch),
        time=3 + epoch,
        train_loss=0.25 + 1.9 * exp(-3 * epoch),
        train_accuracy=0.92 - 0.8 * exp(-3 * epoch),
        validation_loss=0.3 + 0.5 * exp(-epoch),
        learning_rate=0.00123,
        images_per_second=10_000.0,
        active_seconds=5.0 * epoch,
        is_best=is_best,
    )


def epoch(number: int) -> list[Event]:
    """Return the events of a whole epoch: steps, validation, checkpoint."""
    return [
        *(steps(number, step) for step in range(10, STEPS + 1, 10)),
        epoch_ended(number),
        CheckpointSaved(time=3 + number, name="best", epoch=number, step=STEPS, path="somewhere"),
    ]


def ended(state: FinalState = RunState.FINISHED, reason: str = "all epochs are done") -> RunEnded:
    """Return the last event of a run."""
    return event_factories.run_ended(
        state, reason, time=99, epochs=2, best_epoch=2, best_validation_accuracy=0.9187, active_seconds=12.0
    )
