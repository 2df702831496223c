"""Export a run in one of the formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_tui.errors import UserError
from fmnist_tui.exporting.format import ExportFormat, HistoryFormat, NetworkFormat
from fmnist_tui.exporting.result import Exported
from fmnist_tui.exporting.target import new_target, require_free
from fmnist_tui.optional_packages import require_packages
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.sanitize import quote

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import LabeledImages
    from fmnist_tui.exporting.trained_network import TrainedNetwork

OnProgress = Callable[[int, int], None]
OnDownload = Callable[[str, int, int], None]


def export(
    folder: RunFolder,
    checkpoint: str,
    form: ExportFormat,
    output: Path | None = None,
    *,
    overwrite: bool = False,
    data: str | None = None,
    on_progress: OnProgress = lambda _done, _total: None,
    on_download: OnDownload = lambda _file, _done, _total: None,
) -> Exported:
    """Write a run's history or a checkpoint's network, whole or not at all.

    Args:
        folder: The run.
        checkpoint: The checkpoint's name; not used by a format for the run's history.
        form: The format.
        output: The file or folder to write, or a folder to write it in; the format's own place in the run's folder if
            None.
        overwrite: Whether an earlier export may be replaced.
        data: The folder of the images that verify a network, if not the one in the run's config.
        on_progress: Receives the images that were compared, and all.
        on_download: Receives the file, its bytes done and in all, if the images are downloaded.

    Raises:
        UserError: A package is missing, the target exists or can't be written, the run can't be read, or a network's
            file gives other predictions than the checkpoint.
    """
    require_packages(form.requires)
    target = _target(folder, checkpoint, form, output)
    require_free(target, overwrite=overwrite, is_export=form.is_export)
    with new_target(target, overwrite=overwrite, is_export=form.is_export) as temporary:
        if isinstance(form, NetworkFormat):
            from fmnist_tui.exporting.trained_network import read_network
            from fmnist_tui.exporting.verify import verify

            trained = read_network(folder, checkpoint)
            content, contents = form.content(trained), form.describe(trained)
            predict = form.predictor(content, trained)
            verification = verify(predict, trained, _test_images(trained, data, on_download), on_progress)
            temporary.write_bytes(content)
        else:
            assert isinstance(form, HistoryFormat)
            checkpoint, verification = "", None
            contents = form.write(folder, temporary)
    return Exported(
        format=form.name,
        run=folder.run,
        checkpoint=checkpoint,
        path=target,
        size=_size(target),
        usage=form.usage(target),
        contents=contents,
        verification=verification,
    )


def _target(folder: RunFolder, checkpoint: str, form: ExportFormat, output: Path | None) -> Path:
    """Return where the export is written.

    Raises:
        UserError: It can't be used, or the run's folder can't be written to.
    """
    own = form.default_target(folder, checkpoint)
    try:
        if output is not None:
            given = output.expanduser().absolute()
            return given / own.name if given.is_dir() and not form.is_export(given) else given
        folder.refuse_links()
        own.parent.mkdir(exist_ok=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: ~user without a home
        place, reason = output or own.parent, getattr(error, "strerror", None) or error
        raise UserError(f"can't write to {quote(place, 200)}: {reason}", "Name another path with --output") from error
    return own


def _test_images(trained: TrainedNetwork, data: str | None, on_download: OnDownload) -> LabeledImages:
    from fmnist_tui.data.dataset import load_dataset

    dataset = load_dataset(trained.config.with_data(data), on_download)
    if dataset.fingerprint != trained.manifest.dataset_fingerprint:
        raise UserError(
            f"run {quote(trained.folder.run)} was trained on other {dataset.name} images than these",
            "Name the folder of its own images with --data",
        )
    return dataset.test


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir()) if path.is_dir() else path.stat().st_size
