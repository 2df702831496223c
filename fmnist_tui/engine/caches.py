"""What the compute thread keeps loaded between two queries of the interface."""

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from fmnist_tui.config import RunConfig
from fmnist_tui.data.splits import Split
from fmnist_tui.runs.folder import RunFolder

if TYPE_CHECKING:
    from fmnist_tui.data.image_split import ImageSplit
    from fmnist_tui.data.images import GrayImage
    from fmnist_tui.evaluation.classifier import Classifier


class ClassifierCache:
    """The checkpoint that was used last. For the compute thread only."""

    def __init__(self) -> None:
        self._key: tuple[Path, int] | None = None
        self._classifier: Classifier | None = None

    def probabilities(self, run: Path, checkpoint: str, image: "GrayImage") -> list[float]:
        """Return the probability of each class for an image.

        Raises:
            UserError: The checkpoint can't be read.
        """
        from fmnist_tui.checkpoints.manifest import manifest_file
        from fmnist_tui.evaluation.classifier import Classifier

        file = manifest_file(RunFolder(run).checkpoints, checkpoint)
        key = (file, file.stat().st_mtime_ns if file.exists() else 0)  # an active run replaces its checkpoints
        if self._classifier is None or key != self._key:
            self._classifier, self._key = Classifier(file), key
        return self._classifier.probabilities(image[None])[0].tolist()  # type: ignore[no-any-return]


class DatasetCache:
    """The dataset that was used last. For the compute thread only."""

    def __init__(self) -> None:
        self._key: tuple[str, str, int] | None = None
        self._splits: dict[Split, ImageSplit] = {}

    def image_split(self, config: RunConfig, split: Split) -> "ImageSplit":
        """Return the images of a split as a config splits its data.

        Raises:
            UserError: The data is not on this machine or can't be read.
        """
        from fmnist_tui.data.dataset import load_local_dataset

        key = (config.dataset, config.data, config.validation_size)
        if key != self._key:
            dataset = load_local_dataset(config)
            self._splits = {split: dataset.image_split(split) for split in get_args(Split)}
            self._key = key
        return self._splits[split]
