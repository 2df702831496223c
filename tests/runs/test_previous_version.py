"""Runs stored by version 0.1 are listed, shown, evaluated and resumed."""

import json
import shutil
from pathlib import Path

import pytest
from commands import main

from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import replay

STORED = next((Path(__file__).parent.parent / "stored_by_version_0_1").iterdir())
"""A run of three epochs with every renamed field set, an evaluation on the validation images and its probes."""


@pytest.fixture
def old_run(home: Path) -> RunFolder:
    shutil.copytree(STORED, runs_folder() / STORED.name)
    return RunFolder(runs_folder() / STORED.name)


def test_a_stored_run_is_listed_with_its_figures_and_checkpoints(old_run: RunFolder) -> None:
    (summary,) = list_runs()
    assert (summary.run, summary.model, summary.state, summary.epochs) == (old_run.run, "logistic", "finished", 3)
    assert (summary.best_epoch, summary.best_validation_accuracy) == (3, 0.77)
    assert summary.checkpoint_names == ("best", "last", "epoch-2")


def test_a_stored_config_has_its_values_under_the_new_names(old_run: RunFolder) -> None:
    config = old_run.config()
    assert (config.horizontal_flip, config.translate, config.random_erasing, config.tta_flip) == (True, 1, 0.2, True)
    assert (config.max_grad_norm, config.warmup_fraction, config.checkpoint_every) == (5.0, 0.3, 2)
    assert config.dataset == "demo"


def test_a_stored_log_is_replayed(old_run: RunFolder) -> None:
    from fmnist_tui.runs.event_log import read_events

    snapshot = replay(read_events(old_run.events_file))
    assert snapshot.started is not None
    assert snapshot.started.plan_reason
    assert snapshot.last_epoch is not None
    assert (snapshot.last_epoch.epoch, len(snapshot.checkpoints)) == (3, 3)


def test_stored_probes_are_read(old_run: RunFolder) -> None:
    from fmnist_tui.training.probe_record import read_probe_images, read_record, recorded_epochs

    assert recorded_epochs(old_run.probes) == [1, 2, 3]
    assert len(read_probe_images(old_run.probes).labels) == 20
    assert read_record(old_run.probes, 3).filters.shape == (10, 28, 28)


def test_a_stored_checkpoint_is_evaluated_to_the_stored_figures(
    old_run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    (stored,) = old_run.reports()
    assert main("test", "latest", "--split", "validation", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["correct"], again["confusion"]) == (stored.correct, [list(row) for row in stored.confusion])


def test_a_stored_run_is_resumed(old_run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("resume", "latest", "--epochs", "4") == 0
    assert "resumed in epoch 4" in capsys.readouterr().out
    (summary,) = list_runs()
    assert (summary.state, summary.epochs) == ("finished", 4)
