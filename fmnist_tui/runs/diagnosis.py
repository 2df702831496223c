"""What is going wrong in a run, told from its epochs by rules that say their numbers, each with a way out.

A rule sees the run's config and what its log tells, and nothing else: what it finds in a run that goes on, it finds
again when the log is replayed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

from fmnist_tui.config import RunConfig, scaled_rate
from fmnist_tui.datasets import CLASSES
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, ProbeRecorded
from fmnist_tui.formatting import percent

GAP, PAST_BEST, LOSS_RISE = 0.05, 3, 1.1
"""Overfitting: training accuracy so far above validation, so many epochs without a lower validation loss, which has
risen by this factor."""

STALLED_SHARE, STALLED_LEAST, STALLED_GAIN = 0.2, 5, 0.001
"""A plateau: for this share of all epochs, and for so many at least, validation accuracy has not gained that much."""

CHANCE_SHARE = 0.95
"""A training loss above this share of that of pure guessing has learned nothing."""

CLIMBS, CLIMBS_OF = 3, 6
"""A rate too high: the training loss rose in so many of the last steps from epoch to epoch."""

CRAWL, CRAWL_LEAST, CRAWL_ACCURACY = 0.03, 3, 0.8
"""A rate too low: below this accuracy, the training loss falls by less than this share an epoch, so many in a row."""

SETTLED_EPOCHS = 2
"""A class may be left out for so long while the network finds its feet."""

MOSTLY_DEAD = 0.6
"""Dead units: a larger share of the hidden units answers no image of the panel. A network that learns well may come to
0.4, for its units become choosy; where the learning rate is far too high it is soon above 0.7."""

Change = Mapping[str, Any]
"""Fields of a config with their new values."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        rule: Its name, the same each time.
        text: What was seen, with the numbers.
        remedy: What to do, in words.
        change: What the remedy changes in the next run's config.
    """

    rule: str
    text: str
    remedy: str
    change: Change

    def applied_to(self, config: RunConfig) -> RunConfig:
        """The config with the remedy in it; as it was where that would not be legal."""
        try:
            return RunConfig.from_flat({**config.to_flat(), **self.change})
        except UserError:
            return config


@dataclass(frozen=True, slots=True)
class TrainingHistory:
    """How a run has gone so far.

    Attributes:
        epochs: Those that have ended; one at least.
        config: What was asked for.
        dead_share: Share of the hidden units that answered no image of the panel, when that was last looked at.
    """

    epochs: Sequence[EpochEnded]
    config: RunConfig
    dead_share: float

    @property
    def is_mostly_dead(self) -> bool:
        return self.dead_share > MOSTLY_DEAD


Rule = Callable[[TrainingHistory], Finding | None]


def findings(
    epochs: Sequence[EpochEnded], config: RunConfig, learned: ProbeRecorded | None = None
) -> tuple[Finding, ...]:
    """All that is wrong after these epochs and the newest record of the network, the gravest first."""
    if not epochs:
        return ()
    course = TrainingHistory(epochs, config, (learned.dead_share or 0.0) if learned else 0.0)
    found = (rule(course) for rule in RULES)
    return tuple(finding for finding in found if finding is not None)


def _dead_units(course: TrainingHistory) -> Finding | None:
    if not course.is_mostly_dead:
        return None
    text = f"dead units: {percent(course.dead_share, 1)} of the hidden units are positive for no image of the panel"
    return _slower(course.config, "dead units", text)


def _learns_nothing(course: TrainingHistory) -> Finding | None:
    epochs, guessing = course.epochs, log(CLASSES)
    loss = epochs[-1].train_loss
    if loss < CHANCE_SHARE * guessing:
        return None
    rising = len(epochs) > 1 and loss >= epochs[-2].train_loss
    text = f"nothing learned: the training loss is {loss:.2f}, guessing has {guessing:.2f}"
    if rising or loss > guessing or course.is_mostly_dead:
        return _slower(course.config, "nothing learned", text)
    return _faster(course.config, text)


def _rate_too_high(course: TrainingHistory) -> Finding | None:
    losses = [epoch.train_loss for epoch in course.epochs[-CLIMBS_OF - 1 :]]
    climbs = sum(later > earlier for earlier, later in pairwise(losses))
    if climbs < CLIMBS:
        return None
    text = f"learning rate too high: the training loss rose in {climbs} of the last {len(losses) - 1} epochs"
    return _slower(course.config, "rate too high", text)


def _rate_too_low(course: TrainingHistory) -> Finding | None:
    last = course.epochs[-CRAWL_LEAST - 1 :]
    if len(last) <= CRAWL_LEAST or last[-1].train_accuracy >= CRAWL_ACCURACY or course.config.schedule != "constant":
        return None
    if course.is_mostly_dead:  # its loss would crawl at any rate
        return None
    falls = [1 - later.train_loss / earlier.train_loss for earlier, later in pairwise(last)]
    if not all(0 <= fall < CRAWL for fall in falls):
        return None
    text = f"learning rate too low: the training loss falls by {100 * max(falls):.1f} % an epoch at the most"
    return _faster(course.config, text)


def _overfitting(course: TrainingHistory) -> Finding | None:
    config, last, best = course.config, course.epochs[-1], min(course.epochs, key=lambda epoch: epoch.validation_loss)
    gap = last.train_accuracy - last.validation_accuracy
    if (
        gap < GAP
        or last.epoch - best.epoch < PAST_BEST
        or last.validation_loss < LOSS_RISE * max(best.validation_loss, 1e-9)
    ):
        return None
    text = (
        f"overfitting: training {percent(last.train_accuracy, 1)}, validation {percent(last.validation_accuracy, 1)}; "
        f"validation loss {last.validation_loss:.3f}, {best.validation_loss:.3f} in epoch {best.epoch}"
    )
    flat = config.to_flat()
    if not config.horizontal_flip:
        return Finding("overfitting", text, "flip the images", {"horizontal_flip": True})
    if flat.get("dropout", 1.0) < 0.3:
        return Finding("overfitting", text, "dropout 0.3", {"dropout": 0.3})
    decay = min(1.0, max(1e-4, 3 * config.weight_decay))
    return Finding("overfitting", text, f"weight decay {decay:.3g}", {"weight_decay": decay})


def _plateau(course: TrainingHistory) -> Finding | None:
    epochs, config = course.epochs, course.config
    patience = max(STALLED_LEAST, round(STALLED_SHARE * config.epochs))
    if len(epochs) <= patience or config.schedule != "constant":
        return None
    before = max(epoch.validation_accuracy for epoch in epochs[:-patience])
    since = max(epoch.validation_accuracy for epoch in epochs[-patience:])
    if since - before >= STALLED_GAIN:
        return None
    text = f"plateau: validation {percent(since)} at best in the last {patience} epochs, {percent(before)} before"
    return Finding("plateau", text, "schedule one-cycle", {"schedule": "one-cycle"})


def _class_never_predicted(course: TrainingHistory) -> Finding | None:
    last, predictions = course.epochs[-1], course.epochs[-1].class_predictions
    if last.epoch <= SETTLED_EPOCHS or len(predictions) != CLASSES or all(predictions):
        return None
    missing = [name for name, count in zip(course.config.spec.classes, predictions, strict=True) if count == 0]
    text = f"never predicted in epoch {last.epoch}: {', '.join(missing)}"
    return _slower(course.config, "class never predicted", text)


def _slower(config: RunConfig, rule: str, text: str) -> Finding:
    rate = scaled_rate(config.learning_rate, 1 / 3)
    return Finding(rule, text, f"learning rate {rate:.3g}", {"learning_rate": rate})


def _faster(config: RunConfig, text: str) -> Finding:
    rate = min(10.0, scaled_rate(config.learning_rate, 3))
    return Finding("rate too low", text, f"learning rate {rate:.3g}", {"learning_rate": rate})


RULES: tuple[Rule, ...] = (
    _dead_units,
    _learns_nothing,
    _rate_too_high,
    _rate_too_low,
    _class_never_predicted,
    _overfitting,
    _plateau,
)
