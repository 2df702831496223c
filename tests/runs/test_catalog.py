"""The list of runs and its index: current figures, and no unchanged log is read twice."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from event_factories import epoch_ended, run_ended, run_resumed

from fmnist_tui.config import RunConfig
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import Event, RunEnded, RunResumed, RunState, to_line
from fmnist_tui.runs.catalog import INDEX_VERSION, list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.summary import RunSummary

CONFIG = RunConfig.from_preset("fast", "logistic")


@pytest.fixture(autouse=True)
def _index_even_a_few_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.runs.catalog.MIN_CHANGES", 1)


@pytest.fixture
def index_file(home: Path) -> Path:
    return home / "cache" / "runs-index.jsonl"


def stopped(epochs: int) -> RunEnded:
    return run_ended(RunState.STOPPED, epochs=epochs, best_epoch=epochs)


def resumed() -> RunResumed:
    return run_resumed(epoch=2)


def a_report(accuracy: float) -> Report:
    return Report(
        run="a-run",
        model="logistic",
        checkpoint="best",
        epoch=1,
        dataset="demo",
        split="test",
        images=100,
        correct=50,
        accuracy=accuracy,
        low=0.4,
        high=0.6,
        loss=1.0,
        classes=(),
        confusion=(),
        seconds=1.0,
    )


def append_events(folder: RunFolder, *events: Event) -> None:
    with folder.events_file.open("a", encoding="utf-8") as log:
        log.writelines(to_line(event) + "\n" for event in events)


def a_run(*events: Event) -> RunFolder:
    """Write a run of some minutes ago."""
    folder = RunFolder.create(CONFIG)
    folder.checkpoints.mkdir()
    folder.evaluations.mkdir()
    append_events(folder, *(events or (epoch_ended(1, 0.8), stopped(1))))
    backdate(folder)
    return folder


def backdate(folder: RunFolder) -> None:
    """Make everything in the folder some minutes older."""
    paths = (folder.config_file, folder.events_file, folder.checkpoints, folder.evaluations, folder.labels_file)
    for path in filter(Path.exists, paths):
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 300 * 10**9))


def change_unnoticed(folder: RunFolder) -> None:
    """Change the figures in the log, but not its size and time, so that the index can't notice it."""
    status, content = folder.events_file.stat(), folder.events_file.read_bytes()
    changed = content.replace(b'"epochs":1,', b'"epochs":7,').replace(b'"epoch":1,', b'"epoch":7,')
    assert changed != content
    folder.events_file.write_bytes(changed)
    os.utime(folder.events_file, ns=(status.st_atime_ns, status.st_mtime_ns))


def figures() -> dict[str, int]:
    return {summary.run: summary.epochs for summary in list_runs()}


def test_the_log_of_an_unchanged_run_is_not_read_again() -> None:
    folder = a_run()
    before = list_runs()
    change_unnoticed(folder)
    assert list_runs() == before
    assert before[0].epochs == 1


def test_a_run_that_has_just_changed_is_not_indexed() -> None:
    """Within a tick of the file system's clock, the next change could leave time and size as they are."""
    folder = a_run()
    os.utime(folder.events_file)
    assert figures() == {folder.run: 1}
    change_unnoticed(folder)
    assert figures() == {folder.run: 7}


def an_epoch_more(folder: RunFolder) -> None:
    append_events(folder, resumed(), epoch_ended(2, 0.9))


def an_end(folder: RunFolder) -> None:
    append_events(folder, resumed(), epoch_ended(2, 0.9), stopped(2))


def a_new_report(folder: RunFolder) -> None:
    folder.save_report(a_report(0.5))


def a_new_config(folder: RunFolder) -> None:
    folder.write_config(CONFIG.model_copy(update={"epochs": 77}))


def a_damaged_config(folder: RunFolder) -> None:
    folder.config_file.write_text("{}")


def a_new_checkpoint(folder: RunFolder) -> None:
    (folder.checkpoints / "last.json").write_text("{}")


def a_name(folder: RunFolder) -> None:
    write_labels(folder, RunLabels(name="baseline", tags=("paper", "draft"), note="two\nlines", is_marked=True))


def damaged_labels(folder: RunFolder) -> None:
    folder.labels_file.mkdir()


