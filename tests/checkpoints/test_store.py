import hashlib
import os
import random
from pathlib import Path

import pytest
import torch

from fmnist_tui import atomic_files
from fmnist_tui.checkpoints.manifest import (
    CheckpointMetadata,
    FileDigest,
    Manifest,
    TrainingProgress,
    checkpoint_names,
    manifest_content,
    manifest_file,
    read_manifest,
)
from fmnist_tui.checkpoints.store import network_from, read_tensors, save_checkpoint
from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError


def metadata(epoch: int = 1, step: int = 5, model: str = "cnn") -> CheckpointMetadata:
    return CheckpointMetadata(
        run="a-run",
        config=RunConfig.from_preset("fast", model).model_copy(update={"epochs": 100}),
        epoch=epoch,
        step=step,
        precision="fp32",
        threads=2,
        dataset="demo",
        dataset_fingerprint="f" * 64,
        validation_accuracy=0.5,
        validation_loss=1.5,
        progress=TrainingProgress(epoch=epoch, step=step),
    )


def save(folder: Path, network: torch.nn.Module, what: CheckpointMetadata, *names: str) -> None:
    trainer = {"generator.cpu": torch.arange(what.epoch)}
    save_checkpoint(folder, what, weights=network.state_dict(), trainer=trainer, names=names)


@pytest.fixture
def network() -> torch.nn.Module:
    torch.manual_seed(3)
    return metadata().config.model.build()


@pytest.mark.parametrize("channels_last", [False, True])
def test_a_loaded_checkpoint_equals_the_saved_one_bit_for_bit(
    tmp_path: Path, network: torch.nn.Module, channels_last: bool
) -> None:
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    save(tmp_path, network, metadata(), "best", "last")
    for name in ("best", "last"):
        manifest = read_manifest(manifest_file(tmp_path, name))
        assert torch.equal(read_tensors(tmp_path, manifest.trainer)["generator.cpu"], torch.arange(1))
        assert manifest.config == metadata().config
        loaded = network_from(manifest.config.model, read_tensors(tmp_path, manifest.weights)).state_dict()
        for key, tensor in network.state_dict().items():
            assert torch.equal(loaded[key], tensor)


def test_weights_that_no_manifest_names_are_deleted_and_no_others(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(epoch=1), "best", "last")
    save(tmp_path, network, metadata(epoch=2), "last")
    save(tmp_path, network, metadata(epoch=3), "last")
    save(tmp_path, network, metadata(epoch=4), "last")
    saved = {name: read_manifest(manifest_file(tmp_path, name)) for name in ("best", "last", "previous")}
    assert {name: manifest.epoch for name, manifest in saved.items()} == {"best": 1, "last": 4, "previous": 3}
    named = {digest.name for manifest in saved.values() for digest in (manifest.weights, manifest.trainer)}
    assert {file.name for file in tmp_path.glob("*.safetensors")} == named


@pytest.mark.parametrize("failing_write", range(1, 11))
def test_a_failed_save_leaves_the_previous_checkpoint_intact(
    tmp_path: Path, network: torch.nn.Module, monkeypatch: pytest.MonkeyPatch, failing_write: int
) -> None:
    save(tmp_path, network, metadata(epoch=1), "best", "last")
    calls = 0

    def fsync(_descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == failing_write:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_files.os, "fsync", fsync)
    with pytest.raises(OSError, match="No space left"):
        save(tmp_path, network, metadata(epoch=2), "best", "last")
    for name in ("best", "last"):
        manifest = read_manifest(manifest_file(tmp_path, name))
        read_tensors(tmp_path, manifest.weights)
        read_tensors(tmp_path, manifest.trainer)
    assert not list(tmp_path.glob(".*"))


