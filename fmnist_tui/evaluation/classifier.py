"""A checkpoint's network, loaded to classify single images."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fmnist_tui.checkpoints.manifest import read_manifest
from fmnist_tui.checkpoints.store import network_from, read_tensors
from fmnist_tui.data.image_types import GrayImages
from fmnist_tui.evaluation.evaluator import plan_of
from fmnist_tui.training.inference import all_logits


class Classifier:
    """Predicts images with a checkpoint. Use it on the compute thread only.

    Args:
        manifest_file: The checkpoint's manifest, such as `best.json`.

    Raises:
        UserError: The checkpoint can't be read.
    """

    def __init__(self, manifest_file: Path) -> None:
        manifest = read_manifest(manifest_file)
        self._config = manifest.config
        self._plan = plan_of(manifest.config, manifest.precision)
        network = network_from(manifest.config.model, read_tensors(manifest_file.parent, manifest.weights))
        self._network = network.to(self._plan.device).to(memory_format=self._plan.memory_format)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes that the network predicts."""
        return self._config.dataset_spec.classes

    def probabilities(self, images: GrayImages) -> NDArray[np.float64]:
        """Return the probabilities [n, classes] for uint8 images [n, 28, 28]."""
        with self._plan.threads_set():
            logits = all_logits(self._network, torch.from_numpy(images), self._plan, self._config)
        assert logits is not None, "it is never stopped"
        return np.asarray(logits.double().softmax(dim=1).cpu().numpy())
