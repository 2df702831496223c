"""Resuming runs: overrides, missing checkpoints, and a machine that lacks what a run needs."""

import socket

import pytest
import torch
from sessions import CONFIG, PulledPlug, killed_run, pull_the_plug, resume, session, stopped_run, train
from torch import Tensor

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.cli.main import run as run_command
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import (
    Event,
    PlanUnavailable,
    RunResumed,
    RunStarted,
    RunState,
    StepsDone,
    Warned,
)
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.snapshot import replay
from fmnist_tui.training.control import Control
from fmnist_tui.training.train_step import TrainStep

THIRD = ResumeOverrides(learning_rate_factor=0.33)
RATE = 0.001


def rate_of(folder: RunFolder) -> float:
    """Return the learning rate of the last trained step."""
    manifest = read_manifest(manifest_file(folder.checkpoints, "last"))
    return manifest.config.learning_rate


def assert_same_weights(one: RunFolder, other: RunFolder) -> None:
    for part in ("weights", "trainer"):
        states = [
            read_tensors(folder.checkpoints, getattr(read_manifest(manifest_file(folder.checkpoints, "last")), part))
            for folder in (one, other)
        ]
        assert all(torch.equal(tensor, states[1][name]) for name, tensor in states[0].items())


@pytest.mark.parametrize(
    "broken", ["loop.TrainingLoop.__init__", "trainer.Validator.__init__", "trainer.TrainStep.restore"]
)
def test_a_failed_resume_stores_none_of_its_overrides(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stopped_run()
    log = folder.events_file.read_bytes()

    def refuse(*_arguments: object, **_more: object) -> None:
        raise UserError("not now")

    for _attempt in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(f"fmnist_tui.training.{broken}", refuse)
            assert resume(folder, overrides=THIRD).state is RunState.FAILED
    assert folder.config() == CONFIG
    assert folder.events_file.read_bytes() == log
    assert resume(folder, overrides=THIRD).state is RunState.FINISHED
    assert rate_of(folder) == pytest.approx(RATE * 0.33)


@pytest.mark.parametrize("again", [THIRD, None])
@pytest.mark.parametrize("killed_at", ["config", "event", "step"])
def test_a_factor_acts_once_when_the_resume_is_killed_before_its_first_checkpoint(
    killed_at: str, again: ResumeOverrides | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stopped_run()
    with monkeypatch.context() as patch:
        if killed_at == "config":
            original = RunFolder.write_config

            def write(self: RunFolder, config: RunConfig) -> None:
                original(self, config)
                raise PulledPlug

            patch.setattr(RunFolder, "write_config", write)
        else:
            kind = RunResumed if killed_at == "event" else StepsDone
            pull_the_plug(lambda event: isinstance(event, kind), patch)
        with pytest.raises(PulledPlug):
            resume(folder, overrides=THIRD)
    assert resume(folder, overrides=again).state is RunState.FINISHED
    assert rate_of(folder) == pytest.approx(RATE * 0.33)


def test_a_factor_acts_again_on_a_rate_that_broke_the_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stopped_run()
    original = TrainStep.step

    def poison(self: TrainStep, images: Tensor, labels: Tensor, step: int) -> object:
        return original(self, images * float("nan"), labels, step)

    with monkeypatch.context() as patch:
        patch.setattr(TrainStep, "step", poison)
        for _attempt in range(2):
            assert "learning-rate-factor" in resume(folder, overrides=THIRD).reason
    assert folder.config().learning_rate == pytest.approx(RATE * 0.33**2, rel=0.01)
    assert resume(folder).state is RunState.FINISHED


def test_a_run_killed_before_its_first_checkpoint_starts_again_with_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    train(CONFIG)
    straight = resolve_run("latest")
    folder = killed_run(monkeypatch)
    assert folder != straight
    assert not list(folder.checkpoints.glob("*.json"))
    assert summary_of(folder).can_resume
    events: list[Event] = []
    assert resume(folder, events.append).state is RunState.FINISHED
    assert_same_weights(straight, folder)
    replayed = replay(read_events(folder.events_file))
    assert [epoch.epoch for epoch in replayed.epochs] == [1, 2]
    assert [line.text for line in replayed.log if line.text.startswith("started again")]
    seen = [point[0] for point in replayed.curves.train_loss.points]
    assert seen == sorted(set(seen)), "no step of the attempt that was killed is left"


def test_a_run_that_another_host_trains_has_no_second_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = killed_run(monkeypatch)
    log = folder.events_file.read_text().replace(f'"host":"{socket.gethostname()}"', '"host":"gpu1"')
    folder.events_file.write_text(log)
    ended = resume(folder)
    assert ended.state is RunState.FAILED
    assert "trained on 'gpu1', and may still be" in ended.reason
    assert folder.events_file.read_text() == log
    assert folder.lock_file.exists(), "it is what the user removes who knows better"


def test_a_run_killed_before_its_first_event_starts_again() -> None:
    train(CONFIG)
    straight, folder = resolve_run("latest"), RunFolder.create(CONFIG)
    assert summary_of(folder).can_resume
    events: list[Event] = []
    assert resume(folder, events.append).state is RunState.FINISHED
    assert any(isinstance(event, RunStarted) for event in events)
    assert_same_weights(straight, folder)


def test_voided_epochs_do_not_come_back_when_no_save_succeeded(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("fmnist_tui.checkpoints.store.write_whole", full)
        control = Control()
        train(CONFIG, lambda event: control.stop() if event.type == "epoch_ended" else None, control=control)
    folder = resolve_run("latest")
    assert replay(read_events(folder.events_file)).last_epoch is not None
    control = Control()

    def abandon(event: Event) -> None:
        if isinstance(event, StepsDone):
            control.abandon()

    session(abandon, control=control).resume(folder, replay_history=False)
    replayed = replay(read_events(folder.events_file))
    assert (replayed.epochs, replayed.last_epoch, replayed.best) == ((), None, None)


@pytest.fixture
def foreign_run(monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """Return a run whose checkpoint was saved on a GPU in bf16."""
    from fmnist_tui.checkpoints.manifest import manifest_content

    folder = stopped_run()
    for file in folder.checkpoints.glob("*.json"):
        manifest = read_manifest(file).model_copy(update={"device": "cuda", "precision": "bf16"})
        file.write_bytes(manifest_content(manifest))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    return folder


def test_a_run_from_a_gpu_is_resumed_elsewhere_only_on_request(foreign_run: RunFolder) -> None:
    events: list[Event] = []
    ended = resume(foreign_run, events.append)
    assert ended.state is RunState.FAILED
    for word in ("cuda", "bf16", f"fmnist-tui resume {foreign_run.run} --allow-fp32"):
        assert word in ended.reason
    assert any(isinstance(event, PlanUnavailable) for event in events)
    events.clear()
    assert resume(foreign_run, events.append, overrides=ResumeOverrides(allow_fp32=True)).state is RunState.FINISHED
    logged = list(read_events(foreign_run.events_file))
    (warning,) = (event for event in logged if isinstance(event, Warned))
    assert "differ" in warning.remedy
    manifest = read_manifest(manifest_file(foreign_run.checkpoints, "last"))
    assert (manifest.device, manifest.precision) == ("cpu", "fp32")
    assert resume(foreign_run, overrides=ResumeOverrides(epochs=3)).state is RunState.FINISHED, "it is asked only once"


@pytest.mark.usefixtures("commands_use_small_data")
def test_the_command_asks_before_it_resumes_elsewhere(
    foreign_run: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*arguments: str) -> int:
        return run_command(["resume", foreign_run.run, *arguments], open_interface=lambda _data: 0)

    assert command() == 1
    assert "--allow-fp32" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _prompt="": "n")
    assert command() == 1
    monkeypatch.setattr("builtins.input", lambda _prompt="": "y")
    assert command() == 0
    assert summary_of(foreign_run).state == "finished"


def test_a_run_that_breaks_before_its_first_checkpoint_starts_again_with_a_third_of_the_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = TrainStep.step

    def poison(self: TrainStep, images: Tensor, labels: Tensor, step: int) -> object:
        return original(self, images * float("nan"), labels, step)

    with monkeypatch.context() as patch:
        patch.setattr(TrainStep, "step", poison)
        reason = train(CONFIG).reason
    assert "Start it again with a third of the learning rate: fmnist-tui resume" in reason
    folder = resolve_run("latest")
    events: list[Event] = []
    assert resume(folder, events.append, overrides=THIRD).state is RunState.FINISHED
    assert folder.config().learning_rate == pytest.approx(CONFIG.learning_rate * 0.33, rel=0.01)
    assert not replay(events).non_finite
