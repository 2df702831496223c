"""How figures are written: the same in the terminal, in the interface and in reports."""

from math import isfinite

MISSING = "–"
"""Stands for a figure that is not known."""

MINUS = "−"

INTERVAL_LABEL = "95 % interval "


def percent(share: float | None, decimals: int = 2, unit: str = " %") -> str:
    """Return a share in percent: 0.9187 as "91.87 %"."""
    return MISSING if share is None else f"{100 * share:.{decimals}f}{unit}"


def points(share: float) -> str:
    """Return a difference of two shares in percentage points: 0.0052 as "+0.52", -0.1 as "−10.00"."""
    return f"{100 * share:+.2f}".replace("-", MINUS)


def accuracy_with_interval(accuracy: float, low: float, high: float, *, unit: str = " %", label: str = "") -> str:
    """Return an accuracy with its interval: "91.87 % (91.32 – 92.39)"; narrow, for a table, without a unit."""
    dash = " – " if unit else "–"
    return f"{percent(accuracy, unit=unit)} ({label}{percent(low, unit='')}{dash}{percent(high, unit='')})"


def measured_accuracy(accuracy: float | None, images: int | None, *, unit: str = " %", label: str = "") -> str:
    """Return an accuracy measured on `images` images with its 95 % interval, if it has one."""
    from fmnist_tui.confidence_interval import wilson_interval  # slow to import, and a list of runs needs none

    if accuracy is None or not images or not 0.0 <= accuracy <= 1.0:  # in a damaged log, it may be any number
        return percent(accuracy, unit=unit)
    low, high = wilson_interval(round(accuracy * images), images)
    return accuracy_with_interval(accuracy, low, high, unit=unit, label=label)


def duration(seconds: float | None) -> str:
    """Return a time span: "8.3 s", "42 s", "1:05" or "2:03:09"."""
    if seconds is None or not isfinite(seconds):
        return MISSING
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def count(number: float | None) -> str:
    """Return a number rounded to an integer, with separated thousands: "10,000"."""
    return MISSING if number is None or not isfinite(number) else f"{number:,.0f}"


def counted(number: int | None, noun: str) -> str:
    """Return a number with its noun: "1 thread", "2 threads"."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def byte_size(number: int) -> str:
    """Return a number of bytes: "812 bytes", "3.4 MB" or "1.2 GB"."""
    if number < 1e5:
        return counted(number, "byte")
    return f"{number / 1e6:.1f} MB" if number < 1e9 else f"{number / 1e9:.1f} GB"


def rough_count(number: float) -> str:
    """Return a large number with three digits: "4.21 M"."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"


def size_figure(size: int) -> str:
    """Return the size of a file: "416 kB"."""
    return f"{rough_count(size)}B" if size >= 1000 else f"{size} B"


def loss_figure(loss: float | None) -> str:
    """Return a loss with four decimals; "nan" and "inf" unchanged."""
    return MISSING if loss is None else f"{loss:.4f}"


def rate_figure(rate: float | None) -> str:
    """Return a learning rate with three digits: "0.00123", "4e-05"."""
    return MISSING if rate is None else f"{rate:.3g}"
