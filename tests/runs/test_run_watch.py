"""The list of runs, kept up to date."""

import os
import shutil
from pathlib import Path

import configs
import on_disk
import pytest
from filelock import FileLock

from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.runs.run_watch import RunWatch
from fmnist_tui.runs.summary import RunSummary

CNN = configs.CNN


@pytest.fixture
def runs(home: Path) -> list[RunFolder]:
    return [on_disk.a_finished_run(f"run-{age}", CNN, age=age, is_over=age != 1) for age in range(3)]


def changed(watch: RunWatch) -> list[RunSummary]:
    """Return the runs after a change, which has to be noticed, and only once."""
    found = watch.refresh()
    assert found is not None
    assert watch.refresh() is None
    return found


def test_nothing_is_read_while_nothing_changes(runs: list[RunFolder], monkeypatch: pytest.MonkeyPatch) -> None:
    watch = RunWatch()
    assert [run.run for run in watch.read()] == ["run-0", "run-1", "run-2"]
    monkeypatch.setattr("fmnist_tui.runs.run_watch.summary_of", lambda _folder: pytest.fail("read again"))
    monkeypatch.setattr("fmnist_tui.runs.run_watch.list_runs", lambda: pytest.fail("read again"))
    assert watch.refresh() is None


def test_what_another_process_writes_is_noticed(runs: list[RunFolder]) -> None:
    watch = RunWatch()
    watch.read()
    log = runs[1].events_file
    finished = runs[0].events_file.read_text(encoding="utf-8").splitlines()[-1]
    log.write_text(f"{log.read_text(encoding='utf-8')}{finished}\n", encoding="utf-8")
    assert [run.status for run in changed(watch)] == ["finished", "finished", "finished"]
    write_labels(runs[2], RunLabels(name="baseline", is_marked=True))
    assert [run.title for run in changed(watch)] == ["run-0", "run-1", "baseline"]


def test_runs_that_are_added_and_removed_are_noticed(runs: list[RunFolder]) -> None:
    watch = RunWatch()
    watch.read()
    parent = runs[0].path.parent
    before = parent.stat().st_mtime_ns
    shutil.rmtree(runs[2].path)
    os.utime(parent, ns=(before + 1, before + 1))  # whatever the clock of the file system
    assert [run.run for run in changed(watch)] == ["run-0", "run-1"]
    on_disk.a_finished_run("run-new", CNN, age=-1)
    os.utime(parent, ns=(before + 2, before + 2))
    assert [run.run for run in changed(watch)] == ["run-new", "run-0", "run-1"]


def test_a_lock_that_is_taken_and_released_is_noticed(runs: list[RunFolder]) -> None:
    watch = RunWatch()
    assert [run.status for run in watch.read()][1] == "crashed"
    with FileLock(runs[1].lock_file):
        assert changed(watch)[1].status == "running"
    assert changed(watch)[1].status == "crashed"
