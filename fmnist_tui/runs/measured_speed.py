"""How long a training takes on this machine, as far as earlier runs show it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from fmnist_tui.config import RunConfig
from fmnist_tui.events import EpochEnded, RunStarted
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.summarize import ends_of, events_of

RUNS_OF_A_MODEL = 20
"""The newest runs of each model that are read: older ones may be of another machine or version."""

NEWEST = 5
"""Runs whose median is taken: one of them may have shared the processor with other programs."""


@dataclass(frozen=True, slots=True)
class MeasuredSpeed:
    """The time that an epoch of a run took, with its validation and without pauses.

    Attributes:
        config: The run's config, in which device, precision and threads are those that it used.
        flops: Floating-point operations of its network's forward pass on one image.
    """

    config: RunConfig
    flops: int
    train_images: int
    seconds_per_epoch: float


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """The expected time of an epoch.

    Attributes:
        is_scaled: Whether it is derived from runs of other sizes, by their operations.
    """

    seconds_per_epoch: float
    is_scaled: bool


def measured_speeds() -> list[MeasuredSpeed]:
    """Return the speeds of the newest runs of each model, newest first.

    Raises:
        UserError: The folder of runs can't be read.
    """
    speeds = []
    seen: Counter[str] = Counter()
    for summary in list_runs():
        if summary.model is None or not summary.epochs or seen[summary.model] >= RUNS_OF_A_MODEL:
            continue
        seen[summary.model] += 1
        speed = _speed_of(summary.folder)
        if speed is not None:
            speeds.append(speed)
    return speeds


def estimate_time(
    config: RunConfig, flops: int, train_images: int, speeds: Sequence[MeasuredSpeed]
) -> TimeEstimate | None:
    """Return the time of an epoch of a config; None if no run of its model was measured as it would train.

    Args:
        config: What is to be trained.
        flops: Operations of its network on one image.
        train_images: Its number of training images.
        speeds: What was measured, newest first.
    """
    comparable = [speed for speed in speeds if _computes_alike(config, speed.config)]
    same = [speed for speed in comparable if speed.config.model == config.model]
    same = [speed for speed in same if speed.config.batch_size == config.batch_size]
    if same:
        per_image = sorted(speed.seconds_per_epoch / speed.train_images for speed in same[:NEWEST])
        median = per_image[len(per_image) // 2]
        return TimeEstimate(median * train_images, is_scaled=False)
    if not comparable or not flops:
        return None
    nearest = min(comparable, key=lambda speed: abs(log(speed.flops / flops)))
    per_operation = nearest.seconds_per_epoch / (nearest.train_images * nearest.flops)
    return TimeEstimate(per_operation * train_images * flops, is_scaled=True)


def _computes_alike(config: RunConfig, measured: RunConfig) -> bool:
    """Return whether a run of a config may use the same kind of network, device, precision and threads."""
    return (
        config.model_name == measured.model_name
        and config.device in ("auto", measured.device)
        and config.precision in ("auto", measured.precision)
        and config.threads in (0, measured.threads)
        and config.tta_flip == measured.tta_flip
    )


def _speed_of(folder: RunFolder) -> MeasuredSpeed | None:
    """Return the speed of a run; None if its log doesn't show it."""
    try:
        head, tail = ends_of(folder.events_file)
    except OSError:
        return None
    started = next((event for event in events_of(head, (b"run_started",)) if isinstance(event, RunStarted)), None)
    epochs = [event for event in events_of(tail, (b"epoch_ended",)) if isinstance(event, EpochEnded)]
    ended = epochs[-1] if epochs else None
    if started is None or ended is None or not ended.epoch or not ended.active_seconds:
        return None
    if not started.flops or not started.train_images:
        return None
    config = started.config.pinned(started.device, started.precision, started.threads)
    return MeasuredSpeed(config, started.flops, started.train_images, ended.active_seconds / ended.epoch)
