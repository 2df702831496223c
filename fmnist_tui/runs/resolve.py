"""Find the run or the checkpoint that a user names."""

from collections.abc import Callable, Sequence
from pathlib import Path
from unicodedata import normalize

from fmnist_tui.errors import UserError
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder, entry_names
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import printable, quote

LIST_RUNS = "`fmnist-tui runs` lists all runs"

MAX_CHOICES = 5
"""Runs that an error lists if several are meant."""


def run_folders() -> dict[str, RunFolder]:
    """Return the folder of each run by its name, without reading any.

    Raises:
        UserError: The folder of runs can't be read.
    """
    folders = (RunFolder(runs_folder() / name) for name in entry_names())
    return {folder.run: folder for folder in folders if folder.is_run}


def resolve_run(ref: str, *, is_wanted: Callable[[RunSummary], bool] = lambda _run: True) -> RunFolder:
    """Return the run that `ref` names.

    Args:
        ref: "latest", the run's identifier, its name, the start of its identifier, or its folder, in this order; what
            has a slash in it is always a folder.
        is_wanted: "latest" is the newest run for which this is true; if there is none, the newest of all.

    Raises:
        UserError: There is no such run, or several.
    """
    config_file = _file(ref, "config.json")
    folder = RunFolder(config_file.parent.resolve()) if config_file else None
    if folder and len(Path(ref).parts) > 1:
        return folder
    runs = run_folders()
    if ref == "latest" and runs:
        newest_first = list_runs()
        return next(filter(is_wanted, newest_first), newest_first[0]).folder
    if ref in runs:
        return runs[ref]
    matches = runs_named(ref) or sorted(run for run in runs if ref and run.startswith(ref))
    if len(matches) > 1:
        raise UserError(
            f"{quote(ref)} matches {len(matches)} runs: {_choices(matches)}", f"Type one of them; {LIST_RUNS}"
        )
    if matches:
        return runs[matches[0]]
    if folder:
        return folder
    if not runs:
        raise UserError(f"there are no runs in {quote(runs_folder(), 200)}", "Start one with `fmnist-tui train`")
    raise UserError(f"there is no run {quote(ref)} in {quote(runs_folder(), 200)}", LIST_RUNS)


def runs_named(name: str) -> list[str]:
    """Return the identifiers of the runs that have this name, newest first.

    Raises:
        UserError: The folder of runs can't be read.
    """
    name = normalize("NFC", name)  # as names are stored
    return [summary.run for summary in list_runs() if name and summary.name == name]


def taken_names() -> set[str]:
    """Return the identifiers and the names of all runs, which no other run may have as its name.

    Raises:
        UserError: The folder of runs can't be read.
    """
    return {name for run in list_runs() for name in (run.run, run.name) if name}


def require_free_name(name: str, run: str = "") -> None:
    """Raise `UserError` if a run has that name or identifier, unless it is `run`, which is to be named."""
    if not name:
        return
    taken = [other for other in (*run_folders().keys() & {name}, *runs_named(name)) if other != run]
    if taken:
        raise UserError(f"{quote(name)} is the name of run {quote(taken[0])} already", "Give another name")


def _choices(runs: Sequence[str]) -> str:
    shown = ", ".join(map(printable, runs[:MAX_CHOICES]))
    return shown if len(runs) <= MAX_CHOICES else f"{shown} and {len(runs) - MAX_CHOICES} others"


def resolve_checkpoint(ref: str, name: str) -> tuple[RunFolder, str]:
    """Return the run and the name of the checkpoint that `ref` names: a manifest, or checkpoint `name` of a run.

    Raises:
        UserError: There is no such run, checkpoint or file.
    """
    file = _file(ref)
    if file is None:
        folder = resolve_run(ref, is_wanted=lambda run: bool(run.checkpoints))
        from fmnist_tui.checkpoints.manifest import checkpoint_names  # a list of runs does not need it

        names = checkpoint_names(folder.checkpoints)
        if name not in names:
            if not names:
                raise UserError(f"run {quote(folder.run)} has saved no checkpoint yet", LIST_RUNS)
            raise UserError(
                f"run {quote(folder.run)} has no checkpoint {quote(name)}; it has {', '.join(names)}",
                "Epochs are saved as checkpoints of their own in runs trained with --checkpoint-every",
            )
        return folder, name
    folder = RunFolder(file.resolve().parent.parent)
    if file.suffix != ".json" or file.resolve().parent != folder.checkpoints:
        raise UserError(
            f"{quote(ref, 200)} is not a checkpoint of fmnist-tui",
            "Name a run, or a file such as checkpoints/best.json in a run's folder",
        )
    return folder, file.stem


def _file(ref: str, name: str = "") -> Path | None:
    """Return the file `ref`, or the file `name` in the folder `ref`; None if there is none."""
    try:
        file = Path(ref).expanduser() / name
        return file if ref and file.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, with a null character, or in an unknown user's home
        return None
