"""Train a run again, and compare what comes out bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fmnist_tui.checkpoints.manifest import Manifest, checkpoint_names, manifest_file, read_manifest
from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.history import RunHistory, read_history
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.reproduce import pinned_by
from fmnist_tui.runs.reproduction import ComparedWeights, Reproduction, compare_runs
from fmnist_tui.sanitize import one_line, quote

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import Dataset

TAG = "reproduction"


@dataclass(frozen=True, slots=True, eq=False)
class Repetition:
    """What is needed to train a run again.

    Attributes:
        original: The run.
        config: Its config, with what it chose pinned.
        epochs: The number of epochs that it finished; more are not trained.
        dataset: The images, which are those that it was trained on.
    """

    original: RunFolder
    config: RunConfig
    epochs: int
    history: RunHistory
    dataset: Dataset

    @property
    def labels(self) -> RunLabels:
        """The labels of the new run."""
        return RunLabels.of(note=f"reproduction of {one_line(self.original.run)}", tags=(TAG,))

    def compare(self, repeated: RunFolder) -> Reproduction:
        """Return how the new run compares with the original.

        Raises:
            UserError: The log of the new run can't be read.
        """
        history = _history(repeated)
        weights = [_compared(names, pair, (self.original, repeated)) for names, pair in _pairs(self.original, repeated)]
        return compare_runs(self.history, history, weights)


def plan_repetition(
    folder: RunFolder,
    data: str | None = None,
    on_download: Callable[[str, int, int], None] = lambda _file, _done, _total: None,
) -> Repetition:
    """Return what is needed to train a run again; whatever prevents it is found before the training.

    Args:
        folder: The run.
        data: Where its images are now; where the run found them if None.
        on_download: Called with a file's name, the bytes received and the bytes in total.

    Raises:
        UserError: The run can't be repeated, or not on this machine.
    """
    run = quote(folder.run)
    if is_being_written(folder):
        raise UserError(f"run {run} is being trained", "Wait for its end, or stop it")
    history, stored = _history(folder), folder.config()
    if not history.parts:
        raise UserError(f"the log of run {run} does not hold how it was started", "Train its config again")
    if not history.epochs:
        raise UserError(f"run {run} finished no epoch, so there is nothing to compare with", "Resume it first")
    try:
        config = pinned_by(history, stored).with_data(data)
    except UserError as error:
        again = f"fmnist-tui train --config {quote(folder.config_file, 200)}"
        raise UserError(f"run {run} {error.problem}", f"`{again}` trains its last config from the start") from error
    from fmnist_tui.data.dataset import load_dataset
    from fmnist_tui.training.compute_plan import choose_plan

    choose_plan(config)  # refuses a device or a precision that this machine lacks
    dataset = load_dataset(config, on_download)
    if dataset.fingerprint != history.parts[-1].started.dataset_fingerprint:
        raise UserError(
            f"run {run} was trained on other {config.dataset} images than are here",
            "Name the folder that holds them with --data",
        )
    return Repetition(folder, config, history.epochs[-1].epoch, history, dataset)


def _history(folder: RunFolder) -> RunHistory:
    try:
        return read_history(folder)
    except OSError as error:
        raise UserError(f"can't read {quote(folder.events_file, 200)}: {error.strerror or error}") from error


def _pairs(a: RunFolder, b: RunFolder) -> Iterator[tuple[tuple[str, ...], tuple[Manifest, Manifest]]]:
    """Yield the checkpoints of both runs at the same step, with the names of the first one's."""
    repeated = {_place(manifest): manifest for _name, manifest in _manifests(b)}
    original: dict[tuple[int, int], dict[str, Manifest]] = {}
    for name, manifest in _manifests(a):
        original.setdefault(_place(manifest), {})[name] = manifest
    for place, manifests in original.items():
        if place in repeated:
            yield tuple(manifests), (next(iter(manifests.values())), repeated[place])


def _place(manifest: Manifest) -> tuple[int, int]:
    return manifest.epoch, manifest.step


def _manifests(folder: RunFolder) -> Iterator[tuple[str, Manifest]]:
    for name in (*checkpoint_names(folder.checkpoints), "previous"):
        try:
            yield name, read_manifest(manifest_file(folder.checkpoints, name))
        except UserError:
            continue  # missing or damaged: there are others


def _compared(
    names: tuple[str, ...], pair: tuple[Manifest, Manifest], folders: tuple[RunFolder, RunFolder]
) -> ComparedWeights:
    from fmnist_tui.checkpoints.store import read_tensors
    from fmnist_tui.checkpoints.weight_difference import weight_difference

    first, second = pair
    if first.weights.sha256 == second.weights.sha256:
        return ComparedWeights(names, first.epoch, 0.0)
    try:
        tensors = [read_tensors(folder.checkpoints, each.weights) for folder, each in zip(folders, pair, strict=True)]
    except UserError:
        return ComparedWeights(names, first.epoch, None)
    return ComparedWeights(names, first.epoch, weight_difference(*tensors), is_identical=False)
