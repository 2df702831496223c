"""Evaluates the checkpoints of runs, and saves and loads the evaluations in the runs' folders."""

from collections.abc import Callable

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import load_dataset
from fmnist_tui.data.splits import Split
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.evaluator import Evaluation, evaluate
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.summary import SavedCheckpoint


def evaluate_checkpoint(
    folder: RunFolder,
    checkpoint: str,
    split: Split,
    *,
    data: str | None = None,
    dataset: str | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    on_download: Callable[[str, int, int], None] = lambda _file, _done, _total: None,
) -> Evaluation:
    """Evaluate a checkpoint, and save the report and the predictions in the run's folder.

    Args:
        folder: The run.
        checkpoint: The checkpoint's name.
        split: The images to evaluate it on.
        data: The folder of the images, if not the one in the run's config.
        dataset: Another dataset to evaluate it on. The result is not stored: it is no evaluation of the run's test set.
        on_progress: Receives the images done and in all.
        on_download: Receives the file, its bytes done and in all, if the images are downloaded.

    Raises:
        UserError: The checkpoint or the images can't be read, or the images are not those of its run.
    """
    images = load_dataset(config_of(folder, checkpoint).with_data(data, dataset), on_download)
    file = manifest_file(folder.checkpoints, checkpoint)
    evaluation = evaluate(file, images, split, allow_foreign=dataset is not None, on_progress=on_progress)
    if not evaluation.is_foreign:
        folder.save_report(evaluation.report, evaluation.predictions)
    return evaluation


def config_of(folder: RunFolder, checkpoint: str) -> RunConfig:
    """Return the config that a checkpoint was trained with.

    Raises:
        UserError: The checkpoint can't be read.
    """
    return read_manifest(manifest_file(folder.checkpoints, checkpoint)).config


def load_evaluation(folder: RunFolder, checkpoint: str, split: Split) -> Evaluation | None:
    """Return the newest saved evaluation of a run's checkpoint on a split; None if there is none.

    Loading it is not another test-set evaluation.

    Raises:
        UserError: The checkpoint can't be read.
    """
    manifest = read_manifest(manifest_file(folder.checkpoints, checkpoint))
    report = folder.newest_report(split, SavedCheckpoint.of(checkpoint, manifest).is_subject_of)
    if report is None:
        return None
    try:
        return Evaluation(report, folder.predictions(report))
    except UserError:  # missing or damaged: the checkpoint can be evaluated again
        return None
