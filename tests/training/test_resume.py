"""A resumed run is the same run: weights, optimizer and metrics equal the uninterrupted run's, bit for bit."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from fmnist_tui.checkpoints.latest import load_latest
from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.events import (
    CheckpointQuarantined,
    EpochEnded,
    Event,
    NonFiniteFound,
    RunEnded,
    RunResumed,
    RunState,
    StateChanged,
    StepsDone,
    ValidationStarted,
    Warned,
)
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.training.compute_plan import same_plan
from fmnist_tui.training.control import Control
from fmnist_tui.training.loop import TrainingLoop
from fmnist_tui.training.timing import Timing
from fmnist_tui.training.train_step import TrainStep

BREAKING = {"horizontal_flip": True, "translate": 2, "random_erasing": 0.5, "label_smoothing": 0.1}


def small_config(model: str = "cnn", **changes: object) -> RunConfig:
    small = {"epochs": 3, "batch_size": 50, "precision": "fp32", "validation_size": 200}
    own: dict[str, dict[str, object]] = {"logistic": {}, "resnet": {"width": 4, "blocks": 1}}
    options = own.get(model, {"dropout": 0.3})
    return RunConfig.from_flat({**RunConfig.from_preset("fast", model).to_flat(), **small, **options, **changes})


@dataclass
class Bench:
    """Trains in a folder, and compares the results."""

    dataset: Dataset

    def train(
        self,
        config: RunConfig,
        folder: Path,
        *,
        until: Callable[[Event], bool] = lambda _event: False,
        resume: bool = False,
        how: str = "stop",
        save_interval: float = 30.0,
    ) -> list[Event]:
        control = Control()
        events: list[Event] = []

        def on_event(event: Event) -> None:
            events.append(event)
            if until(event):
                getattr(control, how)()

        loaded = load_latest(folder, on_event) if resume else None
        TrainingLoop(
            "a-run",
            config,
            dataset=self.dataset,
            checkpoints=folder,
            control=control,
            emit=on_event,
            loaded=loaded,
            plan=same_plan(config, loaded.manifest) if loaded else None,
            timing=Timing(report_interval=0.0, save_interval=save_interval),  # each step can be an interruption
        ).run()
        return events


@pytest.fixture
def bench(small_dataset: Dataset) -> Bench:
    return Bench(small_dataset)


def metrics(events: list[Event]) -> list[tuple[float, ...]]:
    return [
        (
            event.epoch,
            event.train_loss,
            event.train_accuracy,
            event.validation_loss,
            event.validation_accuracy,
            event.learning_rate,
            event.is_best,
        )
        for event in events
        if isinstance(event, EpochEnded)
    ]


def assert_same_state(one: Path, other: Path, name: str = "last") -> None:
    manifests = [read_manifest(manifest_file(folder, name)) for folder in (one, other)]
    for part in ("weights", "trainer"):
        first, second = (
            read_tensors(folder, getattr(manifest, part))
            for folder, manifest in zip((one, other), manifests, strict=True)
        )
        assert first.keys() == second.keys()
        for key, tensor in first.items():
            assert torch.equal(tensor, second[key]), key


def at(epoch: int, step: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, StepsDone) and (event.epoch, event.step) == (epoch, step)


@pytest.mark.parametrize("model", ARCHITECTURES)
@pytest.mark.parametrize(
    "optimizer",
    ["adamw", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("adam", "rmsprop", "sgd")), "muon"],
)
def test_every_model_and_optimizer_resumes_to_the_last_bit(
    model: str, optimizer: str, bench: Bench, tmp_path: Path
) -> None:
    config = small_config(model, optimizer=optimizer, learning_rate=0.01, **BREAKING)
    straight = bench.train(config, tmp_path / "straight")
    before = bench.train(config, tmp_path / "broken", until=at(2, 5))
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert isinstance(before[-1], RunEnded)
    assert before[-1].state is RunState.STOPPED
    assert metrics(before) + metrics(after) == metrics(straight)
    assert_same_state(tmp_path / "straight", tmp_path / "broken")
    assert_same_state(tmp_path / "straight", tmp_path / "broken", "best")


@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "cosine", "step"])
@pytest.mark.parametrize(("epoch", "step"), [(1, 1), (1, 12), (2, 1), (3, 11)])
def test_every_schedule_resumes_from_any_step(
    schedule: str, epoch: int, step: int, bench: Bench, tmp_path: Path
) -> None:
    config = small_config("mlp", schedule=schedule, **BREAKING)
    straight = bench.train(config, tmp_path / "straight")
    before = bench.train(config, tmp_path / "broken", until=at(epoch, step))
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert metrics(before) + metrics(after) == metrics(straight)
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


def test_a_run_interrupted_at_every_third_step_is_still_the_same(bench: Bench, tmp_path: Path) -> None:
    config = small_config(epochs=2, **BREAKING)
    straight = bench.train(config, tmp_path / "straight")
    events_so_far: list[Event] = []
    events = bench.train(config, tmp_path / "broken", until=at(1, 3))
    events_so_far += events
    while not (isinstance(events[-1], RunEnded) and events[-1].state is RunState.FINISHED):
        steps = iter(range(1, 1000))
        events = bench.train(
            config,
            tmp_path / "broken",
            until=lambda event, steps=steps: isinstance(event, StepsDone) and next(steps) == 3,
            resume=True,
        )
        events_so_far += events
    assert metrics(events_so_far) == metrics(straight)
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


def test_an_end_during_validation_loses_no_training(bench: Bench, tmp_path: Path) -> None:
    config = small_config("mlp")
    straight = bench.train(config, tmp_path / "straight")
    before = bench.train(config, tmp_path / "broken", until=lambda event: isinstance(event, ValidationStarted))
    assert not metrics(before)
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert metrics(after) == metrics(straight)
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


@pytest.mark.parametrize("model", ["mlp", "cnn", "resnet"])
def test_a_bf16_run_resumes_in_bf16(model: str, bench: Bench, tmp_path: Path) -> None:
    from fmnist_tui.training.compute_plan import cpu_has_bf16

    if not cpu_has_bf16():
        pytest.skip("this processor computes bf16 by emulation")
    config = small_config(model, precision="auto", device="cpu", **BREAKING)
    straight = bench.train(config, tmp_path / "straight")
    before = bench.train(config, tmp_path / "broken", until=at(2, 5))
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert metrics(before) + metrics(after) == metrics(straight)
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


def test_an_mlp_whose_rows_are_divided_among_threads_resumes_to_the_last_bit(bench: Bench, tmp_path: Path) -> None:
    config = small_config("mlp", threads=2, **BREAKING)
    straight = bench.train(config, tmp_path / "straight")
    before = bench.train(config, tmp_path / "broken", until=at(2, 5))
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert metrics(before) + metrics(after) == metrics(straight)
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


def test_early_stopping_continues_to_count_after_a_resume(bench: Bench, tmp_path: Path) -> None:
    config = small_config("mlp", epochs=60, early_stopping=4, learning_rate=0.003, schedule="constant")
    straight = bench.train(config, tmp_path / "straight")
    best = straight[-1].best_epoch
    before = bench.train(config, tmp_path / "broken", until=at(best + 2, 5))
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert metrics(before) + metrics(after) == metrics(straight)
    assert after[-1].epochs == best + 4


def test_a_finished_run_with_more_epochs_resumes_after_its_last(bench: Bench, tmp_path: Path) -> None:
    config = small_config("mlp", schedule="constant", epochs=2)
    bench.train(config, tmp_path / "grown")
    after = bench.train(small_config("mlp", schedule="constant", epochs=4), tmp_path / "grown", resume=True)
    assert [figures[0] for figures in metrics(after)] == [3, 4]
    straight = bench.train(small_config("mlp", schedule="constant", epochs=4), tmp_path / "straight")
    assert metrics(after) == metrics(straight)[2:]
    assert_same_state(tmp_path / "straight", tmp_path / "grown")


def test_a_resume_restores_the_best_epoch_and_the_clock(bench: Bench, tmp_path: Path) -> None:
    config = small_config("mlp")
    before = bench.train(config, tmp_path, until=at(3, 2))
    after = bench.train(config, tmp_path, resume=True)
    (resumed,) = (event for event in after if isinstance(event, RunResumed))
    best = max(
        (event for event in before if isinstance(event, EpochEnded)), key=lambda event: event.validation_accuracy
    )
    assert resumed.best == best
    assert (resumed.epoch, resumed.step) == (3, 2)
    assert 0 < resumed.active_seconds <= before[-1].active_seconds
    assert after[-1].active_seconds > resumed.active_seconds


def test_long_epochs_are_saved_in_their_middle(bench: Bench, tmp_path: Path) -> None:
    events = bench.train(small_config("mlp", epochs=1), tmp_path, until=at(1, 7), how="abandon", save_interval=0.0)
    steps = [event.step for event in events if event.type == "checkpoint_saved"]
    assert steps == [1, 2, 3, 4, 5, 6, 7]


def test_a_pause_saves_first(bench: Bench, tmp_path: Path) -> None:
    control = Control()
    saved: list[tuple[int, int]] = []

    def on_event(event: Event) -> None:
        if at(2, 4)(event):
            control.pause()
        if isinstance(event, StateChanged) and event.state is RunState.PAUSED:
            manifest = read_manifest(manifest_file(tmp_path, "last"))
            saved.append((manifest.progress.epoch, manifest.progress.step))
            control.abandon()

    TrainingLoop(
        "a-run",
        small_config("mlp"),
        dataset=bench.dataset,
        checkpoints=tmp_path,
        control=control,
        emit=on_event,
        timing=Timing(report_interval=0.0),
    ).run()
    assert saved == [(2, 4)]


@pytest.mark.parametrize("damaged", [["last"], ["last", "previous"]])
def test_a_damaged_checkpoint_is_set_aside_and_the_one_before_taken(
    damaged: list[str], bench: Bench, tmp_path: Path
) -> None:
    config = small_config(
        "mlp", learning_rate=1e-6, schedule="constant", batch_norm=False
    )  # so slow that epoch 1 stays the best for long
    straight = bench.train(config, tmp_path / "straight")
    bench.train(config, tmp_path / "broken", until=at(3, 5))
    for name in damaged:
        manifest = read_manifest(manifest_file(tmp_path / "broken", name))
        file = tmp_path / "broken" / manifest.weights.name
        content = bytearray(file.read_bytes())
        content[-7] ^= 4
        file.write_bytes(content)
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert {event.name for event in after if isinstance(event, CheckpointQuarantined)} >= set(damaged)
    assert metrics(after) == metrics(straight)[-len(metrics(after)) :]
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


def test_the_furthest_checkpoint_is_resumed_regardless_of_file_times(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, hour = small_config("logistic", epochs=4, checkpoint_every=2), 3600.0
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + hour)
    bench.train(config, tmp_path, until=at(2, 12))
    monkeypatch.setattr(time, "time", lambda: began)
    bench.train(config, tmp_path, until=at(4, 3), resume=True)
    assert load_latest(tmp_path, lambda _event: None).manifest.progress.step == 3


def test_without_the_usual_checkpoints_a_single_epoch_is_resumed(bench: Bench, tmp_path: Path) -> None:
    config = small_config("mlp", epochs=5, checkpoint_every=2)
    straight = bench.train(config, tmp_path / "straight")
    bench.train(config, tmp_path / "broken", until=at(4, 5))
    for name in ("best", "last", "previous"):
        manifest_file(tmp_path / "broken", name).write_bytes(b"{}")
    after = bench.train(config, tmp_path / "broken", resume=True)
    (resumed,) = (event for event in after if isinstance(event, RunResumed))
    assert (resumed.checkpoint, resumed.epoch) == ("epoch-2", 3)
    assert metrics(after) == metrics(straight)[2:]
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


def test_a_resume_without_any_good_checkpoint_is_refused(bench: Bench, tmp_path: Path) -> None:
    assert load_latest(tmp_path, lambda _event: None) is None
    bench.train(small_config("mlp", epochs=1), tmp_path)
    for file in tmp_path.glob("trainer-*"):
        file.write_bytes(b"")
    with pytest.raises(UserError, match="damaged"):
        load_latest(tmp_path, lambda _event: None)
    with pytest.raises(UserError, match="set aside"):  # not a run that was killed before its first checkpoint
        load_latest(tmp_path, lambda _event: None)


def test_non_finite_numbers_are_reported_and_the_last_good_checkpoint_resumes(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = small_config("mlp")
    straight = bench.train(config, tmp_path / "straight")
    original = TrainStep.step

    def poison(self: TrainStep, images: torch.Tensor, labels: torch.Tensor, step: int) -> object:
        return original(self, images * float("nan") if step == 12 + 6 else images, labels, step)

    monkeypatch.setattr(TrainStep, "step", poison)
    events = bench.train(config, tmp_path / "broken")
    (found,) = (event for event in events if isinstance(event, NonFiniteFound))
    assert (found.what, found.epoch, found.step) == ("loss", 2, 7)
    assert events[-1].state is RunState.FAILED
    for word in ("epoch 2", "step 7", "learning rate", "gradient norm", "resume a-run"):
        assert word in events[-1].reason
    monkeypatch.setattr(TrainStep, "step", original)
    after = bench.train(config, tmp_path / "broken", resume=True)
    assert metrics(events) + metrics(after) == metrics(straight)
    assert_same_state(tmp_path / "straight", tmp_path / "broken")


def test_a_bad_gradient_in_the_last_step_is_found_before_it_is_saved(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = TrainStep.step

    def poison_last_step(self: TrainStep, images: torch.Tensor, labels: torch.Tensor, step: int) -> object:
        results = original(self, images, labels, step)
        if step == 12 + 11:
            with torch.no_grad():
                next(self.network.parameters()).fill_(float("inf"))
        return results

    monkeypatch.setattr(TrainStep, "step", poison_last_step)
    events = bench.train(small_config("mlp"), tmp_path)
    (found,) = (event for event in events if isinstance(event, NonFiniteFound))
    assert (found.what, found.epoch) == ("weights", 2)
    assert read_manifest(manifest_file(tmp_path, "last")).epoch == 1


def test_a_diverging_loss_is_warned_of_also_after_a_resume(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.train(small_config("logistic"), tmp_path, until=at(2, 1))
    original = TrainStep.step

    def turn_over(self: TrainStep, images: torch.Tensor, labels: torch.Tensor, step: int) -> object:
        if step == 15:
            with torch.no_grad():
                next(self.network.parameters()).mul_(-30)
        return original(self, images, labels, step)

    monkeypatch.setattr(TrainStep, "step", turn_over)
    events = bench.train(small_config("logistic"), tmp_path, resume=True)
    warnings = [event.text for event in events if isinstance(event, Warned)]
    assert warnings
    assert "× the lowest" in warnings[0]


@pytest.mark.parametrize("part", ["weights", "trainer"])
def test_a_checkpoint_in_another_number_format_is_refused(part: str, bench: Bench, tmp_path: Path) -> None:
    config = small_config("logistic", epochs=1)
    bench.train(config, tmp_path)
    loaded = load_latest(tmp_path, lambda _event: None)
    tensors = getattr(loaded, part)
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            tensors[name] = tensor.double()
    resumed = TrainingLoop(
        "a-run",
        config.model_copy(update={"epochs": 2}),
        dataset=bench.dataset,
        checkpoints=tmp_path,
        control=Control(),
        emit=lambda _event: None,
        loaded=loaded,
    )
    with pytest.raises(UserError, match="float64, not"):
        resumed.run()
