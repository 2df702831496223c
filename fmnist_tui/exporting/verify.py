"""Compare the predictions of an exported file with those of the checkpoint, on the whole test set."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from fmnist_tui.data.dataset import LabeledImages
from fmnist_tui.errors import UserError
from fmnist_tui.exporting.result import Verification
from fmnist_tui.exporting.trained_network import TrainedNetwork
from fmnist_tui.training.compute_plan import DEFAULT_THREADS, ComputePlan
from fmnist_tui.training.contention import contention_watch
from fmnist_tui.training.inference import all_logits

if TYPE_CHECKING:
    from fmnist_tui.exporting.format import Predictor

RELATIVE_TOLERANCE = 1e-4
"""Of the largest logit. Rounding in fp32 causes a hundredth of that; a wrong layer, or bf16, many times more."""

CHUNK_IMAGES = 500


def verify(
    predict: "Predictor",
    trained: TrainedNetwork,
    images: LabeledImages,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """Return how the predictions of an exported file differ from the checkpoint's.

    The checkpoint is evaluated as `fmnist-tui test` does, but in fp32 on the CPU whatever it was trained in: files are
    in fp32. Only predictions are compared, not labels, so this is no evaluation that would be counted.

    Raises:
        UserError: They differ by more than rounding does.
    """
    expected, found = _logits(predict, trained, images, on_progress)
    if not np.isfinite(expected).all():
        raise UserError("the checkpoint predicts nan or infinite numbers", "Export another checkpoint with --which")
    tolerance = RELATIVE_TOLERANCE * max(1.0, float(np.abs(expected).max()))
    difference = float(np.abs(found - expected).max())
    predicted, evaluated = found.argmax(axis=1), trained.evaluated
    if not difference <= tolerance:  # also if it is nan
        raise UserError(
            f"the export was not written: its logits differ from the checkpoint's by {difference:.1e}, "
            f"and rounding explains {tolerance:.1e}",
            "Please report it, with the output of `fmnist-tui doctor`",
        )
    return Verification(
        images=len(images),
        same_predictions=int((predicted == expected.argmax(axis=1)).sum()),
        max_difference=difference,
        tolerance=tolerance,
        differs_from_evaluation=None if evaluated is None else int((predicted != evaluated.predicted).sum()),
    )


def _logits(
    predict: "Predictor", trained: TrainedNetwork, images: LabeledImages, on_progress: Callable[[int, int], None]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the logits of the checkpoint and of the file."""
    plan = ComputePlan(torch.device("cpu"), "fp32", DEFAULT_THREADS, channels_last=False)
    expected, found, done = [], [], 0
    with plan.threads_set(), contention_watch(), torch.inference_mode():
        for chunk in torch.split(images.images, CHUNK_IMAGES):
            logits = all_logits(trained.network, chunk, plan, trained.config)
            assert logits is not None, "it is never stopped"
            expected.append(logits.numpy())
            found.append(predict(chunk.unsqueeze(1).float() / 255).numpy())
            done += len(chunk)
            on_progress(done, len(images))
    return np.concatenate(expected), np.concatenate(found)
