"""Measures how much easier validation images are than test images, and whether near-duplicates are the reason."""

import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from benchmarks.report import Column, Report, Table, progress

if TYPE_CHECKING:
    import torch

    from fmnist_tui.config import RunConfig
    from fmnist_tui.data.dataset import Dataset, LabeledImages

FOLDS = 6
NEAR = (0.15, 0.20)
"""Distance to the nearest training image ÷ norm of the image; of near-duplicates it is less."""

ACCURACIES = (
    Column("model", "model"),
    Column("held out %", "held_out", ".2f"),
    Column("deviation", "deviation", ".2f"),
    Column("test %", "test", ".2f"),
)
NEIGHBORS = (
    Column("images", "images"),
    *(Column(f"nearest within {share:.0%}", f"{share}", ".2f") for share in NEAR),
    Column("accuracy of the nearest", "accuracy", ".2f"),
)


def splits(
    *models: Annotated[str, Parameter(help="Models; logistic if left out.")],
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Compare accuracies on test images and on each sixth of the training images, which the others don't train on.

    Networks are those of the last epoch of preset `fast`, so no epoch is chosen. Nearest images are those among the
    50,000 that are trained on.
    """
    from fmnist_tui.config import RunConfig
    from fmnist_tui.data.dataset import load_dataset

    accuracies, neighbors = Table("Accuracy, mean of six folds", ACCURACIES), Table("Nearest images, %", NEIGHBORS)
    report = Report(accuracies, neighbors)
    dataset = load_dataset(RunConfig.from_preset("fast", "logistic"))
    for name, images in (("validation", dataset.validation), ("test", dataset.test)):
        progress(f"nearest training image of each {name} image")
        neighbors.rows.append({"images": name, **_nearest(dataset.train, images)})
    for model in models or ("logistic",):
        config = RunConfig.from_preset("fast", model).model_copy(update={"device": "cpu"})
        found = []
        for number, fold in enumerate(_folds(dataset), 1):
            progress(f"{model}: fold {number} of {FOLDS}")
            found.append(_accuracies(config, fold))
        held_out, test = zip(*found, strict=True)
        means = {"held_out": statistics.mean(held_out), "test": statistics.mean(test)}
        accuracies.rows.append({"model": model, **means, "deviation": statistics.stdev(held_out)})
    report.publish(json_file, [*accuracies.rows, *neighbors.rows])


def _folds(dataset: "Dataset") -> Iterator["Dataset"]:
    """Yield the dataset with each sixth of the training images, in a random order, as its validation images."""
    import torch

    from fmnist_tui.data.dataset import LabeledImages

    images = torch.cat([dataset.train.images, dataset.validation.images])
    labels = torch.cat([dataset.train.labels, dataset.validation.labels])
    parts = torch.randperm(len(labels), generator=torch.Generator().manual_seed(1)).chunk(FOLDS)
    for held_out in range(FOLDS):
        rest = torch.cat([part for number, part in enumerate(parts) if number != held_out])
        train, validation = (LabeledImages(images[chosen], labels[chosen]) for chosen in (rest, parts[held_out]))
        yield replace(dataset, train=train, validation=validation)


def _accuracies(config: "RunConfig", dataset: "Dataset") -> tuple[float, float]:
    """Train a network to its last epoch; return its accuracy on the held-out and on the test images, in percent."""
    from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
    from fmnist_tui.checkpoints.store import read_tensors
    from fmnist_tui.training.compute_plan import choose_plan
    from fmnist_tui.training.control import Control
    from fmnist_tui.training.inference import all_logits
    from fmnist_tui.training.loop import TrainingLoop

    network = config.model.build()
    with TemporaryDirectory() as name:
        folder = Path(name)
        TrainingLoop(
            "fold", config, dataset=dataset, checkpoints=folder, control=Control(), emit=lambda _event: None
        ).run()
        network.load_state_dict(read_tensors(folder, read_manifest(manifest_file(folder, "last")).weights))

    def accuracy(images: "LabeledImages") -> float:
        logits = all_logits(network, images.images, choose_plan(config), config)
        assert logits is not None, "nothing stops it"
        return 100 * float((logits.argmax(dim=1) == images.labels).float().mean())

    return accuracy(dataset.validation), accuracy(dataset.test)


def _nearest(train: "LabeledImages", images: "LabeledImages") -> dict[str, float]:
    """Return the percentage of images whose nearest training image is near, and of those that have its label."""
    import torch

    def pixels(some: "torch.Tensor") -> "torch.Tensor":
        return some.flatten(1).float() / 255

    base = pixels(train.images)
    base_norms = base.square().sum(dim=1)
    distances, nearest = [], []
    for part in pixels(images.images).split(500):
        norms = part.square().sum(dim=1)
        squares, places = (norms[:, None] + base_norms - 2 * part @ base.T).clamp(min=0).min(dim=1)
        distances.append((squares / norms).sqrt())
        nearest.append(places)
    relative, places = torch.cat(distances), torch.cat(nearest)
    shares = {f"{share}": 100 * float((relative <= share).float().mean()) for share in NEAR}
    return {**shares, "accuracy": 100 * float((train.labels[places] == images.labels).float().mean())}