def test_a_flipped_bit_is_detected(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(), "last")
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    weights = tmp_path / manifest.weights.name
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        read_tensors(tmp_path, manifest.weights)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[:1],
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"weights-e1-s5-', '"../../weights-e1-s5-'),
        lambda text: "[" * 100_000,
        lambda text: text.replace('"time":', '"time": 1e999, "was":'),
        lambda text: text.replace('"cnn"', '"unheard_of"'),
        lambda text: text.replace('"version": 1', '"version": 99'),
        lambda text: text.replace('"epoch": 1', '"epoch": "x"'),
        lambda text: text.replace('"step": 5', '"step": 6'),
        lambda text: text + " ",
    ],
)
def test_a_damaged_manifest_is_one_clear_error(tmp_path: Path, network: torch.nn.Module, damage) -> None:
    save(tmp_path, network, metadata(), "last")
    file = manifest_file(tmp_path, "last")
    damaged = damage(file.read_text())
    assert damaged != file.read_text()
    file.write_text(damaged)
    with pytest.raises(UserError) as caught:
        read_manifest(file)
    assert str(file) in caught.value.line()


def test_weights_of_another_model_are_refused(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(model="mlp"), "last")
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    with pytest.raises(UserError, match="don't fit"):
        network_from(manifest.config.model, read_tensors(tmp_path, manifest.weights))


def test_loading_draws_no_random_numbers(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(), "last")
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    network_from(manifest.config.model, read_tensors(tmp_path, manifest.weights))
    assert torch.equal(torch.rand(3), expected)


def with_digest(text: str) -> bytes:
    """Return a manifest's text with a corrected sha256, as an attacker would write it."""
    inner = text[text.index('"manifest": ') + len('"manifest": ') : text.rindex("}")]
    return f'{{"sha256": "{hashlib.sha256(inner.encode()).hexdigest()}", "manifest": {inner}}}\n'.encode()


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ('"weights-e1-s5-', '"../../weights-e1-s5-'),
        ('"cnn"', '"unheard_of"'),
        ('"version": 1', '"version": 99'),
        ('"epoch": 1', '"epoch": 1' + "0" * 400),
        ('"threads": 2', '"threads": 2000000000'),
        ('"time": ', '"time": 1e999, "was": '),
        ('"size": ', '"size": -'),
        ('"size": ', '"size": 99999999'),
        ('"epoch": 1', '"epoch": 0'),
        ('"epoch": 1', '"epoch": 101'),
        ('"step": 5', '"step": 9007199254740991'),
        ('"images": 0', '"images": 1000000'),
        ('"correct": 0', '"correct": -1'),
        ('"correct": 0', '"correct": 1'),
        ('"loss": 0.0', '"loss": Infinity'),
        ('"loss": 0.0', '"loss": NaN'),
        ('"epochs": 100', '"epochs": 0'),
        ('"batch_size": ', '"batch_size": 0, "was": '),
    ],
)
def test_a_manifest_that_was_tampered_with_and_given_a_new_digest_is_refused(
    tmp_path: Path, network: torch.nn.Module, found: str, put: str
) -> None:
    save(tmp_path, network, metadata(), "last")
    file = manifest_file(tmp_path, "last")
    assert with_digest(file.read_text()) == file.read_bytes()
    assert found in file.read_text()
    file.write_bytes(with_digest(file.read_text().replace(found, put)))
    with pytest.raises(UserError):
        read_manifest(file)


@pytest.mark.parametrize(
    "where",
    [
        {"epoch": 102},
        {"epoch": 101, "step": 1},
        {"epoch": 1, "step": 400},
        {"epoch": 2, "best": {"epoch": 2}},
        {"epoch": 2, "best": {"epoch": 0}},
        {"epoch": 2, "best": {"validation_accuracy": 7.0}},
    ],
)
def test_progress_that_no_run_can_have_is_refused(tmp_path: Path, where: dict) -> None:
    ended = {
        "epoch": 1,
        "train_loss": 1.0,
        "train_accuracy": 0.5,
        "validation_loss": 1.0,
        "validation_accuracy": 0.5,
        "learning_rate": 0.1,
        "images_per_second": 1.0,
        "active_seconds": 1.0,
        "is_best": True,
    }
    best = {**ended, **where["best"]} if "best" in where else None
    progress = TrainingProgress.model_validate({**where, "best": best})
    digest = FileDigest(name="weights-e1-s5-01234567.safetensors", size=8, sha256="0" * 64)
    file = manifest_file(tmp_path, "last")
    manifest = Manifest(**dict(metadata()), weights=digest, trainer=digest)
    file.write_bytes(manifest_content(manifest))
    assert read_manifest(file) == manifest
    file.write_bytes(manifest_content(manifest.model_copy(update={"progress": progress})))
    with pytest.raises(UserError):
        read_manifest(file)


