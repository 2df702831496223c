import fcntl
import os
import shutil
import time
from pathlib import Path

import configs
import numpy as np
import pytest
from event_factories import epoch_ended, run_ended, steps_done

from fmnist_tui.checkpoints.manifest import (
    FileDigest,
    Manifest,
    TrainingProgress,
    manifest_content,
    manifest_file,
    read_manifest,
)
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.evaluate import load_evaluation
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import EpochEnded, RunState, StateChanged, to_line
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.event_log import EventLog, read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import is_being_written, lock_run
from fmnist_tui.runs.resolve import resolve_checkpoint, resolve_run
from fmnist_tui.runs.summarize import TAIL_BYTES

CONFIG = configs.MLP


def test_a_new_run_stores_its_config_in_its_own_folder() -> None:
    one, two = RunFolder.create(CONFIG), RunFolder.create(CONFIG)
    assert one.path != two.path
    assert one.config() == CONFIG
    assert one.run.endswith("-mlp")


def test_a_home_that_cannot_be_created_is_a_one_line_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError, match="FMNIST_TUI_HOME"):
        RunFolder.create(CONFIG)


def test_runs_are_listed_newest_first_with_their_figures() -> None:
    older = RunFolder.create(CONFIG)
    with EventLog(older.events_file) as log:
        for event in (epoch_ended(1, 0.8), epoch_ended(2, 0.9), epoch_ended(3, 0.7)):
            log(event)
    time.sleep(0.01)
    newer = RunFolder.create(RunConfig.from_flat({"model": "logistic", "data": "demo"}))
    ended = run_ended(RunState.STOPPED, epochs=4, best_epoch=3, best_validation_accuracy=0.95)
    newer.events_file.write_text(to_line(ended) + "\n")
    first, second = list_runs()
    assert (first.run, first.state, first.epochs, first.best_validation_accuracy) == (newer.run, "stopped", 4, 0.95)
    assert first.dataset_mark == "DEMO"
    assert not second.dataset_mark
    assert (second.state, second.epochs, second.best_epoch, second.best_validation_accuracy) == (None, 3, 2, 0.9)


def test_a_long_log_is_read_from_its_end() -> None:
    folder = RunFolder.create(CONFIG)
    line = to_line(StateChanged(state=RunState.TRAINING, detail="x" * 200)) + "\n"
    folder.events_file.write_text(
        line * (3 * TAIL_BYTES // len(line)) + to_line(epoch_ended(7, 0.6)) + "\n" + line[:50]
    )
    assert summary_of(folder).epochs == 7


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b'{"model": {"name": "unheard_of"}}', b"[]"])
def test_a_damaged_config_is_a_note_in_the_list_not_an_error(content: bytes) -> None:
    folder = RunFolder.create(CONFIG)
    folder.config_file.write_bytes(content)
    (summary,) = list_runs()
    assert summary.model is None
    assert str(folder.config_file) in summary.problem
    assert summary.epochs == 0


def test_the_log_is_read_back_and_partial_lines_are_skipped() -> None:
    folder = RunFolder.create(CONFIG)
    with EventLog(folder.events_file) as log:
        for epoch in (1, 2):
            log(epoch_ended(epoch, 0.5))
    with folder.events_file.open("ab") as file:
        file.write(b'{"type": "epoch_ended", "epo')
    assert [event.epoch for event in read_events(folder.events_file) if isinstance(event, EpochEnded)] == [1, 2]


def test_one_step_event_per_second_is_written() -> None:
    folder = RunFolder.create(CONFIG)
    with EventLog(folder.events_file) as log:
        for tenth in range(31):
            log(steps_done(1, tenth, time=1000 + tenth / 10))
    assert len(list(read_events(folder.events_file))) == 4


def test_a_run_is_found_by_name_start_folder_or_as_the_latest() -> None:
    older = RunFolder.create(RunConfig.from_flat({"model": "logistic"}))
    time.sleep(0.01)
    newer = RunFolder.create(CONFIG)
    assert resolve_run(older.run) == older
    assert resolve_run(newer.run[:-1]) == newer
    assert resolve_run(str(older.path)) == older
    assert resolve_run("latest") == newer


@pytest.mark.parametrize("word", ["", "nope", "2", "[red]", "../.."])
def test_an_unknown_or_ambiguous_run_argument_is_refused(word: str) -> None:
    RunFolder.create(CONFIG)
    RunFolder.create(CONFIG)
    with pytest.raises(UserError) as caught:
        resolve_run(word)
    assert "fmnist-tui runs" in caught.value.line()


