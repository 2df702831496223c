import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.evaluation.evaluator import evaluate
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointSaved,
    EpochEnded,
    Event,
    NonFiniteFound,
    RunEnded,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    ValidationStarted,
)
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.training.compute_plan import choose_plan
from fmnist_tui.training.control import Control
from fmnist_tui.training.divergence import divergence_warning
from fmnist_tui.training.job_queue import JobQueue
from fmnist_tui.training.loop import TrainingLoop
from fmnist_tui.training.timing import Timing
from fmnist_tui.training.train_step import TrainStep


def small_config(model: str = "cnn", **changes: object) -> RunConfig:
    small = {"epochs": 2, "batch_size": 50, "precision": "fp32", "validation_size": 200}
    return RunConfig.from_flat({**RunConfig.from_preset("fast", model).to_flat(), **small, **changes})


class Recorder(list[Event]):
    """A sink that records the events and passes each to a callback."""

    def __init__(self, on_event=lambda _event: None) -> None:
        super().__init__()
        self._on_event = on_event

    def __call__(self, event: Event) -> None:
        self.append(event)
        self._on_event(event)

    def of(self, kind: type) -> list:
        return [event for event in self if isinstance(event, kind)]


def train(
    config: RunConfig,
    dataset: Dataset,
    folder: Path,
    control: Control | None = None,
    recorder: Recorder | None = None,
    **options: object,
) -> Recorder:
    recorder = Recorder() if recorder is None else recorder
    TrainingLoop(
        "a-run", config, dataset=dataset, checkpoints=folder, control=control or Control(), emit=recorder, **options
    ).run()
    return recorder


def weights(folder: Path, name: str = "last") -> dict[str, torch.Tensor]:
    return read_tensors(folder, read_manifest(manifest_file(folder, name)).weights)


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_every_model_learns(model: str, small_dataset: Dataset, tmp_path: Path) -> None:
    options = (
        {"width": 8, "optimizer": "adamw", "learning_rate": 0.02, "horizontal_flip": False}
        if model == "resnet"
        else {"learning_rate": 0.003}
    )
    events = train(small_config(model, epochs=6, **options), small_dataset, tmp_path)
    epochs = events.of(EpochEnded)
    assert epochs[-1].validation_accuracy > 0.9
    assert epochs[-1].train_loss < epochs[0].train_loss


def test_a_run_emits_its_events_in_order(small_dataset: Dataset, tmp_path: Path) -> None:
    events = train(small_config(), small_dataset, tmp_path)
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[1], StateChanged)
    assert isinstance(events[-1], RunEnded)
    assert events[-1].state is RunState.FINISHED
    assert [event.epoch for event in events.of(EpochEnded)] == [1, 2]
    assert len(events.of(ValidationStarted)) == 2
    assert events.of(StepsDone)[-1].step == events[0].steps_per_epoch == 12
    times = [event.time for event in events]
    assert times == sorted(times)


def test_the_same_config_gives_the_same_bits(small_dataset: Dataset, tmp_path: Path) -> None:
    config = small_config(dropout=0.3, horizontal_flip=True, translate=2, random_erasing=0.5)
    train(config, small_dataset, tmp_path / "one")
    train(config, small_dataset, tmp_path / "two")
    train(config.model_copy(update={"seed": 1}), small_dataset, tmp_path / "other")
    assert equal(weights(tmp_path / "one"), weights(tmp_path / "two"))
    assert not equal(weights(tmp_path / "one"), weights(tmp_path / "other"))


def test_epochs_are_saved_on_request(small_dataset: Dataset, tmp_path: Path) -> None:
    events = train(small_config("logistic", epochs=5, checkpoint_every=2), small_dataset, tmp_path)
    saved = [event for event in events.of(CheckpointSaved) if event.name.startswith("epoch-")]
    assert [(event.name, event.epoch) for event in saved] == [("epoch-2", 2), ("epoch-4", 4)]
    ended = events.of(EpochEnded)[1]
    assert read_manifest(manifest_file(tmp_path, "epoch-2")).validation_accuracy == ended.validation_accuracy
    assert not equal(weights(tmp_path, "epoch-2"), weights(tmp_path, "epoch-4"))


