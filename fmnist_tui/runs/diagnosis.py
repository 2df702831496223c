"""Rules that find problems in a run's epochs, each with the figures that show it and a remedy.

A rule depends on the run's config and events only, so a replay of the log has the same findings as the live run.
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
"""Overfitting: how far training accuracy is above validation accuracy, the epochs since the best one, and the factor by
which the validation loss has risen since."""

STALLED_SHARE, MIN_STALLED, STALLED_GAIN = 0.2, 5, 0.001
"""A plateau: the share of all epochs, and the least number, in which validation accuracy gained less than this."""

CHANCE_SHARE = 0.95
"""Nothing learned: the training loss is above this share of the loss of guessing."""

CLIMBS, CLIMBS_OF = 3, 6
"""Learning rate too high: how often the training loss rose within the last epochs, and how many epochs those are."""

CRAWL, MIN_CRAWL, CRAWL_ACCURACY = 0.03, 3, 0.8
"""Learning rate too low: the training loss falls by less than this share per epoch, for this number of epochs, while
the training accuracy is below the last figure."""

SETTLED_EPOCHS = 2
"""The first epochs, in which it is normal that a class is not predicted yet."""

MOSTLY_DEAD = 0.6
"""Dead units: a larger share of the hidden units is positive for none of the probe images. A network that learns well
may reach 0.4, because its units become selective; with a learning rate far too high it soon exceeds 0.7."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem.

    Attributes:
        text: The problem, with the figures that show it.
        remedy: What to change for the next run, in words.
        change: The same as fields of the config with their new values.
    """

    text: str
    remedy: str
    change: Mapping[str, Any]

    def applied_to(self, config: RunConfig) -> RunConfig:
        """Return `config` with the remedy; unchanged if the result would be invalid."""
        try:
            return RunConfig.from_flat({**config.to_flat(), **self.change})
        except UserError:
            return config


@dataclass(frozen=True, slots=True)
class TrainingHistory:
    """The input of the rules.

    Attributes:
        epochs: The newest epochs that have ended; at least one.
        config: The run's config.
        dead_share: The share of the hidden units that are positive for none of the probe images, by the newest record.
    """

    epochs: Sequence[EpochEnded]
    config: RunConfig
    dead_share: float

    @property
    def is_mostly_dead(self) -> bool:
        return self.dead_share > MOSTLY_DEAD


def findings(
    epochs: Sequence[EpochEnded], config: RunConfig, learned: ProbeRecorded | None = None
) -> tuple[Finding, ...]:
    """Return the problems that these epochs and the newest record of the probe show, the most serious first."""
    if not epochs:
        return ()
    history = TrainingHistory(epochs, config, (learned.dead_share or 0.0) if learned else 0.0)
    return tuple(finding for rule in RULES if (finding := rule(history)))


def _dead_units(history: TrainingHistory) -> Finding | None:
    if not history.is_mostly_dead:
        return None
    text = f"dead units: {percent(history.dead_share, 1)} of the hidden units are positive for none of the probe images"
    return _rate_times(1 / 3, history, text)


def _learns_nothing(history: TrainingHistory) -> Finding | None:
    epochs, guessing = history.epochs, log(CLASSES)
    loss = epochs[-1].train_loss
    if loss < CHANCE_SHARE * guessing:
        return None
    rising = len(epochs) > 1 and loss >= epochs[-2].train_loss
    text = f"nothing learned: the training loss is {loss:.2f}, that of guessing is {guessing:.2f}"
    return _rate_times(1 / 3 if rising or loss > guessing or history.is_mostly_dead else 3, history, text)


def _rate_too_high(history: TrainingHistory) -> Finding | None:
    losses = [epoch.train_loss for epoch in history.epochs[-CLIMBS_OF - 1 :]]
    climbs = sum(later > earlier for earlier, later in pairwise(losses))
    if climbs < CLIMBS:
        return None
    text = f"learning rate too high: the training loss rose in {climbs} of the last {len(losses) - 1} epochs"
    return _rate_times(1 / 3, history, text)


def _rate_too_low(history: TrainingHistory) -> Finding | None:
    last = history.epochs[-MIN_CRAWL - 1 :]
    if len(last) <= MIN_CRAWL or last[-1].train_accuracy >= CRAWL_ACCURACY or history.config.schedule != "constant":
        return None
    if history.is_mostly_dead:  # the loss would fall slowly at any learning rate
        return None
    falls = [1 - later.train_loss / earlier.train_loss for earlier, later in pairwise(last)]
    if not all(0 <= fall < CRAWL for fall in falls):
        return None
    text = f"learning rate too low: the training loss falls by at most {percent(max(falls), 1)} per epoch"
    return _rate_times(3, history, text)


def _overfitting(history: TrainingHistory) -> Finding | None:
    config, last = history.config, history.epochs[-1]
    best = min(history.epochs, key=lambda epoch: epoch.validation_loss)
    if last.train_accuracy - last.validation_accuracy < GAP or last.epoch - best.epoch < PAST_BEST:
        return None
    if last.validation_loss < LOSS_RISE * max(best.validation_loss, 1e-9):
        return None
    text = (
        f"overfitting: training {percent(last.train_accuracy, 1)}, validation {percent(last.validation_accuracy, 1)}; "
        f"validation loss {last.validation_loss:.3f}, {best.validation_loss:.3f} in epoch {best.epoch}"
    )
    flat = config.to_flat()
    if config.dataset_spec.allows_flip and not config.horizontal_flip:
        return Finding(text, "horizontal flip", {"horizontal_flip": True})
    if flat.get("dropout", 1.0) < 0.3:
        return Finding(text, "dropout 0.3", {"dropout": 0.3})
    decay = min(1.0, max(1e-4, 3 * config.weight_decay))
    return Finding(text, f"weight decay {decay:.3g}", {"weight_decay": decay})


def _plateau(history: TrainingHistory) -> Finding | None:
    epochs, config = history.epochs, history.config
    patience = max(MIN_STALLED, round(STALLED_SHARE * config.epochs))
    if len(epochs) <= patience or config.schedule != "constant":
        return None
    before = max(epoch.validation_accuracy for epoch in epochs[:-patience])
    since = max(epoch.validation_accuracy for epoch in epochs[-patience:])
    if since - before >= STALLED_GAIN:
        return None
    text = f"plateau: validation {percent(since)} at best in the last {patience} epochs, {percent(before)} before"
    return Finding(text, "schedule one-cycle", {"schedule": "one-cycle"})


def _class_never_predicted(history: TrainingHistory) -> Finding | None:
    last, predictions = history.epochs[-1], history.epochs[-1].class_predictions
    if last.epoch <= SETTLED_EPOCHS or len(predictions) != CLASSES or all(predictions):
        return None
    missing = [name for name, count in zip(history.config.dataset_spec.classes, predictions, strict=True) if count == 0]
    text = f"never predicted in epoch {last.epoch}: {', '.join(missing)}"
    return _rate_times(1 / 3, history, text)


def _rate_times(factor: float, history: TrainingHistory, text: str) -> Finding:
    rate = min(10.0, scaled_rate(history.config.learning_rate, factor))
    return Finding(text, f"learning rate {rate:.3g}", {"learning_rate": rate})


RULES: tuple[Callable[[TrainingHistory], Finding | None], ...] = (
    _dead_units,
    _learns_nothing,
    _rate_too_high,
    _rate_too_low,
    _class_never_predicted,
    _overfitting,
    _plateau,
)