CHANGES: dict[Callable[[RunFolder], None], Callable[[RunSummary], bool]] = {
    an_epoch_more: lambda run: (run.state, run.epochs, run.best_validation_accuracy) == (None, 2, 0.9),
    an_end: lambda run: (run.state, run.epochs) == (RunState.STOPPED, 2),
    a_new_report: lambda run: run.test_evaluations == 1,
    a_new_config: lambda run: run.planned_epochs == 77,
    a_damaged_config: lambda run: run.model is None and bool(run.problem),
    a_new_checkpoint: lambda run: run.checkpoint_names == ("last",),
    a_name: lambda run: (
        (run.title, run.note, run.is_marked, run.tags) == ("baseline", "two\nlines", True, ("paper", "draft"))
    ),
    damaged_labels: lambda run: run.model == "logistic" and not run.name and "labels.json" in run.problem,
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_is_seen_by_the_next_list(change: Callable[[RunFolder], None]) -> None:
    folder, other = a_run(), a_run()
    list_runs()
    change(folder)
    by_run = {summary.run: summary for summary in list_runs()}
    assert CHANGES[change](by_run[folder.run])
    assert by_run[other.run].epochs == 1
    backdate(folder)
    list_runs()
    assert CHANGES[change]({summary.run: summary for summary in list_runs()}[folder.run])


def test_the_settings_of_a_run_are_known_without_its_config() -> None:
    folder = a_run()
    read, stored = list_runs(), list_runs()
    assert stored == read
    folder.config_file.unlink()
    settings = stored[0].settings
    assert (settings["model"], settings["dataset"]) == ("logistic", CONFIG.dataset)
    assert settings == {name: list(v) if isinstance(v, tuple) else v for name, v in CONFIG.to_flat().items()}


def test_a_report_that_was_deleted_is_seen_by_the_next_list() -> None:
    folder = a_run()
    report = folder.save_report(a_report(0.5))
    backdate(folder)
    assert [summary.test_evaluations for summary in list_runs()] == [1]
    report.unlink()
    assert [summary.test_evaluations for summary in list_runs()] == [0]


def test_a_deleted_run_leaves_the_list_and_the_index(index_file: Path) -> None:
    gone, stays = a_run(), a_run()
    assert set(figures()) == {gone.run, stays.run}
    shutil.rmtree(gone.path)
    assert set(figures()) == {stays.run}
    assert [line.split("\t")[0] for line in index_file.read_text().splitlines()[1:]] == [stays.run]


def test_whether_a_run_is_running_is_never_stored() -> None:
    folder = a_run(epoch_ended(1, 0.8))
    assert [summary.status for summary in list_runs()] == ["crashed"]
    with lock_run(folder):
        assert [summary.status for summary in list_runs()] == ["running"]
    assert [summary.status for summary in list_runs()] == ["crashed"]


def test_runs_with_names_that_could_break_a_line_are_distinguished() -> None:
    names = ["a\tb", "a\nb", '"a"', "a\u2028b", "ä", "\udcff"]
    for name in names:
        folder = a_run()
        folder.path.rename(folder.path.with_name(name))
    before = list_runs()
    assert {summary.run for summary in before} == set(names)
    for summary in before:
        change_unnoticed(summary.folder)
    assert list_runs() == before


def flipped(content: bytes) -> bytes:
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"\n",
        lambda content: content[: len(content) // 2],
        flipped,
        lambda content: content + b"x\ty\tz\n",
        lambda content: content.replace(f"index {INDEX_VERSION} ".encode(), f"index {INDEX_VERSION + 1} ".encode(), 1),
        lambda content: b"\xff" * 1000,
    ],
    ids=["empty", "a line break", "half", "one bit", "a line more", "a newer version", "binary"],
)
def test_a_damaged_index_or_one_of_another_version_is_rebuilt(
    damage: Callable[[bytes], bytes], index_file: Path
) -> None:
    folder = a_run()
    list_runs()
    good = index_file.read_bytes()
    index_file.write_bytes(damage(good))
    change_unnoticed(folder)
    assert figures() == {folder.run: 7}  # it was read from the folder
    assert index_file.read_bytes().count(b"\n") == good.count(b"\n")
    folder.events_file.unlink()
    assert figures() == {folder.run: 0}


def test_deleting_the_index_loses_nothing(index_file: Path) -> None:
    a_run()
    a_run(epoch_ended(1, 0.7))
    before = list_runs()
    index_file.unlink()
    assert list_runs() == before
    assert index_file.exists()


@pytest.mark.parametrize("obstacle", ["a file in place of the cache", "a folder in place of the index"])
def test_runs_are_listed_even_if_the_index_cannot_be_written(obstacle: str, index_file: Path) -> None:
    folder = a_run()
    if obstacle.startswith("a file"):
        index_file.parent.write_text("")
    else:
        index_file.mkdir(parents=True)
    for _ in range(2):
        assert figures() == {folder.run: 1}


def test_a_few_runs_need_no_index(index_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.runs.catalog.MIN_CHANGES", 3)
    folders = [a_run(), a_run()]
    assert len(list_runs()) == 2
    assert not index_file.exists()
    folders.append(a_run())
    assert len(list_runs()) == 3
    assert index_file.exists()


def test_without_any_runs_nothing_is_written(home: Path) -> None:
    assert list_runs() == []
    assert not home.exists()


LIST_AGAIN_AND_AGAIN = """
from pathlib import Path
import sys
from fmnist_tui.runs import catalog
from fmnist_tui.runs.catalog import list_runs
catalog.MIN_CHANGES = 0
for _ in range(30):
    assert len(list_runs()) == int(sys.argv[1])
"""


def test_two_processes_and_two_threads_may_list_and_write_at_once(
    index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmnist_tui.runs.catalog.MIN_CHANGES", 0)
    folders = [a_run() for _ in range(20)]
    command = [sys.executable, "-c", LIST_AGAIN_AND_AGAIN, str(len(folders))]
    other = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    wrong_counts: list[int] = []

    def list_meanwhile() -> None:
        while any(process.poll() is None for process in other):
            wrong_counts.extend(len(runs) for runs in [list_runs()] if len(runs) != len(folders))

    threads = [threading.Thread(target=list_meanwhile) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.communicate()[1] for process in other] == ["", ""]
    assert not wrong_counts
    before = list_runs()
    for folder in folders:
        change_unnoticed(folder)
    assert list_runs() == before, "the index holds all of them"
    assert [path.name for path in index_file.parent.iterdir()] == [index_file.name]  # no temporary file is left


def test_a_folder_without_a_config_is_no_run(home: Path) -> None:
    (home / "runs" / "not-a-run").mkdir(parents=True)
    (home / "runs" / "a-file").write_text("")
    assert list_runs() == []