def test_a_false_size_in_a_manifest_allocates_no_memory(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(), "last")
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    huge = manifest.weights.model_copy(update={"size": 2**52})
    with pytest.raises(UserError, match="damaged"):
        read_tensors(tmp_path, huge)


def test_anything_but_a_regular_file_is_refused_at_once(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(), "last")
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    for file in (manifest_file(tmp_path, "last"), tmp_path / manifest.weights.name):
        file.unlink()
        os.mkfifo(file)
    with pytest.raises(UserError, match="regular"):
        read_manifest(manifest_file(tmp_path, "last"))
    with pytest.raises(UserError, match="regular"):
        read_tensors(tmp_path, manifest.weights)


def test_every_damage_of_every_file_is_detected(tmp_path: Path, network: torch.nn.Module) -> None:
    """Each file is emptied, cut to one byte, to half, by one byte, or has one of 200 random bits flipped."""
    save(tmp_path, network, metadata(), "last")
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    chance = random.Random(0)
    for file in sorted(tmp_path.iterdir()):
        good = file.read_bytes()
        damages = [b"", good[:1], good[: len(good) // 2], good[:-1]]
        places = [chance.randrange(len(good)) for _ in range(200)]
        damages += [good[:at] + bytes([good[at] ^ (1 << chance.randrange(8))]) + good[at + 1 :] for at in places]
        for damaged in damages:
            file.write_bytes(damaged)
            with pytest.raises(UserError):
                read_manifest(manifest_file(tmp_path, "last"))
                read_tensors(tmp_path, manifest.weights)
                read_tensors(tmp_path, manifest.trainer)
        file.write_bytes(good)
    read_tensors(tmp_path, manifest.weights)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(), "last")
    manifest = read_manifest(manifest_file(tmp_path, "last"))
    weights = tmp_path / manifest.weights.name
    elsewhere = tmp_path.parent / "elsewhere.safetensors"
    weights.rename(elsewhere)
    weights.symlink_to(elsewhere)
    with pytest.raises(UserError, match="link"):
        read_tensors(tmp_path, manifest.weights)


def test_saved_epochs_remain_when_other_checkpoints_are_replaced(tmp_path: Path, network: torch.nn.Module) -> None:
    save(tmp_path, network, metadata(epoch=2), "best", "last", "epoch-2")
    for epoch in (3, 4, 10):
        save(tmp_path, network, metadata(epoch=epoch), "best", "last", *(["epoch-10"] if epoch == 10 else []))
    assert checkpoint_names(tmp_path) == ["best", "last", "epoch-2", "epoch-10"]
    manifest = read_manifest(manifest_file(tmp_path, "epoch-2"))
    assert manifest.epoch == 2
    assert read_tensors(tmp_path, manifest.weights).keys() == network.state_dict().keys()


@pytest.mark.parametrize("suffix", ["", ".damaged-123"])
def test_a_damaged_manifest_of_a_saved_epoch_protects_only_its_own_tensors(
    tmp_path: Path, network: torch.nn.Module, suffix: str
) -> None:
    save(tmp_path, network, metadata(epoch=2), "best", "last", "epoch-2")
    names = read_manifest(manifest_file(tmp_path, "epoch-2"))
    manifest_file(tmp_path, "epoch-2").unlink()
    (tmp_path / f"epoch-2.json{suffix}").write_text("nonsense")
    for epoch in (3, 4, 21):
        save(tmp_path, network, metadata(epoch=epoch), "best", "last")
    saved = {file.name.split("-")[1] for file in tmp_path.glob("*.safetensors")}
    assert saved == {"e2", "e4", "e21"}
    assert (tmp_path / names.weights.name).exists()


def test_files_with_a_name_similar_to_an_epochs_are_not_listed(tmp_path: Path) -> None:
    for name in ("epoch-0.json", "epoch-07.json", "epoch-x.json", "epoch-1.json.damaged-5", "epoch-1 2.json"):
        (tmp_path / name).write_text("{}")
    assert checkpoint_names(tmp_path) == []
