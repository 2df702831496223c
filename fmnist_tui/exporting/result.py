"""What an export has written, and how it was verified. Imports nothing slow: both front ends show it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmnist_tui.formatting import count, size_figure
from fmnist_tui.sanitize import quote


@dataclass(frozen=True, slots=True)
class Verification:
    """The predictions of an exported file compared with those of the checkpoint, both computed in fp32.

    Attributes:
        images: The number of images, which are those of the test set.
        same_predictions: The number of images for which both predict the same class. Others are ties: their two highest
            logits differ by less than twice the tolerance.
        max_difference: The largest difference between two logits.
        tolerance: The difference up to which the file was accepted.
        differs_from_evaluation: The number of images for which the run's saved test-set evaluation has another
            prediction, because it was computed in another precision or on another device; None without an evaluation.
    """

    images: int
    same_predictions: int
    max_difference: float
    tolerance: float
    differs_from_evaluation: int | None = None

    def sentences(self) -> list[str]:
        """Return in whole sentences what was compared and found."""
        same = (
            f"the same predictions for all {count(self.images)} test images"
            if self.same_predictions == self.images
            else f"the same predictions for {count(self.same_predictions)} of {count(self.images)} test images, "
            "the others are ties"
        )
        found = [f"Verified: {same}; logits differ by at most {self.max_difference:.1e}."]
        if self.differs_from_evaluation:
            found.append(
                f"The file computes in fp32: {count(self.differs_from_evaluation)} predictions differ from the run's "
                "saved test-set evaluation, which has another precision or device."
            )
        return found


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export.

    Attributes:
        checkpoint: The checkpoint's name; empty for a format that exports the run's history.
        path: The file or folder that was written.
        size: Bytes.
        usage: How to open it: a command, or a line of Python.
        contents: What is in it, in one sentence.
        verification: None for a format that exports the run's history.
    """

    format: str
    run: str
    checkpoint: str
    path: Path
    size: int
    usage: str
    contents: str
    verification: Verification | None = None

    def sentences(self) -> list[str]:
        """Return in whole sentences what was written, how it was verified and how to open it."""
        subject = f"checkpoint {self.checkpoint} of {self.run}" if self.checkpoint else self.run
        return [
            f"Exported {subject} as {self.format}, {size_figure(self.size)}, to {quote(self.path, 1000)}.",
            self.contents,
            *(self.verification.sentences() if self.verification else ()),
            f"Open it with `{self.usage}`.",
        ]

    def as_data(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        verified = self.verification
        return {
            "format": self.format,
            "run": self.run,
            "checkpoint": self.checkpoint or None,
            "path": str(self.path),
            "bytes": self.size,
            "contents": self.contents,
            "usage": self.usage,
            "verified": None
            if verified is None
            else {
                "images": verified.images,
                "same_predictions": verified.same_predictions,
                "max_difference": verified.max_difference,
                "tolerance": verified.tolerance,
                "differs_from_evaluation": verified.differs_from_evaluation,
            },
        }