def test_pauses_and_jobs_change_no_bit(small_dataset: Dataset, tmp_path: Path) -> None:
    config = small_config(dropout=0.3, horizontal_flip=True)
    train(config, small_dataset, tmp_path / "straight")

    jobs, evaluated = JobQueue(), []
    control = Control(jobs)

    def evaluate_checkpoint() -> None:
        evaluated.append(evaluate(manifest_file(tmp_path / "paused", "last"), small_dataset, "test").report)

    def on_event(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 1:
            control.pause()
        if isinstance(event, StateChanged) and event.state is RunState.PAUSED:
            jobs.submit(evaluate_checkpoint)
            threading.Timer(0.2, control.unpause).start()

    events = train(config, small_dataset, tmp_path / "paused", control, Recorder(on_event))
    states = [event.state for event in events.of(StateChanged)]
    assert states == [RunState.TRAINING, RunState.PAUSED, RunState.TRAINING]
    assert evaluated[0].images == 300
    assert equal(weights(tmp_path / "straight"), weights(tmp_path / "paused"))


def test_a_pause_is_no_training_time(small_dataset: Dataset, tmp_path: Path) -> None:
    control, now = Control(), [0.0]

    def on_event(event: Event) -> None:
        now[0] += 1.0
        if isinstance(event, EpochEnded) and event.epoch == 1:
            control.pause()
        if isinstance(event, StateChanged) and event.state is RunState.PAUSED:
            now[0] += 1000.0
            control.unpause()

    timing = Timing(now=lambda: now[0])
    recorder = train(small_config("logistic"), small_dataset, tmp_path, control, Recorder(on_event), timing=timing)
    assert 0.0 < recorder[-1].active_seconds < 100.0


def test_stop_saves_the_current_weights(small_dataset: Dataset, tmp_path: Path) -> None:
    control = Control()

    def on_event(event: Event) -> None:
        if isinstance(event, StepsDone) and event.epoch == 2:
            control.stop()

    events = train(small_config(epochs=50), small_dataset, tmp_path, control, Recorder(on_event))
    assert events[-1].state is RunState.STOPPED
    assert events.of(CheckpointSaved)[-1].name == "last"
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    assert manifest.epoch == 2
    assert read_manifest(manifest_file(tmp_path, "best")).epoch == 1


def test_abandon_saves_nothing_more(small_dataset: Dataset, tmp_path: Path) -> None:
    control = Control()

    def on_event(event: Event) -> None:
        if isinstance(event, StepsDone) and event.epoch == 2:
            control.abandon()

    events = train(small_config(epochs=50), small_dataset, tmp_path, control, Recorder(on_event))
    assert events[-1].state is RunState.STOPPED
    assert read_manifest(manifest_file(tmp_path, "last")).epoch == 1


def test_best_is_chosen_by_validation_alone(small_dataset: Dataset, tmp_path: Path) -> None:
    events = train(small_config("mlp", epochs=5), small_dataset, tmp_path)
    epochs = events.of(EpochEnded)
    best = max(epochs, key=lambda event: event.validation_accuracy)  # the first of equals
    manifest = read_manifest(manifest_file(tmp_path, "best"))
    assert manifest.epoch == best.epoch == events[-1].best_epoch
    assert manifest.validation_accuracy == best.validation_accuracy
    report = evaluate(manifest_file(tmp_path, "best"), small_dataset, "validation").report
    assert report.accuracy == best.validation_accuracy
    assert report.loss == pytest.approx(best.validation_loss, rel=1e-5, abs=1e-8)


def test_early_stopping_waits_for_its_patience(small_dataset: Dataset, tmp_path: Path) -> None:
    config = small_config("mlp", epochs=60, early_stopping=3, learning_rate=0.003, schedule="constant")
    events = train(config, small_dataset, tmp_path)
    assert events[-1].state is RunState.FINISHED
    assert events[-1].epochs == events[-1].best_epoch + 3 < 60


def test_a_non_finite_loss_ends_the_run_and_leaves_the_checkpoints(small_dataset: Dataset, tmp_path: Path) -> None:
    config = small_config("mlp", epochs=20, optimizer="sgd", learning_rate=10.0, schedule="constant", momentum=0.99)
    events = train(config, small_dataset, tmp_path)
    assert events[-1].state is RunState.FAILED
    assert "learning rate" in events[-1].reason
    for saved in tmp_path.glob("*.json"):
        assert all(bool(tensor.isfinite().all()) for tensor in weights(tmp_path, saved.stem).values())


def test_a_non_finite_loss_is_found_at_its_step_however_many_steps_pass_between_two_reports(
    small_dataset: Dataset, tmp_path: Path
) -> None:
    config = small_config("logistic", batch_size=1, optimizer="sgd", learning_rate=10.0, weight_decay=1.0, momentum=0.9)
    config = config.model_copy(update={"schedule": "constant"})
    found = []
    for seconds in (0.0, 1e9):
        events = train(config, small_dataset, tmp_path / str(seconds), timing=Timing(report_interval=seconds))
        assert events[-1].state is RunState.FAILED
        found.append(events.of(NonFiniteFound)[0])
    assert (found[0].epoch, found[0].step) == (found[1].epoch, found[1].step)
    assert found[0].what == found[1].what == "loss"


def test_training_and_validation_loss_are_the_same_quantity_with_label_smoothing(
    small_dataset: Dataset, tmp_path: Path
) -> None:
    # With a rate of next to nothing the weights stay as they were: the same images have the same loss either way.
    still = {"learning_rate": 1e-12, "label_smoothing": 0.5, "epochs": 1, "schedule": "constant"}
    dataset = replace(small_dataset, validation=small_dataset.train)
    ended = train(small_config("logistic", **still), dataset, tmp_path).of(EpochEnded)[0]
    assert ended.train_loss == pytest.approx(ended.validation_loss, rel=1e-5)


def test_a_failed_save_is_reported_and_training_continues(small_dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    events = train(small_config("logistic"), small_dataset, tmp_path / "file")
    assert events[-1].state is RunState.FINISHED
    assert {failed.name for failed in events.of(CheckpointFailed)} == {"best", "last"}


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "muon", "rmsprop", "sgd"])
@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "cosine", "step"])
def test_every_optimizer_and_schedule_lowers_the_loss(
    optimizer: str, schedule: str, small_dataset: Dataset, tmp_path: Path
) -> None:
    rate = 0.05 if optimizer == "sgd" else 0.001
    config = small_config("logistic", epochs=4, optimizer=optimizer, schedule=schedule, learning_rate=rate)
    epochs = train(config, small_dataset, tmp_path).of(EpochEnded)
    assert epochs[-1].train_loss < epochs[0].train_loss


