"""How figures and foreign texts are written on the screen."""

import logging
from math import isfinite
from typing import TYPE_CHECKING

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import one_line

if TYPE_CHECKING:
    from fmnist_tui.evaluation.report import Report

logger = logging.getLogger(__name__)

NOTHING = "–"
"""What stands where there is no figure yet."""


def percent(share: float | None, decimals: int = 2, unit: str = " %") -> str:
    """A share such as 0.9187 as "91.87 %"."""
    return NOTHING if share is None else f"{100 * share:.{decimals}f}{unit}"


def accuracy_with_interval(accuracy: float, low: float, high: float, unit: str = " %") -> str:
    """Such as "91.87 % (91.32 – 92.39)"; without a unit it is made narrow, for a table."""
    dash = " – " if unit else "–"
    return f"{percent(accuracy, unit=unit)} ({100 * low:.2f}{dash}{100 * high:.2f})"


def measured_accuracy(accuracy: float | None, images: int | None, unit: str = " %") -> str:
    """An accuracy with the 95 % interval that so many images allow; without it where there is none."""
    from fmnist_tui.evaluation.interval import accuracy_interval  # no figure of the first frame has an interval

    interval = accuracy_interval(accuracy, images)
    if accuracy is None or interval is None:
        return percent(accuracy, unit=unit)
    return accuracy_with_interval(accuracy, *interval, unit)


def subject_of(report: "Report") -> str:
    """What a report is about."""
    return f"{one_line(report.run)} · {report.checkpoint} of epoch {report.epoch} · {report.split} set"


def duration(seconds: float | None) -> str:
    """Such as "4 s", "1:05" or "2:03:09"."""
    if seconds is None or not isfinite(seconds):
        return NOTHING
    whole = int(seconds + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def count(number: float | None) -> str:
    """A whole number with its thousands apart."""
    return NOTHING if number is None or not isfinite(number) else f"{number:,.0f}"


def rough_count(number: float) -> str:
    """A large number in three digits, such as "4.2 M"."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"


def loss_figure(loss: float | None) -> str:
    """A loss in four decimals; "nan" and "inf" stay what they are."""
    return NOTHING if loss is None else f"{loss:.4f}"


def rate_figure(rate: float | None) -> str:
    """A learning rate in three digits."""
    return NOTHING if rate is None else f"{rate:.3g}"


def explain(error: BaseException) -> str:
    """An error on one line: in its own words where it is meant for a person, with its type where it is a bug."""
    if isinstance(error, UserError):
        return one_line(error.line())
    logger.error("an error that nobody foresaw", exc_info=error)
    return one_line(f"an error of fmnist-tui itself: {type(error).__name__}: {error}")
