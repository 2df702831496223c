"""The records of the training probe, and that recording does not change the training."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from torch import nn

from fmnist_tui.checkpoints.latest import load_latest
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, Event, ProbeRecorded, RunEnded, RunState, Warned
from fmnist_tui.runs.snapshot import replay
from fmnist_tui.training import probe
from fmnist_tui.training.control import Control
from fmnist_tui.training.loop import TrainingLoop
from fmnist_tui.training.probe import first_filters
from fmnist_tui.training.probe_record import delete_records, read_probe_images, read_record, recorded_epochs


def train(
    model: str, dataset: Dataset, folder: Path, *, epochs: int = 3, record: bool = True, **more: float
) -> list[Event]:
    events: list[Event] = []
    config = RunConfig.from_flat({"model": model, "epochs": epochs, "batch_size": 100, "precision": "fp32", **more})
    TrainingLoop(
        "a-run",
        config,
        dataset=dataset,
        checkpoints=folder / "checkpoints",
        control=Control(),
        emit=events.append,
        probes=folder / "probes" if record else None,
    ).run()
    return events


@pytest.mark.parametrize(
    ("model", "filters"),
    [("logistic", (10, 28, 28)), ("mlp", (64, 28, 28)), ("cnn", (16, 3, 3)), ("resnet", (32, 3, 3))],
)
def test_each_epoch_of_each_model_is_recorded(
    model: str, filters: tuple[int, ...], small_dataset: Dataset, tmp_path: Path
) -> None:
    events = train(model, small_dataset, tmp_path)
    recorded = [event for event in events if isinstance(event, ProbeRecorded)]
    assert [event.epoch for event in recorded] == [1, 2, 3]
    assert recorded_epochs(tmp_path / "probes") == [1, 2, 3]
    probe = read_probe_images(tmp_path / "probes")
    assert sorted(probe.labels.tolist()) == sorted(list(range(10)) * 2)
    ended = [event for event in events if isinstance(event, EpochEnded)]
    for epoch, event in zip(ended, recorded, strict=True):
        record = read_record(tmp_path / "probes", epoch.epoch)
        assert record.filters.shape == filters
        assert record.probabilities.sum(axis=1) == pytest.approx(np.ones(20), abs=5e-3)
        assert record.recalls.tolist() == pytest.approx(epoch.class_recalls)
        assert event.dead_share == (None if model == "logistic" else pytest.approx(record.dead_share))
        mean_recall = sum(epoch.class_recalls) / 10  # every class has as many validation images
        assert mean_recall == pytest.approx(epoch.validation_accuracy)


def test_the_probe_images_are_validation_images_with_their_labels(small_dataset: Dataset, tmp_path: Path) -> None:
    train("logistic", small_dataset, tmp_path, epochs=1)
    probe = read_probe_images(tmp_path / "probes")
    validation = small_dataset.validation
    for image, label in zip(probe.images, probe.labels.tolist(), strict=True):
        matches = (validation.images == torch.from_numpy(image)).all(dim=(1, 2))
        assert validation.labels[matches].tolist() == [label]


def test_recording_changes_no_bit_of_the_training(small_dataset: Dataset, tmp_path: Path) -> None:
    losses = [
        [e.train_loss for e in train("cnn", small_dataset, tmp_path / name, record=record) if isinstance(e, EpochEnded)]
        for name, record in (("with", True), ("without", False))
    ]
    assert losses[0] == losses[1]


def test_dead_units_are_counted(small_dataset: Dataset, tmp_path: Path) -> None:
    from fmnist_tui.training.compute_plan import choose_plan
    from fmnist_tui.training.probe import TrainingProbe

    config = RunConfig.from_flat({"model": "mlp", "hidden_units": (8, 4), "epochs": 1, "device": "cpu"})
    network = config.model.build()
    with torch.no_grad():
        network[1].bias[:3] = -1e6  # type: ignore[index]
        network[3].bias.fill_(1e6)  # type: ignore[union-attr]
    plan = choose_plan(config)
    recorder = TrainingProbe(tmp_path, config, small_dataset.validation, plan, lambda _event: None)
    recorder.record(1, network, (0.5,) * 10)
    assert read_record(tmp_path, 1).dead_share >= 3 / 12
    assert read_record(tmp_path, 1).dead_share <= 8 / 12


@pytest.mark.parametrize(("rate", "rules"), [(3e-3, []), (1.0, ["dead units"])])
def test_a_rate_that_is_far_too_high_is_found_by_the_dead_units(
    rate: float, rules: list[str], small_dataset: Dataset, tmp_path: Path
) -> None:
    snapshot = replay(train("mlp", small_dataset, tmp_path, learning_rate=rate))
    assert [finding.text.split(":")[0] for finding in snapshot.findings][:1] == rules


def test_a_long_run_is_recorded_every_nth_epoch_and_at_its_end(
    small_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "MAX_RECORDS", 3)
    train("logistic", small_dataset, tmp_path, epochs=8)
    assert recorded_epochs(tmp_path / "probes") == [3, 6, 8]


def test_a_folder_that_cannot_be_written_is_reported_once_and_training_continues(
    small_dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "probes").write_text("a file where the folder should be")
    events = train("logistic", small_dataset, tmp_path)
    assert sum(isinstance(event, Warned) and "recorded" in event.text for event in events) == 1
    assert isinstance(events[-1], RunEnded)
    assert events[-1].state is RunState.FINISHED


def test_damaged_records_are_refused_in_one_line(small_dataset: Dataset, tmp_path: Path) -> None:
    train("logistic", small_dataset, tmp_path, epochs=1)
    folder = tmp_path / "probes"
    content = (folder / "epoch-1.safetensors").read_bytes()
    for cut in (0, 7, len(content) // 2):
        (folder / "epoch-1.safetensors").write_bytes(content[:cut])
        with pytest.raises(UserError, match=r"record of this epoch is damaged.*Choose another epoch"):
            read_record(folder, 1)
    save_file({"filters": np.zeros(3, np.float32)}, folder / "epoch-1.safetensors")
    with pytest.raises(UserError, match="damaged"):
        read_record(folder, 1)
    with pytest.raises(UserError, match="can't read"):
        read_record(folder, 2)
    (folder / "images.safetensors").write_bytes(b"")
    with pytest.raises(UserError, match="images that were predicted after each epoch are damaged") as error:
        read_probe_images(folder)
    assert "another epoch" not in error.value.line()
    assert recorded_epochs(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "foreign",
    [
        {"probabilities": np.full((20, 11), 1 / 11, np.float32), "recalls": np.zeros(11, np.float32)},
        {"recalls": np.array(0.5, np.float32)},
        {"filters": np.zeros((3, 32, 32), np.float32)},
        {"filters": np.zeros((1000, 3, 3), np.float32)},
    ],
)
def test_a_record_of_other_classes_or_images_is_refused(foreign: dict, tmp_path: Path) -> None:
    good = {
        "filters": np.zeros((3, 5, 5), np.float32),
        "probabilities": np.full((20, 10), 0.1, np.float32),
        "recalls": np.zeros(10, np.float32),
        "dead_share": np.zeros(1, np.float32),
    }
    save_file(good, tmp_path / "epoch-1.safetensors")
    read_record(tmp_path, 1)
    save_file({**good, **foreign}, tmp_path / "epoch-1.safetensors")
    with pytest.raises(UserError, match="damaged"):
        read_record(tmp_path, 1)


@pytest.mark.parametrize(
    "foreign",
    [
        {"labels": np.array(3, np.uint8)},
        {"labels": np.full(2, 10, np.uint8)},
        {"labels": np.zeros(2, np.float32)},
        {"images": np.zeros((2, 32, 32), np.uint8)},
    ],
)
def test_probe_images_of_other_classes_or_shapes_are_refused(foreign: dict, tmp_path: Path) -> None:
    good = {"images": np.zeros((2, 28, 28), np.uint8), "labels": np.zeros(2, np.uint8)}
    save_file(good, tmp_path / "images.safetensors")
    read_probe_images(tmp_path)
    save_file({**good, **foreign}, tmp_path / "images.safetensors")
    with pytest.raises(UserError, match="damaged"):
        read_probe_images(tmp_path)


def test_probe_images_are_predicted_as_in_validation(small_dataset: Dataset, tmp_path: Path) -> None:
    def recorded(tta_flip: bool) -> np.ndarray:
        folder = tmp_path / str(tta_flip)
        train("mlp", small_dataset, folder, epochs=1, tta_flip=tta_flip)
        record = read_record(folder / "probes", 1)
        assert record.dead_share is not None
        return record.probabilities

    assert not np.allclose(recorded(True), recorded(False), atol=1e-3)


def test_a_resume_from_an_earlier_epoch_deletes_the_records_of_later_ones(
    small_dataset: Dataset, tmp_path: Path
) -> None:
    train("logistic", small_dataset, tmp_path, epochs=2)
    loaded = load_latest(tmp_path / "checkpoints", lambda _event: None)
    (tmp_path / "probes" / "epoch-3.safetensors").write_bytes(b"of an epoch that is void")
    control = Control()
    control.stop()
    TrainingLoop(
        "a-run",
        loaded.manifest.config.model_copy(update={"epochs": 4}),
        dataset=small_dataset,
        checkpoints=tmp_path / "checkpoints",
        control=control,
        emit=lambda _event: None,
        loaded=loaded,
        probes=tmp_path / "probes",
    ).run()
    assert recorded_epochs(tmp_path / "probes") == [1, 2]


def test_records_behind_a_link_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "epoch-3.safetensors").write_bytes(b"not the run's")
    (tmp_path / "probes").symlink_to(tmp_path / "elsewhere")
    delete_records(tmp_path / "probes", 1)
    assert recorded_epochs(tmp_path / "elsewhere") == [3]


def test_first_filters_are_the_first_layers_weights() -> None:
    network = RunConfig.from_flat({"model": "logistic"}).model.build()
    assert torch.equal(first_filters(network).flatten(1), network[1].weight.detach())  # type: ignore[arg-type]


def test_a_network_whose_first_layer_sees_no_pixels_has_no_filters() -> None:
    pooled = nn.Sequential(nn.AvgPool2d((1, 28)), nn.Flatten(), nn.Linear(28, 10))
    assert first_filters(pooled).shape == (0, 1, 1)
