"""The verdict about a repetition of a run: bit-identical, equal within rounding, or different, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from typing import NamedTuple

from fmnist_tui.events import EpochEnded
from fmnist_tui.runs.history import RunHistory
from fmnist_tui.runs.run_facts import differences

WEIGHT_TOLERANCE = 1e-3
"""The largest difference of a weight, relative to the largest of its tensor, that counts as rounding."""

ACCURACY_TOLERANCE = 1e-3
"""The largest difference of an epoch's validation accuracy that counts as rounding."""

FIGURES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "class_recalls")
"""What of an epoch is compared; the rest depends on the time that it took."""


class Verdict(StrEnum):
    """How a repetition compares with its original."""

    IDENTICAL = "bit-identical"
    ROUNDING = "equal within rounding"
    DIFFERENT = "different"


class ComparedWeights(NamedTuple):
    """The weights of both runs at the same step.

    Attributes:
        names: The original's checkpoints of that step.
        epoch: The epoch that they come from.
        difference: The largest difference of a weight, relative to the largest of its tensor; None if unreadable.
        is_identical: Whether their digests are equal.
    """

    names: tuple[str, ...]
    epoch: int
    difference: float | None
    is_identical: bool = True


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A run and its repetition, compared.

    Attributes:
        epochs: The number of epochs that both have.
        missing_epochs: The number of the original's epochs that the repetition lacks.
        first_difference: The first epoch whose figures differ; None if there is none.
        loss_difference: How far the training loss of that epoch differs, relative to the original's.
        accuracy_difference: The largest difference of an epoch's validation accuracy.
        weights: Of each step at which both saved a checkpoint.
        reasons: In what the two differ besides their results, the most likely reason first.
    """

    epochs: int
    missing_epochs: int
    first_difference: int | None
    loss_difference: float
    accuracy_difference: float
    weights: tuple[ComparedWeights, ...]
    reasons: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict. Figures alone are no evidence of bits, and weights that can't be read none of rounding."""
        if not self.epochs or self.missing_epochs:
            return Verdict.DIFFERENT
        if self.first_difference is None and all(weights.is_identical for weights in self.weights):
            return Verdict.IDENTICAL if self.weights else Verdict.ROUNDING
        is_close = self.accuracy_difference <= ACCURACY_TOLERANCE and self.weight_difference <= WEIGHT_TOLERANCE
        return Verdict.ROUNDING if is_close else Verdict.DIFFERENT

    @property
    def weight_difference(self) -> float:
        """The largest relative difference of a weight; inf if it is not known."""
        return max((inf if each.difference is None else each.difference for each in self.weights), default=inf)


def compare_runs(original: RunHistory, repeated: RunHistory, weights: Sequence[ComparedWeights]) -> Reproduction:
    """Return the comparison of a run with its repetition, whose weights are compared already."""
    by_number = {epoch.epoch: epoch for epoch in repeated.epochs}
    pairs = [(epoch, by_number[epoch.epoch]) for epoch in original.epochs if epoch.epoch in by_number]
    differing = [(before, now) for before, now in pairs if _figures(before) != _figures(now)]
    before, now = differing[0] if differing else (None, None)
    distances = (_distance(before.validation_accuracy, now.validation_accuracy) for before, now in pairs)
    return Reproduction(
        epochs=len(pairs),
        missing_epochs=len(original.epochs) - len(pairs),
        first_difference=before.epoch if before else None,
        loss_difference=_relative_distance(before.train_loss, now.train_loss) if before and now else 0.0,
        accuracy_difference=max(distances, default=0.0),
        weights=tuple(weights),
        reasons=tuple(_reasons(original, repeated)),
    )


def _reasons(original: RunHistory, repeated: RunHistory) -> list[str]:
    """Return in what two runs of one config differ."""
    if not original.parts or not repeated.parts:
        return []
    first, now = original.parts[0].started, repeated.parts[0].started
    reasons = [str(difference) for difference in differences(first, now)]
    for part in original.parts[1:]:
        reasons += [f"from epoch {part.epoch} on, {change}" for change in differences(first, part.started)]
    if first.machine is None:
        reasons.append(f"fmnist-tui {first.program_version} did not store what machine trained the run")
    if first.device.startswith("cuda"):
        reasons.append("some operations on a GPU have no deterministic kernel")
    return reasons


def _figures(epoch: EpochEnded) -> list[str]:
    return [repr(getattr(epoch, name)) for name in FIGURES]  # as text, because nan is not equal to itself


def _distance(before: float, now: float) -> float:
    """Return how far two figures are apart; inf if only one of them is finite."""
    if isfinite(before) and isfinite(now):
        return abs(now - before)
    return 0.0 if repr(before) == repr(now) else inf


def _relative_distance(before: float, now: float) -> float:
    return _distance(before, now) / max(abs(before), 1e-12) if isfinite(before) else inf
