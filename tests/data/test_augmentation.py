import numpy as np

from fmnist_tui.config import RunConfig
from fmnist_tui.data.augmentation import augmented_copies


def test_a_preview_shows_what_training_would_make_of_an_image() -> None:
    image = np.random.default_rng(0).integers(1, 256, (28, 28), dtype=np.uint8)
    config = RunConfig.from_flat({"model": "cnn", "horizontal_flip": True})
    copies = augmented_copies(config, image, 40)
    kinds = {copy.tobytes() for copy in copies}
    assert kinds == {image.tobytes(), image[:, ::-1].tobytes()}
    assert np.array_equal(copies, augmented_copies(config, image, 40))
    assert not np.array_equal(copies, augmented_copies(config, image, 40, draw=1))
    plain = augmented_copies(RunConfig.from_flat({"model": "cnn", "horizontal_flip": False}), image, 3)
    assert (plain == image).all()
