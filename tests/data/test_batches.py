import pytest
import torch

from fmnist_tui.config import RunConfig
from fmnist_tui.data.augmentation import draw_augmentation
from fmnist_tui.data.batches import TrainingBatches, normalized
from fmnist_tui.data.dataset import Dataset, load_dataset
from fmnist_tui.datasets import DATASETS, DatasetSpec
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.seeds import generator_for, seed_for

CPU = torch.device("cpu")


def config(**changes: object) -> RunConfig:
    return RunConfig.from_flat({"model": "logistic", "batch_size": 64, **changes})


def epoch(batches: TrainingBatches, number: int, first_step: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    images, labels = zip(*batches.epoch(number, first_step), strict=True)
    return torch.cat(images), torch.cat(labels)


def test_every_image_comes_once_an_epoch(small_dataset: Dataset) -> None:
    batches = TrainingBatches(config(), small_dataset.train, CPU)
    images, labels = epoch(batches, 1)
    assert [len(labels) for _images, labels in batches.epoch(1)] == [64] * 9 + [24]
    assert batches.steps_per_epoch == 10
    assert images.sum() == pytest.approx(float(normalized(small_dataset.train.images, FASHION_MNIST).sum()), rel=1e-4)
    assert torch.equal(labels.sort().values, small_dataset.train.labels.sort().values)


def test_each_epoch_and_seed_has_an_order_of_its_own(small_dataset: Dataset) -> None:
    batches = TrainingBatches(config(), small_dataset.train, CPU)
    other_seed = TrainingBatches(config(seed=1), small_dataset.train, CPU)
    assert torch.equal(epoch(batches, 1)[1], epoch(batches, 1)[1])
    assert not torch.equal(epoch(batches, 1)[1], epoch(batches, 2)[1])
    assert not torch.equal(epoch(batches, 1)[1], epoch(other_seed, 1)[1])


@pytest.mark.parametrize(("batch_size", "first_step"), [(64, 1), (64, 5), (64, 9), (1, 7), (1, 599), (400, 1)])
def test_an_epoch_resumed_in_its_middle_is_the_same(small_dataset: Dataset, batch_size: int, first_step: int) -> None:
    augmented = config(horizontal_flip=True, translate=3, random_erasing=0.5, batch_size=batch_size)
    batches = TrainingBatches(augmented, small_dataset.train, CPU)
    images, labels = epoch(batches, 3)
    rest_images, rest_labels = epoch(batches, 3, first_step)
    assert torch.equal(rest_images, images[first_step * batch_size :])
    assert torch.equal(rest_labels, labels[first_step * batch_size :])


def test_batch_size_changes_no_image(small_dataset: Dataset) -> None:
    augmented = {"horizontal_flip": True, "translate": 2, "random_erasing": 0.5}
    one = epoch(TrainingBatches(config(batch_size=7, **augmented), small_dataset.train, CPU), 1)
    other = epoch(TrainingBatches(config(batch_size=500, **augmented), small_dataset.train, CPU), 1)
    assert torch.equal(one[0], other[0])


@pytest.mark.parametrize("spec", DATASETS.values())
def test_normalizing_is_the_textbook_formula(spec: DatasetSpec) -> None:
    images = torch.randint(0, 256, (5, 28, 28), dtype=torch.uint8)
    expected = (images.double() / 255 - spec.mean) / spec.std
    assert torch.allclose(normalized(images, spec).squeeze(1).double(), expected, atol=1e-5)


@pytest.mark.real_data
def test_the_real_training_pixels_have_the_mean_and_deviation_that_are_written_down() -> None:
    images = load_dataset(config()).train.images.double() / 255
    assert float(images.mean()) == pytest.approx(FASHION_MNIST.mean, abs=5e-4)
    assert float(images.std()) == pytest.approx(FASHION_MNIST.std, abs=5e-4)


def augmented(images: torch.Tensor, **changes: object) -> torch.Tensor:
    draw = draw_augmentation(config(**changes), len(images), generator_for(0, "test"), CPU)
    return draw.apply(images, 0)


def test_without_augmentation_nothing_changes() -> None:
    images = torch.randint(0, 256, (20, 28, 28), dtype=torch.uint8)
    assert torch.equal(augmented(images), images)


def test_horizontal_flip_mirrors_about_half_of_the_images() -> None:
    images = torch.randint(0, 256, (400, 28, 28), dtype=torch.uint8)
    changed = augmented(images, horizontal_flip=True)
    is_flipped = torch.tensor([torch.equal(new, old.flip(-1)) for new, old in zip(changed, images, strict=True)])
    is_same = torch.tensor([torch.equal(new, old) for new, old in zip(changed, images, strict=True)])
    assert bool((is_flipped ^ is_same).all())
    assert 150 < int(is_flipped.sum()) < 250


def test_translation_moves_each_image_and_fills_with_black() -> None:
    images = torch.zeros(300, 28, 28, dtype=torch.uint8)
    images[:, 14, 14] = 255
    rows, columns = augmented(images, translate=3).nonzero(as_tuple=True)[1:]
    assert len(rows) == 300
    for places in (rows, columns):
        assert sorted(set(places.tolist())) == [11, 12, 13, 14, 15, 16, 17]
    white = torch.full((50, 28, 28), 255, dtype=torch.uint8)
    assert int((augmented(white, translate=14) == 0).sum()) > 0


def test_random_erasing_blanks_one_rectangle_of_the_configured_area() -> None:
    white = torch.full((1000, 28, 28), 255, dtype=torch.uint8)
    erased = augmented(white, random_erasing=0.3) == 0
    is_erased = erased.flatten(1).any(dim=1)
    assert 230 < int(is_erased.sum()) < 370
    for mask in erased[is_erased]:
        rows, columns = mask.any(dim=1), mask.any(dim=0)
        assert torch.equal(mask, rows[:, None] & columns[None, :])
        assert 0.01 < float(mask.float().mean()) < 0.4


def test_streams_of_random_numbers_share_nothing() -> None:
    seeds = {seed_for(seed, purpose, index) for seed in range(5) for purpose in ("a", "b") for index in range(5)}
    assert len(seeds) == 50
    assert all(0 <= seed < 2**63 for seed in seeds)
