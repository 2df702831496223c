import numpy as np
import pytest

from fmnist_tui.data.dataset import Dataset
from fmnist_tui.data.image_split import CHUNK, ImageSplit
from fmnist_tui.data.splits import Split


def random_split(count: int) -> ImageSplit:
    generator = np.random.default_rng(1)
    images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return ImageSplit("demo", images, generator.integers(0, 9, count))


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_shares_memory_with_the_dataset(small_dataset: Dataset, split: Split) -> None:
    images, part = small_dataset.image_split(split), small_dataset.part(split)
    assert np.shares_memory(images.images, part.images.numpy())
    assert images.counts == part.labels.bincount().tolist()


def test_pixel_statistics_equal_numpys() -> None:
    split = random_split(50)
    scaled = split.images / 255
    assert split.pixel_mean == pytest.approx(scaled.mean())
    assert split.pixel_deviation == pytest.approx(scaled.std())
    assert split.blank_share == pytest.approx((split.images == 0).mean())


def test_the_mean_image_of_a_class_and_of_all() -> None:
    split = random_split(500)
    for label in (0, 5):
        expected = split.images[split.labels == label].mean(axis=0)
        assert np.abs(split.mean_of(label) - expected).max() <= 0.5
    assert np.abs(split.mean_of(None) - split.images.mean(axis=0)).max() <= 1
    assert split.counts[9] == 0, "a class may be empty"
    assert not split.mean_of(9).any()


def test_places_of_a_class() -> None:
    split = random_split(100)
    assert set(split.labels[split.of_class(3)]) == {3}
    assert len(split.of_class(None)) == 100


def test_neighbors_are_those_of_a_search_in_floating_point() -> None:
    split = random_split(CHUNK + 700)
    wanted = split.images[CHUNK + 5]
    differences = split.images.astype(float) - wanted
    distances = np.sqrt((differences**2).mean(axis=(1, 2))) / 255
    found = split.neighbors(wanted, 20)
    assert found.places.tolist() == np.argsort(distances, kind="stable")[:20].tolist()
    assert found.distances == pytest.approx(distances[found.places])
    assert found.places[0] == CHUNK + 5


def test_an_image_is_not_its_own_neighbor_but_its_duplicate_is() -> None:
    images = random_split(10).images.copy()
    images[7] = images[2]
    split = ImageSplit("demo", images, np.zeros(10, np.int64))
    found = split.neighbors(images[2], 50, without=2)
    assert found.places[0] == 7
    assert found.distances[0] == 0
    assert sorted(found.places.tolist()) == [0, 1, 3, 4, 5, 6, 7, 8, 9]
