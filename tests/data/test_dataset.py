import gzip
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from fake_files import LABELS

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset, LabeledImages, load_dataset, split
from fmnist_tui.datasets import DATASETS
from fmnist_tui.datasets._garments import draw_demo
from fmnist_tui.datasets.demo import DEMO
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.errors import UserError


def load(data: str, validation_size: int = 10_000, dataset: str | None = None) -> Dataset:
    """Load without downloading."""
    config = RunConfig.from_flat({"model": "logistic", "validation_size": validation_size}).with_data(data, dataset)
    return load_dataset(config, should_stop=lambda: True)


@pytest.fixture(scope="module")
def real() -> Dataset:
    return load("auto")


@pytest.fixture
def numbered() -> LabeledImages:
    """Return images that are numbered in their first pixels."""
    images = torch.zeros(2000, 28, 28, dtype=torch.uint8)
    images[:, 0, 0], images[:, 0, 1] = torch.arange(2000) // 256, torch.arange(2000) % 256
    return LabeledImages(images, torch.arange(2000) * 7 % 10)


def numbers(part: LabeledImages) -> list[int]:
    return (part.images[:, 0, 0].long() * 256 + part.images[:, 0, 1].long()).tolist()


def test_split_is_stratified_and_keeps_the_order(numbered: LabeledImages) -> None:
    train, validation = split(numbered, 500)
    assert validation.labels.bincount().tolist() == [50] * 10
    assert train.labels.bincount().tolist() == [150] * 10
    assert sorted(numbers(train) + numbers(validation)) == list(range(2000))
    for part in (train, validation):
        assert numbers(part) == sorted(numbers(part))
        assert part.labels.tolist() == [number * 7 % 10 for number in numbers(part)]


def test_split_is_the_same_whatever_torchs_seed(numbered: LabeledImages) -> None:
    torch.manual_seed(1)
    first = numbers(split(numbered, 100)[1])
    torch.manual_seed(2)
    assert numbers(split(numbered, 100)[1]) == first
    assert first[:5] == [75, 110, 130, 164, 189], "runs of older versions were validated on these"


def test_larger_validation_set_contains_the_smaller(numbered: LabeledImages) -> None:
    assert set(numbers(split(numbered, 100)[1])) < set(numbers(split(numbered, 200)[1]))


@pytest.mark.real_data
def test_real_data(real: Dataset) -> None:
    assert real.name == "fashion-mnist"
    assert real.spec == FASHION_MNIST
    for part, size in ((real.train, 50_000), (real.validation, 10_000), (real.test, 10_000)):
        assert len(part) == size
        assert part.images.shape == (size, 28, 28)
        assert (part.images.dtype, part.labels.dtype) == (torch.uint8, torch.int64)
        assert part.labels.bincount().tolist() == [size // 10] * 10
    assert real.test.labels[:8].tolist() == [9, 2, 1, 1, 6, 1, 4, 6]  # an ankle boot, a pullover, two trousers, …


@pytest.mark.real_data
def test_fingerprint_is_of_the_content_before_the_split(real: Dataset) -> None:
    assert real.fingerprint == "ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f"
    assert load("auto", 100).fingerprint == real.fingerprint


def test_bad_file_stops_the_loading(tmp_path: Path) -> None:
    for file in FASHION_MNIST.files:
        (tmp_path / f"{file.name}.gz").write_bytes(gzip.compress(LABELS))
    with pytest.raises(UserError, match="train-images-idx3-ubyte"):
        load(str(tmp_path))


def test_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATASETS, "demo", replace(DEMO, generate=lambda: draw_demo(1000, 200)))
    demo = load("demo", validation_size=100)
    assert demo.name == "demo"
    assert (len(demo.train), len(demo.validation), len(demo.test)) == (900, 100, 200)
    assert demo.fingerprint == load("demo", validation_size=200).fingerprint
