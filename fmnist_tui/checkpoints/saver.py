"""When a run is saved, under which names, and what is reported of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from fmnist_tui.checkpoints.manifest import CheckpointMetadata, epoch_name, manifest_file
from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.checkpoints.store import save_checkpoint
from fmnist_tui.events import CheckpointFailed, CheckpointSaved, Emit, EpochEnded, RunStarted


class Saveable(Protocol):
    """A network in training."""

    network: nn.Sequential

    def trainer_tensors(self) -> Mapping[str, Tensor]: ...


class CheckpointSaver:
    """Saves one run's checkpoints. A save that fails is reported and not fatal: the next one is tried.

    Args:
        folder: Where to save.
        started: How the run was started; its config selects the epochs that are saved under their own names.
        trainer: What to save.
        emit: Receives an event for each save.
        interval: Seconds between two saves within an epoch.
        now: Returns the seconds of a monotonic clock.
    """

    def __init__(
        self,
        folder: Path,
        started: RunStarted,
        trainer: Saveable,
        emit: Emit,
        *,
        interval: float,
        now: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._started = started
        self._trainer = trainer
        self._emit = emit
        self._interval = interval
        self._now = now
        self._saved_at = now()
        self._saved_step: tuple[int, int] | None = None

    def is_due(self) -> bool:
        """Return whether the last save within an epoch is long enough ago for another."""
        return self._now() - self._saved_at >= self._interval

    def save_epoch(self, ended: EpochEnded, steps: int, progress: TrainingProgress) -> None:
        """Save the end of an epoch of `steps` steps as `last`, and as `best` and `epoch-N` where it is one."""
        names = ["best", "last"] if ended.is_best else ["last"]
        every = self._started.config.checkpoint_every
        if every and ended.epoch % every == 0:
            names.append(epoch_name(ended.epoch))
        self._save(names, ended.epoch, steps, progress, ended)

    def save_step(self, progress: TrainingProgress) -> None:
        """Save the current step as `last`, unless it was saved already."""
        if (progress.epoch, progress.step) != self._saved_step:
            self._save(["last"], progress.epoch, progress.step, progress)

    def _save(
        self, names: list[str], epoch: int, step: int, progress: TrainingProgress, ended: EpochEnded | None = None
    ) -> None:
        self._saved_at = self._now()
        started = self._started
        metadata = CheckpointMetadata(
            run=started.run,
            config=started.config,
            device=torch.device(started.device).type,
            precision=started.precision,
            threads=started.threads,
            processes=started.processes,
            dataset=started.dataset,
            dataset_fingerprint=started.dataset_fingerprint,
            epoch=epoch,
            step=step,
            validation_accuracy=ended.validation_accuracy if ended else None,
            validation_loss=ended.validation_loss if ended else None,
            progress=progress,
        )
        weights, trainer = self._trainer.network.state_dict(), self._trainer.trainer_tensors()
        try:
            save_checkpoint(self._folder, metadata, weights=weights, trainer=trainer, names=names)
        except OSError as error:
            for name in names:
                self._emit(CheckpointFailed(name=name, epoch=epoch, reason=error.strerror or str(error)))
            return
        self._saved_step = (progress.epoch, progress.step)
        for name in names:
            path = manifest_file(self._folder, name)
            self._emit(CheckpointSaved(name=name, epoch=epoch, step=step, path=str(path)))