def test_a_checkpoint_is_found_by_its_file_or_its_name() -> None:
    folder = RunFolder.create(CONFIG)
    folder.checkpoints.mkdir()
    manifest = folder.checkpoints / "last.json"
    manifest.write_text("{}")
    assert resolve_checkpoint(str(manifest), "best") == (folder, "last")
    assert resolve_checkpoint(folder.run, "last") == (folder, "last")
    with pytest.raises(UserError, match="no checkpoint 'best'; it has last"):
        resolve_checkpoint(folder.run, "best")
    with pytest.raises(UserError, match="not a checkpoint"):
        resolve_checkpoint(str(folder.config_file), "best")


def a_checkpoint(folder: RunFolder, epoch: int, best: EpochEnded | None, name: str = "last") -> None:
    progress = TrainingProgress(epoch=epoch + 1, best=best, active_seconds=epoch * 10.0)
    digest = FileDigest(name="weights-e1-s1-00000000.safetensors", size=1, sha256="0" * 64)
    manifest = Manifest(
        run=folder.run,
        config=CONFIG,
        epoch=epoch,
        step=0,
        precision="fp32",
        threads=1,
        dataset="demo",
        dataset_fingerprint="",
        validation_accuracy=0.5,
        validation_loss=1.0,
        progress=progress,
        weights=digest,
        trainer=digest.model_copy(update={"name": "trainer-e1-s1-00000000.safetensors"}),
    )
    folder.checkpoints.mkdir(exist_ok=True)
    manifest_file(folder.checkpoints, name).write_bytes(manifest_content(manifest))


def test_the_best_epoch_of_a_crashed_run_is_known_however_much_its_log_holds_since() -> None:
    folder = RunFolder.create(CONFIG)
    best = epoch_ended(2, 0.95, is_best=True)
    line = to_line(steps_done(6, active_seconds=60.0)) + "\n"
    with EventLog(folder.events_file) as log:
        log(best)
    with folder.events_file.open("a") as stream:
        stream.write(line * (3 * TAIL_BYTES // len(line)) + to_line(epoch_ended(6, 0.90)) + "\n")
    a_checkpoint(folder, 5, best)
    summary = summary_of(folder)
    assert (summary.best_epoch, summary.best_validation_accuracy, summary.epochs) == (2, 0.95, 6)
    assert summary.status_text == "crashed at epoch 7"


def test_a_crashed_run_without_epochs_in_its_log_is_summarized_by_its_checkpoint() -> None:
    folder = RunFolder.create(CONFIG)
    folder.events_file.write_bytes(b"")
    a_checkpoint(folder, 3, epoch_ended(3, 0.9))
    summary = summary_of(folder)
    assert (summary.best_epoch, summary.epochs, summary.active_seconds) == (3, 3, 30.0)


def test_a_run_whose_log_lost_a_resume_is_summarized_without_the_void_epochs() -> None:
    folder = RunFolder.create(CONFIG)
    with EventLog(folder.events_file) as log:
        for event in (epoch_ended(4, 0.8), epoch_ended(5, 0.9), epoch_ended(6, 0.7), epoch_ended(4, 0.6)):
            log(event)
    a_checkpoint(folder, 4, epoch_ended(3, 0.75))
    summary = summary_of(folder)
    assert (summary.epochs, summary.best_epoch, summary.best_validation_accuracy) == (4, 3, 0.75)


def a_report(time: float, accuracy: float, *, epoch: int = 2) -> Report:
    return Report(
        time=time,
        run="a-run",
        model="mlp",
        checkpoint="best",
        epoch=epoch,
        dataset="demo",
        split="test",
        images=100,
        correct=50,
        accuracy=accuracy,
        low=0.0,
        high=1.0,
        loss=1.0,
        classes=(),
        confusion=(),
        seconds=1.0,
    )


def test_only_an_evaluation_of_the_checkpoint_as_it_is_now_counts_as_its_own() -> None:
    folder = RunFolder.create(CONFIG)
    a_checkpoint(folder, 2, None, "best")
    saved = read_manifest(manifest_file(folder.checkpoints, "best")).time
    folder.save_report(a_report(saved - 2, 0.1))
    folder.save_report(a_report(saved - 1, 0.2, epoch=1))

    def found() -> tuple[Report | None, list[float | None]]:
        summary = summary_of(folder)
        return folder.newest_report("test", summary.checkpoints[0].is_subject_of), [
            summary.test_accuracy,
            summary.checkpoints[0].test_accuracy,
        ]

    assert found() == (None, [None, None]), "both are of earlier checkpoints of that name"
    assert load_evaluation(folder, "best", "test") is None
    current = a_report(saved + 1, 0.5)
    folder.save_report(current, Predictions(np.zeros(1, np.int64), np.zeros((1, 10), np.float32)))
    folder.save_report(a_report(saved + 2, 0.3, epoch=1))
    assert found() == (current, [0.5, 0.5])
    loaded = load_evaluation(folder, "best", "test")
    assert loaded is not None
    assert loaded.report == current
    assert summary_of(folder).test_evaluations == 4, "each counts as a test-set evaluation"


def test_neither_a_copy_nor_a_resume_changes_when_a_run_began() -> None:
    older, newer = RunFolder.create(CONFIG), RunFolder.create(CONFIG)
    for folder, start in ((older, 1_000_000.0), (newer, 2_000_000.0)):
        with EventLog(folder.events_file) as log:
            log(epoch_ended(1, 0.8).model_copy(update={"time": start}))
    copy = RunFolder(older.path.with_name("a-copy"))
    shutil.copytree(older.path, copy.path)
    older.write_config(CONFIG)  # as a resume with changes does
    assert summary_of(older).created == summary_of(copy).created == 1_000_000.0
    assert [summary.run for summary in list_runs()] == [newer.run, "a-copy", older.run]
    assert resolve_run("latest") == newer


@pytest.mark.parametrize("name", ["config.json", "events.jsonl", "lock", "checkpoints", "evaluations"])
@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "sparse"])
def test_a_folder_in_place_of_a_file_affects_only_its_own_run(name: str, kind: str) -> None:
    healthy, bad = RunFolder.create(CONFIG), RunFolder.create(CONFIG)
    path = bad.path / name
    path.unlink(missing_ok=True)
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case "sparse":
            with path.open("wb") as stream:
                stream.truncate(20 * 2**30)
    summaries = {summary.run: summary for summary in list_runs()}
    assert summaries[healthy.run].problem == ""
    assert bad.run in summaries
    if name == "config.json" or (name == "events.jsonl" and kind != "sparse"):
        assert name in summaries[bad.run].problem
    assert resolve_run(bad.run) == bad


