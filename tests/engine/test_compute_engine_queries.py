"""The queries of the compute engine, on small data."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from commands import main

from fmnist_tui.checkpoints.manifest import manifest_file
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.data.locate import dataset_cache
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.engine.compute_engine import ComputeEngine
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.classifier import Classifier
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run

SECONDS = 20
CONFIG = RunConfig.from_flat({"model": "logistic", "data": "demo", "validation_size": 200})


@pytest.fixture
def engine() -> Iterator[ComputeEngine]:
    engine = ComputeEngine()
    yield engine
    engine.close()


@pytest.fixture(autouse=True)
def loads(monkeypatch: pytest.MonkeyPatch, small_dataset: Dataset) -> list[tuple[object, ...]]:
    """Record each loading of the data."""
    loads: list[tuple[object, ...]] = []

    def load(*arguments: object) -> Dataset:
        loads.append(arguments)
        return small_dataset

    monkeypatch.setattr("fmnist_tui.data.dataset.load_dataset", load)
    return loads


def test_the_data_is_read_once_for_all_its_splits(
    engine: ComputeEngine, loads: list[tuple[object, ...]], small_dataset: Dataset
) -> None:
    train = engine.image_split(CONFIG, "train").result(SECONDS)
    assert np.array_equal(train.images, small_dataset.train.images.numpy())
    assert engine.image_split(CONFIG, "train").result(SECONDS) is train
    test = engine.image_split(CONFIG, "test").result(SECONDS)
    assert test.labels.tolist() == small_dataset.test.labels.tolist()
    assert len(loads) == 1
    engine.image_split(CONFIG.model_copy(update={"validation_size": 100}), "test").result(SECONDS)
    assert len(loads) == 2


def test_an_image_is_classified_by_the_checkpoint_as_it_is_now(engine: ComputeEngine, small_dataset: Dataset) -> None:
    arguments = ["--model", "logistic", "--epochs", "1", "--batch-size", "100", "--data", "demo"]
    assert main("train", *arguments) == 0
    folder, image = resolve_run("latest"), small_dataset.test.images[0].numpy()

    def expected() -> list[float]:
        classifier = Classifier(manifest_file(folder.checkpoints, "last"))
        return classifier.probabilities(image[None])[0].tolist()  # type: ignore[no-any-return]

    first = engine.classify(folder.path, "last", image).result(SECONDS)
    assert first == pytest.approx(expected())
    assert main("resume", "latest", "--epochs", "3") == 0
    second = engine.classify(folder.path, "last", image).result(SECONDS)
    assert second == pytest.approx(expected())
    assert second != first


def test_a_deleted_checkpoint_is_a_one_line_error(engine: ComputeEngine, small_dataset: Dataset) -> None:
    gone = RunFolder.create(CONFIG)
    with pytest.raises(UserError, match="there is no checkpoint"):
        engine.classify(gone.path, "best", small_dataset.test.images[0].numpy()).result(SECONDS)


def test_images_are_those_of_the_predictions(
    engine: ComputeEngine, loads: list[tuple[object, ...]], small_dataset: Dataset
) -> None:
    arguments = ["--model", "logistic", "--epochs", "1", "--batch-size", "100", "--data", "demo"]
    assert main("train", *arguments, "--validation-size", "200") == 0
    folder = resolve_run("latest")
    folder.write_config(folder.config().model_copy(update={"validation_size": 100}))
    made_on = Predictions(small_dataset.validation.labels.numpy(), np.zeros((200, 10), np.float32))
    images = engine.images(folder.path, "best", "validation", made_on).result(SECONDS)
    assert np.array_equal(images, small_dataset.validation.images.numpy())
    assert loads[-1][0].validation_size == 200, "split by the checkpoint's config"
    others = Predictions(made_on.labels[:100], made_on.logits[:100])
    with pytest.raises(UserError, match="100 other images than the 200"):
        engine.images(folder.path, "best", "validation", others).result(SECONDS)


def test_damaged_data_files_are_found_when_the_data_is_checked(engine: ComputeEngine) -> None:
    dataset_cache(FASHION_MNIST).mkdir(parents=True)
    for file in FASHION_MNIST.files:
        (dataset_cache(FASHION_MNIST) / f"{file.name}.gz").write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"train-images-idx3-ubyte\.gz.*fmnist-tui data fetch"):
        engine.check_data(CONFIG.with_data(dataset="fashion-mnist")).result(SECONDS)
    assert engine.check_data(CONFIG).result(SECONDS) == "drawn by fmnist-tui"


def test_the_memory_of_a_training_grows_with_its_batch(engine: ComputeEngine) -> None:
    small, large = (
        engine.estimate_memory(CONFIG.model_copy(update={"batch_size": size})).result(SECONDS) for size in (10, 1000)
    )
    assert 0 < small.needed < large.needed < large.available


def test_the_memory_of_a_training_on_a_missing_device_is_an_error(engine: ComputeEngine) -> None:
    missing = "mps" if not torch.backends.mps.is_available() else "cuda"
    with pytest.raises(UserError, match="torch finds no such device"):
        engine.estimate_memory(CONFIG.model_copy(update={"device": missing})).result(SECONDS)
