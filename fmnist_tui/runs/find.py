"""What a person's word for a run or a checkpoint means."""

from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder, run_folders
from fmnist_tui.sanitize import quote

LISTING = "`fmnist-tui runs` lists the runs there are"


def find_run(word: str) -> RunFolder:
    """The run that `word` means: its identifier, the start of one, its folder, or "latest".

    Raises:
        UserError: There is no such run, or several start so.
    """
    as_path = Path(word).expanduser()
    if word and (as_path / "config.json").is_file():
        return RunFolder(as_path.resolve())
    runs = {folder.run: folder for folder in run_folders()}
    if not runs:
        raise UserError(f"there are no runs in {quote(runs_folder(), 200)}", "`fmnist-tui train` makes one")
    if word == "latest":
        return max(runs.values(), key=lambda folder: folder.config_file.stat().st_mtime_ns)
    if word in runs:
        return runs[word]
    matches = sorted(run for run in runs if word and run.startswith(word))
    if not matches:
        raise UserError(f"there is no run {quote(word)} in {quote(runs_folder(), 200)}", LISTING)
    if len(matches) > 1:
        raise UserError(f"{quote(word)} could be any of {len(matches)} runs", f"Give more of its name; {LISTING}")
    return runs[matches[0]]


def find_checkpoint(word: str, name: str) -> tuple[RunFolder, str]:
    """The run and the name of the checkpoint that `word` means: a manifest's file, or checkpoint `name` of a run.

    Raises:
        UserError: There is no such run, checkpoint or file.
    """
    file = Path(word).expanduser()
    if not file.is_file():
        folder = find_run(word)
        from fmnist_tui.training.manifest import checkpoint_names  # a list of runs does without

        names = checkpoint_names(folder.checkpoints)
        if name not in names:
            there_are = f"it has {', '.join(names)}" if names else "it has none"
            raise UserError(
                f"run {quote(folder.run)} has no checkpoint {quote(name)}; {there_are}",
                "Epochs are kept for themselves in runs trained with --keep-every",
            )
        return folder, name
    folder = RunFolder(file.resolve().parent.parent)
    if file.suffix != ".json" or file.resolve().parent != folder.checkpoints:
        raise UserError(
            f"{quote(word, 200)} is no checkpoint of fmnist-tui",
            "Name a run, or a file such as best.json in a run's folder checkpoints",
        )
    return folder, file.stem