@pytest.mark.parametrize(
    "name", ["config.json", "events.jsonl", "lock", "checkpoints", "probes", "learning", "evaluations"]
)
def test_a_run_is_never_written_through_a_link(tmp_path: Path, name: str) -> None:
    folder = RunFolder.create(CONFIG)
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder.path / name).unlink(missing_ok=True)
    (folder.path / name).symlink_to(outside)
    with pytest.raises(UserError, match="is a link"):
        lock_run(folder)
    assert not list(outside.iterdir())


def test_two_processes_can_check_a_runs_lock_at_once() -> None:
    folder = RunFolder.create(CONFIG)
    folder.lock_file.touch()
    with folder.lock_file.open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert not is_being_written(folder)
    with lock_run(folder):
        assert is_being_written(folder)


def test_latest_is_the_newest_run_that_has_what_is_needed() -> None:
    trained, empty = RunFolder.create(CONFIG), RunFolder.create(CONFIG)
    for folder, start in ((trained, 1_000_000.0), (empty, 2_000_000.0)):
        with EventLog(folder.events_file) as log:
            log(epoch_ended(1, 0.8).model_copy(update={"time": start}))
    with pytest.raises(UserError, match=f"{empty.run}' has saved no checkpoint yet"):
        resolve_checkpoint("latest", "best")
    a_checkpoint(trained, 1, None, "best")
    assert resolve_checkpoint("latest", "best") == (trained, "best")
    assert resolve_run("latest") == empty
    with pytest.raises(UserError, match="has saved no checkpoint yet"):
        resolve_checkpoint(empty.run, "best")


@pytest.mark.parametrize("word", ["~nouser", "~nouser/runs", "x" * 300, "a\0b", "\udcff", "a/" * 3000, ""])
def test_an_impossible_run_name_is_a_one_line_error(word: str) -> None:
    RunFolder.create(CONFIG)
    for find in (lambda: resolve_run(word), lambda: resolve_checkpoint(word, "best")):
        with pytest.raises(UserError, match="there is no run"):
            find()


@pytest.mark.parametrize("word", ["latest", "a-run"])
def test_resolving_a_run_does_not_create_the_home_folder(word: str, home: Path) -> None:
    with pytest.raises(UserError, match="there are no runs"):
        resolve_run(word)
    assert list_runs() == []
    assert not home.exists()
