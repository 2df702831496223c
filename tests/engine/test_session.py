from pathlib import Path

import pytest
import torch
from sessions import CONFIG, train
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.engine.evaluate import evaluate_checkpoint
from fmnist_tui.engine.session import Session
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunStarted, RunState, StepsDone
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.snapshot import replay
from fmnist_tui.training import memory_check
from fmnist_tui.training.control import Control
from fmnist_tui.training.train_step import TrainStep


@pytest.mark.usefixtures("commands_use_small_data")
def test_a_run_leaves_config_log_and_checkpoints_and_can_be_tested() -> None:
    events: list[Event] = []
    ended = train(CONFIG, events.append)
    folder = resolve_run("latest")
    assert ended.state is RunState.FINISHED
    assert events[-1] == ended
    assert folder.config() == CONFIG
    logged = list(read_events(folder.events_file))
    assert isinstance(logged[0], RunStarted)
    assert logged[-1] == ended
    report = evaluate_checkpoint(folder, "best", "test").report
    assert folder.reports() == [report]


def test_the_log_replays_to_what_was_seen_live() -> None:
    events: list[Event] = []
    train(CONFIG, events.append)
    live, replayed = replay(events), replay(read_events(resolve_run("latest").events_file))
    assert replayed.ended == live.ended
    assert replayed.best == live.best
    assert replayed.curves.validation_loss == live.curves.validation_loss


def test_a_failing_sink_does_not_end_the_run() -> None:
    def break_down(event: Event) -> None:
        if isinstance(event, EpochEnded):
            raise LookupError("the view is gone")  # noqa: TRY004 - any error would do

    events: list[Event] = []
    assert train(CONFIG, break_down, events.append).state is RunState.FINISHED
    assert isinstance(events[-1], RunEnded)


def test_a_start_that_fails_gives_the_reason_and_leaves_no_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_data(*_arguments: object) -> Dataset:
        raise UserError("the data is gone", "Bring it back")

    monkeypatch.setattr("fmnist_tui.data.dataset.load_dataset", no_data)
    ended = Session().train(CONFIG)
    assert ended.state is RunState.FAILED
    assert ended.reason == "the data is gone. Bring it back."
    assert not (home / "runs").exists()


@pytest.mark.parametrize("reason", ["memory", "device"])
def test_what_this_machine_cannot_train_leaves_no_folder(
    reason: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_check, "available_bytes", lambda _device: 1_000_000_000)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    config = RunConfig.from_flat({"model": "resnet", "batch_size": 10_000, "data": "demo"})
    if reason == "device":
        config = CONFIG.model_copy(update={"device": "cuda"})
    ended = train(config)
    assert ended.state is RunState.FAILED
    assert ("GB of memory" if reason == "memory" else "no such device") in ended.reason
    assert not (home / "runs").exists()


def fail_at_first_step(*_arguments: object) -> None:
    raise MemoryError


@pytest.mark.parametrize("place", ["TrainStep.step", "Validator.__init__"])
def test_a_run_that_fails_before_it_has_trained_leaves_no_folder(
    place: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"fmnist_tui.training.trainer.{place}", fail_at_first_step)
    ended = train(CONFIG)
    assert ended.state is RunState.FAILED
    assert not list((home / "runs").iterdir())


def test_a_stop_during_the_download_is_no_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control()

    def fetch(*_arguments: object) -> Dataset:
        control.stop()
        raise UserError("the download was stopped")

    monkeypatch.setattr("fmnist_tui.data.dataset.load_dataset", fetch)
    assert Session(control=control).train(CONFIG).state is RunState.STOPPED
    assert not (home / "runs").exists()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), ["batch size 100", "logistic"]),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), ["batch size 100", "logistic"]),
        (ZeroDivisionError("a bug"), ["internal error", "ZeroDivisionError", "a bug"]),
    ],
)
def test_a_failed_run_reports_its_progress(error: Exception, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    original = TrainStep.step

    def break_in_epoch_two(self: TrainStep, images: Tensor, labels: Tensor, step: int) -> object:
        if step == 8:
            raise error
        return original(self, images, labels, step)

    monkeypatch.setattr(TrainStep, "step", break_in_epoch_two)
    ended = train(CONFIG)
    assert ended.state is RunState.FAILED
    assert (ended.epochs, ended.best_epoch) == (1, 1)
    for word in words:
        assert word in ended.reason
    assert list(read_events(resolve_run("latest").events_file))[-1] == ended


def test_steps_are_reported_within_an_epoch() -> None:
    events: list[Event] = []
    train(CONFIG, events.append)
    assert [event.step for event in events if isinstance(event, StepsDone) and event.epoch == 1] == [1, 2, 3, 4, 5, 6]
