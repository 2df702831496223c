"""A full disk, a locked folder, a folder that vanishes: training reports it, continues, and loses nothing saved."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sessions import CONFIG, resume, train

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.cli.main import run
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.events import CheckpointFailed, CheckpointSaved, EpochEnded, Event, RunState
from fmnist_tui.runs.resolve import resolve_run


def test_a_run_whose_folder_vanishes_trains_to_its_end_and_reports_it() -> None:
    events: list[Event] = []

    def on_event(event: Event) -> None:
        events.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 1:
            shutil.rmtree(resolve_run("latest").path)

    ended = train(CONFIG, on_event)
    assert ended.state is RunState.FINISHED
    saves = [event for event in events if isinstance(event, CheckpointSaved | CheckpointFailed)]
    assert saves


def test_a_disk_failure_while_resuming_is_a_one_line_error_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    train(CONFIG)
    folder = resolve_run("latest")
    before = folder.events_file.read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device", "/some/file")

    with monkeypatch.context() as patch:
        patch.setattr("fmnist_tui.runs.folder.write_whole", full)
        ended = resume(folder, overrides=ResumeOverrides(epochs=3))
    assert ended.state is RunState.FAILED
    for word in ("No space left", "/some/file", "FMNIST_TUI_HOME"):
        assert word in ended.reason
    assert folder.events_file.read_bytes() == before
    assert folder.config() == CONFIG
    assert resume(folder, overrides=ResumeOverrides(epochs=3)).state is RunState.FINISHED


@pytest.mark.usefixtures("commands_use_small_data")
def test_a_report_that_cannot_be_saved_is_a_one_line_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    train(CONFIG)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fmnist_tui.runs.folder.write_whole", full)
    assert run(["test", "latest"], open_interface=lambda _data: 0) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "No space left" in captured.err


SMALL_DISK = """
    import subprocess, sys
    disk, trouble, *folders = sys.argv[1:]
    sys.path[:0] = folders
    from fmnist_tui.events import CheckpointFailed
    from fmnist_tui.engine.resume_overrides import ResumeOverrides
    from fmnist_tui.runs.resolve import resolve_run
    from pathlib import Path
    from sessions import CONFIG, resume, train

    config = CONFIG.model_copy(update={"epochs": 6})
    events = []
    filler = Path(disk) / "filler"

    def make_trouble():
        if trouble == "read-only":
            folder = str(resolve_run("latest").checkpoints)
            subprocess.run(["mount", "--bind", folder, folder], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
            return
        try:
            filler.write_bytes(bytes(10_000_000))
        except OSError:
            pass

    def on_event(event):
        events.append(event)
        if event.type == "epoch_ended" and event.epoch == 3:
            make_trouble()

    ended = train(config, on_event)
    print(ended.state, sum(isinstance(event, CheckpointFailed) for event in events))
    if trouble == "read-only":
        subprocess.run(["umount", str(resolve_run("latest").checkpoints)], check=True)
    else:
        filler.unlink()
    again = resume(resolve_run("latest"), overrides=ResumeOverrides(epochs=7))
    print(again.state, again.epochs)
"""


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_disk_failure_during_training_loses_only_the_saves(trouble: str, tmp_path: Path) -> None:
    """Train on a real tmpfs of 600 kB, in a mount namespace."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SMALL_DISK))
    here = Path(__file__).parent
    mount = f"mount -t tmpfs -o size=600k tmpfs {disk}"
    program = f"{sys.executable} {script} {disk} {trouble} {here.parent} {here}"
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", f"{mount} && {program}"]
    if shutil.which("unshare") is None or subprocess.run([*command[:3], "true"], check=False).returncode:
        pytest.skip("this system does not allow mounting a small disk")
    environment = {**os.environ, "FMNIST_TUI_HOME": str(disk), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    first, second = done.stdout.splitlines()
    state, failures = first.split()
    assert state == "finished"
    assert int(failures) > 0
    assert second == "finished 7"


def test_checkpoints_saved_before_a_failed_save_are_intact(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_late(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 2:
            monkeypatch.setattr("fmnist_tui.checkpoints.store.write_whole", _no_permission)

    ended = train(CONFIG, fail_late)
    assert ended.state is RunState.FINISHED
    folder = resolve_run("latest")
    manifest = read_manifest(manifest_file(folder.checkpoints, "last"))
    assert manifest.epoch == 1
    assert read_tensors(folder.checkpoints, manifest.weights)


def _no_permission(*_arguments: object) -> None:
    raise PermissionError(13, "Permission denied")
