"""A checkpoint's network as other programs need it: pixels in, logits out, exactly as it is evaluated."""

import json
from contextlib import suppress
from dataclasses import dataclass

from torch import Tensor, nn

from fmnist_tui import __version__
from fmnist_tui.checkpoints.manifest import Manifest, manifest_file, read_manifest
from fmnist_tui.checkpoints.store import network_from, read_tensors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.splits import Split
from fmnist_tui.datasets import DatasetSpec
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.summary import SavedCheckpoint

TEST: Split = "test"


class PixelsToLogits(nn.Module):
    """The network with everything that an evaluation does before and after it.

    Args:
        network: Takes normalized images.
        spec: The dataset whose mean and standard deviation normalize them.
        tta_flip: Whether the logits of an image and its mirror image are averaged.
    """

    def __init__(self, network: nn.Module, spec: DatasetSpec, *, tta_flip: bool) -> None:
        super().__init__()
        self.network = network
        self._scale, self._offset = 1 / spec.std, spec.mean / spec.std
        self._tta_flip = tta_flip

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the logits [n, 10] of float32 pixels [n, 1, 28, 28] from 0 to 1."""
        images = pixels * self._scale - self._offset
        logits: Tensor = self.network(images)
        return (logits + self.network(images.flip(-1))) / 2 if self._tta_flip else logits


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A checkpoint's network in fp32 on the CPU, and what it is.

    Attributes:
        network: The network itself, in evaluation mode.
        evaluated: The predictions of its newest test-set evaluation; None if they were not saved.
        test_accuracy: The accuracy of that evaluation; None if there is none.
    """

    folder: RunFolder
    checkpoint: str
    manifest: Manifest
    network: nn.Module
    evaluated: Predictions | None
    test_accuracy: float | None

    @property
    def config(self) -> RunConfig:
        return self.manifest.config

    def whole(self) -> PixelsToLogits:
        """Return the network with normalization, and with test-time augmentation if the run evaluates with it."""
        return PixelsToLogits(self.network, self.config.dataset_spec, tta_flip=self.config.tta_flip).eval()

    def metadata(self) -> dict[str, str]:
        """Return what the network is, as the text that a file's metadata holds."""
        spec, manifest = self.config.dataset_spec, self.manifest
        found = {
            "run": manifest.run,
            "checkpoint": self.checkpoint,
            "epoch": str(manifest.epoch),
            "model": self.config.model_name,
            "options": self.config.model.model_dump_json(),
            "dataset": manifest.dataset,
            "dataset_sha256": manifest.dataset_fingerprint,
            "weights_sha256": manifest.weights.sha256,
            "classes": json.dumps(spec.classes),
            "mean": repr(spec.mean),
            "std": repr(spec.std),
            "program": f"fmnist-tui {__version__}",
        }
        for name, accuracy in (("validation", manifest.validation_accuracy), (TEST, self.test_accuracy)):
            if accuracy is not None:
                found[f"{name}_accuracy"] = repr(accuracy)
        return found


def read_network(folder: RunFolder, checkpoint: str) -> TrainedNetwork:
    """Return the network of a run's checkpoint.

    Raises:
        UserError: The checkpoint can't be read.
    """
    manifest = read_manifest(manifest_file(folder.checkpoints, checkpoint))
    network = network_from(manifest.config.model, read_tensors(folder.checkpoints, manifest.weights)).eval()
    report = folder.newest_report(TEST, SavedCheckpoint.of(checkpoint, manifest).is_subject_of)
    evaluated = None
    if report is not None:
        with suppress(UserError):  # missing or damaged: it can only not be compared with
            evaluated = folder.predictions(report)
    return TrainedNetwork(folder, checkpoint, manifest, network, evaluated, None if report is None else report.accuracy)
