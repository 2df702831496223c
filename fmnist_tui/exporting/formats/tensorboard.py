"""Export the metrics, images and hyperparameters of a run for TensorBoard."""

import shlex
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.exporting.format import HistoryFormat
from fmnist_tui.formatting import counted
from fmnist_tui.optional_packages import TENSORBOARD
from fmnist_tui.runs.folder import TENSORBOARD_FILES, RunFolder
from fmnist_tui.runs.valid_events import valid_events
from fmnist_tui.sanitize import quote

OTHER_RUN = "Export another run, or use --format csv"


class TensorBoard(HistoryFormat):
    """A folder with what `--sink tensorboard` writes during a training, and the accuracy of test-set evaluations."""

    name = "tensorboard"
    summary = "curves, filters and hyperparameters for TensorBoard"
    part = "tensorboard"
    requires = TENSORBOARD

    def write(self, folder: RunFolder, target: Path) -> str:
        from fmnist_tui.exporting.tensorboard_writer import TensorBoardWriter

        events = 0
        with TensorBoardWriter(target, folder) as write:
            for event in valid_events(folder.events_file):
                write(event)
                events += 1
            if not write.is_open:
                raise UserError(f"the log of run {quote(folder.run)} does not show how it started", OTHER_RUN)
            for report in folder.reports():
                if report.split == "test":
                    write.scalars({"accuracy/test": report.accuracy}, write.step_at_end_of(report.epoch), report.time)
        return f"Scalars, images and hyperparameters of {counted(events, 'event')}."

    def usage(self, path: Path) -> str:
        return f"tensorboard --logdir {shlex.quote(str(path))}"

    def is_export(self, path: Path) -> bool:
        return path.is_dir() and all(file.match(TENSORBOARD_FILES) for file in path.iterdir())


FORMATS = (TensorBoard(),)
