"""A run's folder: the files in it, how it is made, and how it is found."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.errors import UserError
from fmnist_tui.paths import require_home, runs_folder
from fmnist_tui.sanitize import quote

if TYPE_CHECKING:
    from fmnist_tui.config import RunConfig
    from fmnist_tui.data.splits import Split
    from fmnist_tui.evaluation.predictions import Predictions
    from fmnist_tui.evaluation.report import Report

MAX_JSON_BYTES = 1_000_000
"""Bytes; a config or a report has a few thousand."""

TENSORBOARD_FILES = "events.out.tfevents.*"
"""The pattern of the names of the files that TensorBoard reads."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run on disk: `config.json`, `events.jsonl`, `checkpoints/`, `probes/` and `evaluations/`."""

    path: Path

    @property
    def run(self) -> str:
        """The run's identifier, which is its folder's name."""
        return self.path.name

    @property
    def config_file(self) -> Path:
        return self.path / "config.json"

    @property
    def events_file(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def lock_file(self) -> Path:
        return self.path / "lock"

    @property
    def labels_file(self) -> Path:
        return self.path / "labels.json"

    @property
    def output_file(self) -> Path:
        """What the run's background processes print."""
        return self.path / "output.log"

    @property
    def launch_file(self) -> Path:
        """The identity of the launch of several processes that trains the run."""
        return self.path / "launch"

    @property
    def request_file(self) -> Path:
        return self.path / "request.json"

    @property
    def slurm_file(self) -> Path:
        """The number of the SLURM job that trains the run."""
        return self.path / "slurm.json"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def probes(self) -> Path:
        """The recorded probes; runs of version 0.1 have them in `learning/`."""
        old = self.path / "learning"
        return old if old.is_dir() else self.path / "probes"

    @property
    def evaluations(self) -> Path:
        return self.path / "evaluations"

    @property
    def exports(self) -> Path:
        """The exported files, unless the user named another place."""
        return self.path / "exports"

    @property
    def tensorboard(self) -> Path:
        """What the sink for TensorBoard writes while the run trains."""
        return self.path / "tensorboard"

    @classmethod
    def create(cls, config: RunConfig) -> RunFolder:
        """Make a folder named after the current time and the model, with the config in it.

        Raises:
            UserError: The folder can't be made or written to.
        """
        stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{config.model_name}"
        try:
            runs_folder().mkdir(parents=True, exist_ok=True)
            folder = cls(_new_folder(runs_folder(), stem))
            folder.write_config(config)
        except OSError as error:
            raise UserError(
                f"can't make a run's folder in {quote(runs_folder(), 200)}: {error.strerror or error}",
                "Free some space, or set FMNIST_TUI_HOME to a folder that you may write to",
            ) from error
        return folder

    @property
    def is_run(self) -> bool:
        """Whether the folder holds a run, damaged or not."""
        return lexists(self.config_file) or lexists(self.events_file)

    def refuse_links(self) -> None:
        """Raise `UserError` if something of the run is a link: what is written to it would land outside the folder."""
        folders = (self.checkpoints, self.probes, self.evaluations, self.exports, self.tensorboard)
        for path in (self.config_file, self.events_file, self.lock_file, self.output_file, *folders):
            if path.is_symlink():
                raise UserError(
                    f"{quote(path, 200)} is a link, and a run is never written through one",
                    "Replace the link by the file or folder that it points to",
                )
            if path.exists() and not (path.is_dir() if path in folders else path.is_file()):
                kind = "folder" if path in folders else "regular file"
                raise UserError(f"{quote(path, 200)} is not a {kind}, so the run can't be written", "Remove it")

    def write_config(self, config: RunConfig) -> None:
        """Write the config.

        Raises:
            OSError: It can't be written; the previous one is unchanged.
        """
        write_whole(self.config_file, f"{config.model_dump_json(indent=2)}\n".encode())

    def config(self) -> RunConfig:
        """Return the run's config.

        Raises:
            UserError: The file is missing, unreadable or not a config of this program.
        """
        from pydantic import ValidationError

        from fmnist_tui.config import RunConfig  # a list of runs does not need it

        try:
            return RunConfig.model_validate_json(read_whole(self.config_file, MAX_JSON_BYTES))
        except OSError as error:
            raise UserError(f"can't read {quote(self.config_file, 200)}: {error.strerror or error}") from error
        except ValidationError as error:
            if error.errors(include_url=False)[0]["type"] == "json_invalid":
                raise UserError(f"{quote(self.config_file, 200)} is damaged: it holds no config") from error
            raise UserError(
                f"{quote(self.config_file, 200)} was written by a later version of fmnist-tui, or by another program",
                "Open the run with the version that wrote it",
            ) from error

    def save_report(self, report: Report, predictions: Predictions | None = None) -> Path:
        """Save a report with the run, and the predictions that it was computed from; return the report's file.

        Test-set evaluations are counted by these files.

        Raises:
            UserError: It can't be written. The report must then not be shown, because it would not be counted.
        """
        self.refuse_links()
        file = self._evaluation_file(report, "json")
        try:
            self.evaluations.mkdir(exist_ok=True)
            write_whole(file, f"{report.model_dump_json(indent=1)}\n".encode())
            if predictions is not None:
                write_whole(self._evaluation_file(report, "safetensors"), predictions.to_bytes())
        except OSError as error:
            raise UserError(
                f"the evaluation can't be saved in {quote(self.evaluations, 200)}: {error.strerror or error}",
                "Free some space, or make the run's folder writable, and evaluate again",
            ) from error
        return file

    def predictions(self, report: Report) -> Predictions:
        """Return the predictions that a report was computed from.

        Raises:
            UserError: They are missing or can't be read.
        """
        from fmnist_tui.evaluation.predictions import Predictions

        return Predictions.read(self._evaluation_file(report, "safetensors"))

    def _evaluation_file(self, report: Report, suffix: str) -> Path:
        stem = f"{report.split}-{report.checkpoint}-epoch{report.epoch}-{int(report.time * 1e9)}"
        return self.evaluations / f"{stem}.{suffix}"

    def reports(self) -> list[Report]:
        """Return the saved reports, oldest first; unreadable files are skipped."""
        from fmnist_tui.evaluation.report import Report

        reports = []
        for file in self.evaluations.glob("*.json"):
            with suppress(OSError, ValueError):
                reports.append(Report.model_validate_json(read_whole(file, MAX_JSON_BYTES)))
        return sorted(reports, key=lambda report: report.time)

    def newest_report(self, split: Split, is_subject_of: Callable[[Report], bool]) -> Report | None:
        """Return the newest report on `split` of the checkpoint that `is_subject_of` accepts; None if there is none."""
        return next((one for one in reversed(self.reports()) if one.split == split and is_subject_of(one)), None)


def _new_folder(parent: Path, stem: str) -> Path:
    folder, number = parent / stem, 1
    while True:
        with suppress(FileExistsError):  # another run started in the same second
            folder.mkdir()
            return folder
        number += 1
        folder = parent / f"{stem}-{number}"


def entry_names() -> list[str]:
    """Return the names of everything in the folder of runs; nothing if it does not exist.

    Raises:
        UserError: The folder can't be read.
    """
    try:
        return os.listdir(runs_folder())  # noqa: PTH208 - names are all that a list needs, and 10,000 paths take time
    except FileNotFoundError:
        return []
    except OSError as error:
        require_home()
        raise UserError(f"can't list the runs in {quote(runs_folder(), 200)}: {error.strerror or error}") from error
