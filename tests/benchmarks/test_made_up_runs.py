"""The program reads made-up runs like trained ones."""

from pathlib import Path

import pytest

from benchmarks.long_history import history, write_run
from benchmarks.many_runs import copy_runs
from fmnist_tui.config import RunConfig
from fmnist_tui.events import RunState
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import replay


@pytest.mark.parametrize("epochs", [1, 3, 40])
def test_a_made_up_history_is_a_finished_run(home: Path, epochs: int) -> None:
    config = RunConfig.from_preset("fast", "cnn").model_copy(update={"epochs": epochs})
    folder = RunFolder(write_run(home, config))
    snapshot = replay(read_events(folder.events_file))
    assert (snapshot.state, snapshot.epoch, snapshot.fraction) == (RunState.FINISHED, epochs, 1.0)
    assert snapshot.best is not None
    assert snapshot.ended is not None
    assert snapshot.best.epoch == snapshot.ended.best_epoch
    assert summary_of(folder).epochs == epochs


def test_an_unfinished_history_has_no_end() -> None:
    config = RunConfig.from_preset("fast", "cnn")
    assert replay(history(config, "a-run", is_over=False)).state is RunState.TRAINING


def test_copies_are_listed_newest_first_under_their_own_names(home: Path, tmp_path: Path) -> None:
    config = RunConfig.from_preset("fast", "cnn").model_copy(update={"epochs": 2})
    template = write_run(tmp_path / "workshop", config)
    (template / "checkpoints").mkdir()
    (template / "checkpoints" / "weights.safetensors").write_bytes(bytes(1000))
    newest = copy_runs(template, home, 25)
    runs = list_runs()
    assert len({run.run for run in runs}) == 25
    assert runs[0].run == newest
    assert all(run.state is RunState.FINISHED for run in runs)
    assert {run.problem for run in runs} == {""}
    assert [run.title for run in runs[:3]] == [newest, runs[1].run, "ablation 2"]
    assert [len(run.tags) for run in runs[:3]] == [0, 1, 2]
    assert len({run.settings["learning_rate"] for run in runs}) > 5
    assert not list(home.rglob("*.safetensors"))
    (started,) = (event for event in read_events(runs[3].folder.events_file) if event.type == "run_started")
    assert started.run == runs[3].run
