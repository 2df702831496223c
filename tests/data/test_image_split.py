import numpy as np
import pytest

from fmnist_tui.data.dataset import Dataset
from fmnist_tui.data.image_split import CHUNK, ImageSplit
from fmnist_tui.data.splits import Split


def random_collection(images: int) -> ImageSplit:
    generator = np.random.default_rng(1)
    pictures = generator.integers(0, 256, (images, 28, 28), dtype=np.uint8)
    return ImageSplit("demo", pictures, generator.integers(0, 9, images))


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_shares_memory_with_the_dataset(small_dataset: Dataset, split: Split) -> None:
    collection, part = small_dataset.image_split(split), small_dataset.part(split)
    assert np.shares_memory(collection.images, part.images.numpy())
    assert collection.counts == part.labels.bincount().tolist()


def test_pixel_statistics_equal_numpys() -> None:
    collection = random_collection(50)
    scaled = collection.images / 255
    assert collection.pixel_mean == pytest.approx(scaled.mean())
    assert collection.pixel_deviation == pytest.approx(scaled.std())
    assert collection.blank_share == pytest.approx((collection.images == 0).mean())


def test_the_mean_image_of_a_class_and_of_all() -> None:
    collection = random_collection(500)
    for label in (0, 5):
        expected = collection.images[collection.labels == label].mean(axis=0)
        assert np.abs(collection.mean_of(label) - expected).max() <= 0.5
    assert np.abs(collection.mean_of(None) - collection.images.mean(axis=0)).max() <= 1
    assert collection.counts[9] == 0, "a class may be empty"
    assert not collection.mean_of(9).any()


def test_places_of_a_class() -> None:
    collection = random_collection(100)
    assert set(collection.labels[collection.of_class(3)]) == {3}
    assert len(collection.of_class(None)) == 100


def test_neighbors_are_those_of_a_search_in_floating_point() -> None:
    collection = random_collection(CHUNK + 700)
    wanted = collection.images[CHUNK + 5]
    differences = collection.images.astype(float) - wanted
    distances = np.sqrt((differences**2).mean(axis=(1, 2))) / 255
    found = collection.neighbors(wanted, 20)
    assert found.places.tolist() == np.argsort(distances, kind="stable")[:20].tolist()
    assert found.distances == pytest.approx(distances[found.places])
    assert found.places[0] == CHUNK + 5


def test_an_image_is_not_its_own_neighbor_but_its_duplicate_is() -> None:
    pictures = random_collection(10).images.copy()
    pictures[7] = pictures[2]
    collection = ImageSplit("demo", pictures, np.zeros(10, np.int64))
    found = collection.neighbors(pictures[2], 50, without=2)
    assert found.places[0] == 7
    assert found.distances[0] == 0
    assert sorted(found.places.tolist()) == [0, 1, 3, 4, 5, 6, 7, 8, 9]
