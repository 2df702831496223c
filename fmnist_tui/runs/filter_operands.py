"""The right-hand sides of comparisons in a filter: numbers, percentages, time spans, moments, and on or off."""

import re
import time
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from math import isfinite
from typing import NamedTuple

from fmnist_tui.runs.run_fields import Kind


class Operand(NamedTuple):
    """What a number is compared with: everything from `low` to `high` is equal to it.

    A date is equal to each of its seconds, and a rounded figure to every figure that is shown like it.
    """

    low: float
    high: float


NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(e[+-]?\d{1,4})?", re.IGNORECASE)

SPAN = re.compile(
    r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?", re.IGNORECASE
)
SECONDS_IN = (7 * 86400, 86400, 3600, 60, 1)

CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{2})")
"""A time span as lists show it."""

DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?)?)?")

MAX_SECONDS = 1e11
"""Some 3,000 years: a longer span is an error of typing."""


def operand_of(kind: Kind, text: str) -> Operand | None:
    """Return what `text` means beside a field of `kind`; None if it is no value of that kind."""
    return _READERS[kind](text.strip())


EXPECTED = {
    Kind.NUMBER: "a number",
    Kind.SHARE: "an accuracy such as 0.92 or 92%",
    Kind.DURATION: "a time span such as 90s, 5m or 1h30m",
    Kind.MOMENT: "a date such as 2026-11-01, today, or 7d for 7 days ago",
    Kind.SWITCH: "on or off",
}
"""What a value of each kind must be."""


def _number(text: str) -> float | None:
    if not NUMBER.fullmatch(text) or not any(character.isdigit() for character in text):
        return None
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if isfinite(number) else None


def _exact(text: str) -> Operand | None:
    number = _number(text)
    return None if number is None else Operand(number, number)


def _share(text: str) -> Operand | None:
    number = _number(text.removesuffix("%").rstrip())
    if number is None or not 0 <= number <= 100:
        return None
    share = number / 100 if text.endswith("%") or number > 1 else number
    return _rounded(share, 0.00005)  # shown with two decimals, in percent


def _duration(text: str) -> Operand | None:
    seconds = _seconds(text)
    return None if seconds is None else _rounded(seconds, 0.05 if seconds < 9.95 else 0.5)


def _rounded(value: float, half: float) -> Operand:
    return Operand(value - half, value + half)


def _seconds(text: str) -> float | None:
    seconds: float | None
    if clock := CLOCK.fullmatch(text):
        seconds = _sum((3600, 60, 1), clock.groups("0"))
    elif (span := SPAN.fullmatch(text)) and any(span.groups()):
        seconds = _sum(SECONDS_IN, span.groups("0"))
    else:
        seconds = _number(text)
    return seconds if seconds is not None and 0 <= seconds <= MAX_SECONDS else None


def _sum(units: tuple[int, ...], numbers: tuple[str, ...]) -> float:
    return sum(unit * float(number) for unit, number in zip(units, numbers, strict=True))


def _moment(text: str) -> Operand | None:
    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    match text.lower():
        case "today":
            return _period(today, today + timedelta(days=1))
        case "yesterday":
            return _period(today - timedelta(days=1), today)
    if found := DATE.fullmatch(text):
        try:
            return _date(*(None if part is None else int(part) for part in found.groups()))
        except (ValueError, OverflowError, OSError):
            return None
    seconds = _seconds(text) if text[-1:].lower() in ("w", "d", "h", "m", "s") else None
    if seconds is None:
        return None
    moment = time.time() - seconds
    return Operand(moment, moment)


def _date(year: int | None, month: int | None, day: int | None, hour: int | None, minute: int | None) -> Operand:
    """Return the year, month, day or minute that is given.

    Raises:
        ValueError, OverflowError, OSError: There is no such date.
    """
    year = year or 0
    if month is None:
        return _period(datetime(year, 1, 1), datetime(year + 1, 1, 1))
    if day is None:
        return _period(datetime(year, month, 1), datetime(year, month, 1) + timedelta(days=monthrange(year, month)[1]))
    if hour is None or minute is None:
        return _period(datetime(year, month, day), datetime(year, month, day) + timedelta(days=1))
    start = datetime(year, month, day, hour, minute)
    return _period(start, start + timedelta(minutes=1))


def _period(start: datetime, end: datetime) -> Operand:
    """Return all moments from `start`, in the time zone of this machine, until just before `end`."""
    return Operand(start.timestamp(), end.timestamp() - 1e-6)


def _switch(text: str) -> Operand | None:
    value = {"on": 1.0, "yes": 1.0, "true": 1.0, "1": 1.0, "off": 0.0, "no": 0.0, "false": 0.0, "0": 0.0}.get(
        text.lower()
    )
    return None if value is None else Operand(value, value)


_READERS: dict[Kind, Callable[[str], Operand | None]] = {
    Kind.NUMBER: _exact,
    Kind.SHARE: _share,
    Kind.DURATION: _duration,
    Kind.MOMENT: _moment,
    Kind.SWITCH: _switch,
}
