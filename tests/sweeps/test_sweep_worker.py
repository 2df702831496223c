"""What a worker does with a trial: trains, prunes, continues, leaves and gives up; and the commands for it."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from commands import main
from sessions import CONFIG, small_data

from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunResumed, RunState
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import read_labels
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.requests import RequestKind, send_request
from fmnist_tui.sweeps import worker as worker_module
from fmnist_tui.sweeps.claimed_trial import ClaimedTrial
from fmnist_tui.sweeps.overview import SweepTrial, overview_of
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.storage import Location
from fmnist_tui.sweeps.study import Sweep, create_sweep
from fmnist_tui.sweeps.trial_sink import TrialSink
from fmnist_tui.sweeps.worker import SweepWorker, WorkEnd
from fmnist_tui.training.train_step import TrainStep

COMPLETE, PRUNED, FAILED, LOST = TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED, TrialState.LOST


@pytest.fixture(autouse=True)
def _small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.data.dataset.load_dataset", lambda *_arguments, **_options: small_data())


def sweep(trials: int = 1, *, epochs: int = 3, space: str = "0.001|0.01", **others: object) -> Sweep:
    config = CONFIG.model_copy(update={"epochs": epochs})
    settings = SweepSettings.of("a", config, {"learning_rate": space}, trials=trials, **others)  # type: ignore[arg-type]
    return create_sweep(settings, Location())


def trials_of(made: Sweep) -> tuple[SweepTrial, ...]:
    return overview_of(made, with_importances=False).trials


def folder_of(home: Path, trial: SweepTrial) -> RunFolder:
    return RunFolder(home / "runs" / trial.run)


def on_event(monkeypatch: pytest.MonkeyPatch, action: object) -> None:
    """Call a function with each event of a trial's run, before the trial's own sink."""
    original = TrialSink.__call__

    def call(self: TrialSink, event: Event) -> None:
        action(self, event)  # type: ignore[operator]
        original(self, event)

    monkeypatch.setattr(TrialSink, "__call__", call)


def test_each_trial_is_a_run_with_the_name_of_its_sweep_and_its_accuracy_is_the_result(home: Path) -> None:
    said: list[str] = []
    made = sweep(2)
    assert SweepWorker(made, said.append).run() is WorkEnd.DONE
    for trial in trials_of(made):
        folder = folder_of(home, trial)
        assert (read_labels(folder).name, read_labels(folder).tags) == (f"a-{trial.number}", ("sweep:a",))
        assert folder.config().learning_rate == trial.params["learning_rate"]
        events = list(read_events(folder.events_file))
        ends = [event for event in events if isinstance(event, RunEnded)]
        curve = [(event.epoch, event.validation_accuracy) for event in events if isinstance(event, EpochEnded)]
        assert trial.state is COMPLETE
        assert trial.accuracy == ends[-1].best_validation_accuracy
        assert trial.epochs == tuple(curve)
    assert said[0].startswith("trial 0: learning rate 0.0")
    assert any(text.startswith("trial 1 is complete, best validation accuracy") for text in said)


def test_a_trial_that_the_pruner_ends_counts_and_its_run_is_saved(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optuna.trial.Trial.should_prune", lambda _self: True)
    made = sweep()
    assert SweepWorker(made, lambda _text: None).run() is WorkEnd.DONE
    (trial,) = trials_of(made)
    assert trial.state is PRUNED
    assert len(trial.epochs) == 1
    folder = folder_of(home, trial)
    ended = list(read_events(folder.events_file))[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.state, ended.reason) == (
        RunState.STOPPED,
        "interrupted by the pruner of sweep a after epoch 1 of 3",
    )
    assert (folder.checkpoints / "last.json").exists()


def test_the_next_worker_continues_the_run_of_one_that_was_interrupted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sweep(pruner="none")
    first = SweepWorker(made, lambda _text: None)
    with monkeypatch.context() as patch:
        on_event(patch, lambda _sink, event: isinstance(event, EpochEnded) and first.interrupt("by SIGTERM"))
        assert first.run() is WorkEnd.INTERRUPTED
    assert [trial.state for trial in trials_of(made)] == [LOST]
    said: list[str] = []
    assert SweepWorker(made, said.append).run() is WorkEnd.DONE
    before, after = trials_of(made)
    assert said[0].startswith("trial 1 continues trial 0: learning rate ")
    assert (before.continued_by, after.continues) == (1, 0)
    assert (after.state, after.run, len(after.epochs)) == (COMPLETE, before.run, 3)
    events = list(read_events(folder_of(home, after).events_file))
    assert [event.epoch for event in events if isinstance(event, RunResumed)] == [2]
    assert len(list((home / "runs").iterdir())) == 1


def test_a_run_that_cannot_be_continued_here_is_trained_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = sweep(pruner="none")
    first = SweepWorker(made, lambda _text: None)
    with monkeypatch.context() as patch:
        on_event(patch, lambda _sink, event: isinstance(event, EpochEnded) and first.interrupt("by SIGTERM"))
        first.run()
    lock = lock_run(folder_of(home, trials_of(made)[0]))  # as a suspended worker holds it
    said: list[str] = []
    SweepWorker(made, said.append).run()
    lock.release()
    before, after = trials_of(made)
    assert "repeats trial 0, whose run is not here or is locked" in said[0]
    assert after.run != before.run
    assert (after.state, after.params) == (COMPLETE, before.params)


def test_a_run_that_had_finished_before_its_worker_died_is_not_trained_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = sweep()

    def die(_self: ClaimedTrial, _accuracy: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ClaimedTrial, "complete", die)
        SweepWorker(made, lambda _text: None).run()
    with made.storage.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE trial_heartbeats SET heartbeat = '2000-01-01 00:00:00'")
    monkeypatch.setattr(worker_module, "Session", None)
    assert SweepWorker(made, lambda _text: None).run() is WorkEnd.DONE
    before, after = trials_of(made)
    assert (before.state, after.state, after.run) == (LOST, COMPLETE, before.run)
    assert after.accuracy == max(accuracy for _epoch, accuracy in before.epochs)


def test_a_worker_that_lost_its_trial_ends_the_run_and_reports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = sweep(pruner="none")
    was_lost: list[bool] = []

    def lose(sink: TrialSink, event: Event) -> None:
        if isinstance(event, EpochEnded) and not was_lost:
            was_lost.append(True)
            identifier = made.storage.get_trial_id_from_study_id_trial_number(made.study_id, 0)
            from optuna.trial import TrialState as OptunaState

            made.storage.set_trial_state_values(identifier, OptunaState.FAIL)

    on_event(monkeypatch, lose)
    said: list[str] = []
    assert SweepWorker(made, said.append).run() is WorkEnd.DONE
    before, after = trials_of(made)
    assert (before.state, before.epochs, after.state) == (LOST, (), COMPLETE)
    assert "trial 0 was taken over by another worker, because this one was silent" in said


def test_a_diverged_trial_fails_with_the_reason_and_other_values_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    original = TrainStep.step

    def diverge(self: TrainStep, images: torch.Tensor, labels: torch.Tensor, step: int) -> object:
        has_diverged = len(trials_of(made)) == 1
        return original(self, images * float("nan") if has_diverged else images, labels, step)

    monkeypatch.setattr(TrainStep, "step", diverge)
    made = sweep(space="0.001..0.01", sampler="random", pruner="none")
    assert SweepWorker(made, lambda _text: None).run() is WorkEnd.DONE
    found = overview_of(made, with_importances=False)
    assert [trial.state for trial in found.trials] == [FAILED, COMPLETE]
    assert "nan" in found.trials[0].reason
    assert found.trials[0].params != found.trials[1].params
    assert found.results == 1


def test_a_machine_that_cannot_train_leaves_the_trials_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise UserError("there is no such device")

    monkeypatch.setattr("fmnist_tui.training.memory_check.require_memory", refuse)
    made = sweep(8)
    with pytest.raises(UserError, match="5 trials in a row can't be trained on this machine: there is no such device"):
        SweepWorker(made, lambda _text: None).run()
    found = overview_of(made, with_importances=False)
    assert found.count(FAILED) == 0
    assert (found.count(LOST), found.results, found.is_done) == (5, 0, False)


def test_a_worker_waits_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    made, waited, said = sweep(), list[float](), list[str]()
    failures = iter([True, True])

    def fail_twice(original: Callable[..., object]) -> Callable[..., object]:
        def call(self: object, *arguments: object) -> object:
            if next(failures, False):
                raise UserError("can't reach it", "Start it")
            return original(self, *arguments)

        return call

    monkeypatch.setattr(Sweep, "claim", fail_twice(Sweep.claim))
    monkeypatch.setattr(SweepWorker, "_wait", lambda _self, seconds: waited.append(seconds))
    assert SweepWorker(made, said.append).run() is WorkEnd.DONE
    assert waited == [1, 2]
    assert said[0] == "can't reach it. Start it; trying again in 1 s"
    assert [trial.state for trial in trials_of(made)] == [COMPLETE]


def test_a_training_continues_while_its_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    made, said = sweep(pruner="none"), list[str]()

    def fail(*_arguments: object) -> None:
        raise UserError("can't reach it")

    monkeypatch.setattr(ClaimedTrial, "beat", fail)
    monkeypatch.setattr(ClaimedTrial, "report", fail)
    assert SweepWorker(made, said.append).run() is WorkEnd.DONE
    (trial,) = trials_of(made)
    assert (trial.state, trial.epochs) == (COMPLETE, ())
    assert "can't reach it; the training continues" in said


def test_a_trial_and_a_sweep_are_stopped_from_outside(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = sweep(3, pruner="none")

    def stop(sink: TrialSink, event: Event) -> None:
        if not isinstance(event, EpochEnded):
            return
        number = sink._trial.number
        if number == 0:  # by the command for the run
            send_request(folder_of(home, trials_of(made)[0]), RequestKind.STOP)
        elif number == 1:
            assert main("sweep", "stop", "a", "--trial", "1") == 0
        else:
            assert main("sweep", "stop", "a") == 0
        sink.heartbeat._beat()

    on_event(monkeypatch, stop)
    monkeypatch.setattr("fmnist_tui.training.control.OUTSIDE_INTERVAL_SECONDS", 0.0)  # before the run has ended
    assert SweepWorker(made, lambda _text: None).run() is WorkEnd.STOPPED
    found = overview_of(made, with_importances=False)
    assert [trial.state for trial in found.trials] == [PRUNED, PRUNED, LOST]
    assert found.trials[0].reason.startswith("interrupted by ")
    assert found.trials[1].reason.startswith("stopped from ")
    assert found.status == "stopped"
    assert main("sweep", "work", "a") == 1
    monkeypatch.undo()


def test_the_commands_make_train_and_show_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    fixed = ["--model", "logistic", "--epochs", "2", "--validation-size", "200", "--data", "demo", "--threads", "1"]
    options = ["--batch-size", "100|200", "--learning-rate", "1e-3..1e-1 log", "--trials", "5", "--work"]
    assert main("sweep", "new", "b", *fixed, *options) == 0
    assert "The sweep is done: 5 of 5 trials have a result." in capsys.readouterr().out
    assert main("sweep", "show", "b", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["results"], shown["state"], len(shown["trials"])) == (5, "done", 5)
    assert main("sweep", "show", "b", "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [float(row["learning_rate"]) for row in rows] == [t["values"]["learning_rate"] for t in shown["trials"]]
    assert main("sweep", "show", "b") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"Best: trial {shown['best']}, " in text
    assert "Its command: fmnist-tui train --model logistic" in text
    assert main("sweep", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)["sweeps"]
    assert (listed["sweep"], listed["results"], listed["problem"]) == ("b", 5, "")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["new", "b"], "nothing varies in this sweep"),
        (["new", "b", "--learning-rate", "1..100"], "learning rate is '100', but must be"),
        (["new", "b", "--model", "mlp", "--channels", "8|16"], "'channels' is not a field of mlp"),
        (["new", "b", "--batch-size", "1|2", "--horizontal-flip", "maybe"], "horizontal flip is 'maybe'"),
        (["work", "b", "--trials", "0"], "0 trials are too few"),
        (["list", "--storage", "mongodb://u:s3cret@db/x"], "neither PostgreSQL nor MySQL nor SQLite"),
        (["show", "b", "--csv", "--json"], "--csv excludes --json"),
    ],
)
def test_an_invalid_command_makes_nothing(
    arguments: list[str], problem: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("sweep", *arguments) == 2
    error = capsys.readouterr().err
    assert problem in error
    assert "s3cret" not in error
    assert not (home / "sweeps").exists()
