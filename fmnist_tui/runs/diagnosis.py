"""What is going wrong in a run, told from its epochs by rules that say their numbers, each with a way out.

A rule sees the epochs so far and the config, and nothing else: what it finds in a run that goes on, it finds again when
the run's log is replayed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

from fmnist_tui.config import RunConfig
from fmnist_tui.data.classes import CLASS_NAMES
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded

GAP, PAST_BEST, LOSS_RISE = 0.05, 3, 1.1
"""Overfitting: training accuracy so far above validation, so many epochs without a lower validation loss, which has
risen by this factor."""

STALLED_SHARE, STALLED_LEAST, STALLED_GAIN = 0.2, 5, 0.001
"""A plateau: for this share of all epochs, and for so many at least, validation accuracy has not gained that much."""

CHANCE_SHARE = 0.95
"""A training loss above this share of that of pure guessing has learnt nothing."""

CLIMBS, CLIMBS_OF = 3, 6
"""A rate too high: the training loss rose in so many of the last steps from epoch to epoch."""

CRAWL, CRAWL_LEAST, CRAWL_ACCURACY = 0.03, 3, 0.8
"""A rate too low: below this accuracy, the training loss falls by less than this share an epoch, so many in a row."""

SETTLED_EPOCHS = 2
"""A class may be left out for so long while the network finds its feet."""

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


Rule = Callable[[Sequence[EpochEnded], RunConfig], Finding | None]


def findings(epochs: Sequence[EpochEnded], config: RunConfig) -> tuple[Finding, ...]:
    """All that is wrong after these epochs, the gravest first."""
    found = (rule(epochs, config) for rule in RULES) if epochs else ()
    return tuple(finding for finding in found if finding is not None)


def _learns_nothing(epochs: Sequence[EpochEnded], config: RunConfig) -> Finding | None:
    loss = epochs[-1].train_loss
    if loss < CHANCE_SHARE * log(len(CLASS_NAMES)):
        return None
    rising = len(epochs) > 1 and epochs[-1].train_loss >= epochs[-2].train_loss
    text = f"nothing learnt: the training loss is {loss:.2f}, guessing has {log(len(CLASS_NAMES)):.2f}"
    return _slower(config, "nothing learnt", text) if rising or loss > log(len(CLASS_NAMES)) else _faster(config, text)


def _rate_too_high(epochs: Sequence[EpochEnded], config: RunConfig) -> Finding | None:
    losses = [epoch.train_loss for epoch in epochs[-CLIMBS_OF - 1 :]]
    climbs = sum(later > earlier for earlier, later in pairwise(losses))
    if climbs < CLIMBS:
        return None
    text = f"learning rate too high: the training loss rose in {climbs} of the last {len(losses) - 1} epochs"
    return _slower(config, "rate too high", text)


def _rate_too_low(epochs: Sequence[EpochEnded], config: RunConfig) -> Finding | None:
    last = epochs[-CRAWL_LEAST - 1 :]
    if len(last) <= CRAWL_LEAST or last[-1].train_accuracy >= CRAWL_ACCURACY or config.schedule != "constant":
        return None
    falls = [1 - later.train_loss / earlier.train_loss for earlier, later in pairwise(last)]
    if not all(0 <= fall < CRAWL for fall in falls):
        return None
    return _faster(
        config, f"learning rate too low: the training loss falls by {100 * max(falls):.1f} % an epoch at the most"
    )


def _overfitting(epochs: Sequence[EpochEnded], config: RunConfig) -> Finding | None:
    last, best = epochs[-1], min(epochs, key=lambda epoch: epoch.validation_loss)
    gap = last.train_accuracy - last.validation_accuracy
    if (
        gap < GAP
        or last.epoch - best.epoch < PAST_BEST
        or last.validation_loss < LOSS_RISE * max(best.validation_loss, 1e-9)
    ):
        return None
    text = (
        f"overfitting: training {last.train_accuracy:.1%}, validation {last.validation_accuracy:.1%}; "
        f"validation loss {last.validation_loss:.3f}, {best.validation_loss:.3f} in epoch {best.epoch}"
    )
    flat = config.to_flat()
    if not config.flip:
        return Finding("overfitting", text, "flip the images", {"flip": True})
    if flat.get("dropout", 1.0) < 0.3:
        return Finding("overfitting", text, "dropout 0.3", {"dropout": 0.3})
    decay = min(1.0, max(1e-4, 3 * config.weight_decay))
    return Finding("overfitting", text, f"weight decay {decay:.3g}", {"weight_decay": decay})


def _plateau(epochs: Sequence[EpochEnded], config: RunConfig) -> Finding | None:
    patience = max(STALLED_LEAST, round(STALLED_SHARE * config.epochs))
    if len(epochs) <= patience or config.schedule != "constant":
        return None
    before = max(epoch.validation_accuracy for epoch in epochs[:-patience])
    since = max(epoch.validation_accuracy for epoch in epochs[-patience:])
    if since - before >= STALLED_GAIN:
        return None
    text = f"plateau: validation {since:.2%} at best in the last {patience} epochs, {before:.2%} before"
    return Finding("plateau", text, "schedule one-cycle", {"schedule": "one-cycle"})


def _class_never_predicted(epochs: Sequence[EpochEnded], config: RunConfig) -> Finding | None:
    recalls = epochs[-1].class_recalls
    if epochs[-1].epoch <= SETTLED_EPOCHS or len(recalls) != len(CLASS_NAMES) or all(recalls):
        return None
    missing = [name for name, recall in zip(CLASS_NAMES, recalls, strict=True) if recall == 0]
    text = f"never called right in epoch {epochs[-1].epoch}: {', '.join(missing)}"
    return _slower(config, "class never predicted", text)


def _slower(config: RunConfig, rule: str, text: str) -> Finding:
    rate = config.learning_rate / 3
    return Finding(rule, text, f"learning rate {rate:.3g}", {"learning_rate": rate})


def _faster(config: RunConfig, text: str) -> Finding:
    rate = min(10.0, config.learning_rate * 3)
    return Finding("rate too low", text, f"learning rate {rate:.3g}", {"learning_rate": rate})


RULES: tuple[Rule, ...] = (
    _learns_nothing,
    _rate_too_high,
    _rate_too_low,
    _class_never_predicted,
    _overfitting,
    _plateau,
)
