"""A run's checkpoint put to the test: its data found again, the measurement made, the report kept with the run."""

from collections.abc import Callable

from fmnist_tui.data.dataset import load_dataset
from fmnist_tui.evaluation.measure import measure
from fmnist_tui.evaluation.report import Report, Split
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.training.manifest import manifest_file, read_manifest


def examine(
    folder: RunFolder,
    checkpoint: str,
    split: Split,
    *,
    data: str | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    on_download: Callable[[str, int, int], None] = lambda _file, _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Measures checkpoint "best" or "last" of a run and keeps the report in the run's folder.

    Args:
        folder: The run.
        checkpoint: The checkpoint's name.
        split: What to measure it on.
        data: Where its data is, if not where the run's config says.
        on_progress: Hears images done and images in all.
        on_download: Hears file, bytes done and bytes in all, if the data has to be fetched.
        should_stop: Asked now and then.

    Raises:
        UserError: The checkpoint or its data can't be read, or don't belong together.
    """
    file = manifest_file(folder.checkpoints, checkpoint)
    config = read_manifest(file).config
    where = data or config.data
    dataset = load_dataset(where, config.validation_size, on_download, should_stop)
    report = measure(file, dataset, split, on_progress=on_progress, should_stop=should_stop)
    folder.save_report(report)
    return report