def test_gradient_clipping_bounds_the_first_step(small_dataset: Dataset, tmp_path: Path) -> None:
    common = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 1.0, "schedule": "constant", "batch_size": 600}
    train(small_config("logistic", epochs=1, max_grad_norm=1e-3, **common), small_dataset, tmp_path / "clipped")
    train(small_config("logistic", epochs=1, max_grad_norm=0.0, **common), small_dataset, tmp_path / "free")
    train(
        small_config("logistic", epochs=1, max_grad_norm=0.0, **{**common, "learning_rate": 1e-9}),
        small_dataset,
        tmp_path / "start",
    )
    start = weights(tmp_path / "start")

    def moved(name: str) -> float:
        after = weights(tmp_path / name)
        return float(sum((after[key] - start[key]).square().sum() for key in after).sqrt())

    assert moved("clipped") == pytest.approx(1e-3, rel=1e-2)
    assert moved("free") > 1e-2


def test_bf16_learns_where_the_processor_has_it(small_dataset: Dataset, tmp_path: Path) -> None:
    from fmnist_tui.training.compute_plan import cpu_has_bf16

    if not cpu_has_bf16():
        pytest.skip("this processor computes bf16 by emulation")
    config = small_config("cnn", epochs=6, precision="bf16", learning_rate=0.003, device="cpu")
    events = train(config, small_dataset, tmp_path)
    assert events[0].precision == "bf16"
    assert events.of(EpochEnded)[-1].validation_accuracy > 0.9


def test_a_pause_requested_by_a_job_is_preceded_by_its_save(small_dataset: Dataset, tmp_path: Path) -> None:
    control = Control()

    def on_event(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 1:
            control.jobs.submit(control.pause)
        if isinstance(event, StateChanged) and event.state is RunState.PAUSED:
            control.stop()

    events = train(small_config("logistic"), small_dataset, tmp_path, control, Recorder(on_event))
    paused = next(place for place, e in enumerate(events) if isinstance(e, StateChanged) and e.state is RunState.PAUSED)
    assert isinstance(events[paused - 1], CheckpointSaved)
    assert (events[paused - 1].epoch, events[paused - 1].step) == (2, 1)


def test_the_gradient_norm_is_reported_before_clipping() -> None:
    config = small_config("logistic", device="cpu", max_grad_norm=1e-3)
    images, labels = torch.randn(50, 1, 28, 28), torch.arange(50) % 10
    norms = []
    for clip in (0.0, 1e-3):
        train_step = TrainStep(config.model_copy(update={"max_grad_norm": clip}), choose_plan(config), 10)
        train_step.step(images, labels, 0)
        norms.append(train_step.gradient_norm())
    assert norms[0] == pytest.approx(norms[1])
    assert norms[1] > 1e-2


@pytest.mark.parametrize(("loss", "lowest", "words"), [(1.0, 0.0, "the lowest so far was 0"), (9.0, 1.0, "9.0 × the")])
def test_a_loss_far_above_the_lowest_is_warned_of(loss: float, lowest: float, words: str) -> None:
    warning = divergence_warning(loss, lowest)
    assert warning is not None
    assert words in warning.text
    assert divergence_warning(0.0, lowest) is None
    assert divergence_warning(loss, None) is None
