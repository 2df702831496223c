"""The space of a sweep: the fields that vary, and the values that each may have. Typed like `1e-4..1e-1 log`, `32|64`.

Nothing here needs Optuna, so a form can check what is typed while it is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from fmnist_tui.config import specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec
from fmnist_tui.sanitize import quote

Value = bool | int | float | str
"""The value of a field in one trial. A list of integers is its text, because Optuna knows no lists."""

BETWEEN, OR = "..", "|"
"""The signs of a range and of a choice."""

INTERVAL = re.compile(r"(?P<low>.+?)\.\.(?P<high>[^\s]+)(?:\s+(?P<scale>\S.*))?")

SYNTAX = "Use LOW..HIGH, LOW..HIGH log or A|B|C"

MAX_CHOICES = 200
"""A longer choice is more likely a slip than a plan."""

SAME_IN_ALL_TRIALS = {
    "data": "all trials are trained on the same images",
    "dataset": "all trials are trained on the same images",
    "validation_size": "all trials are compared on the same validation images",
    "device": "it changes the speed, not what is learned",
    "threads": "it changes the speed, not what is learned",
    "checkpoint_every": "it changes nothing about the training",
}
"""The fields that can't vary within a sweep, and why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A field with one of several values.

    Attributes:
        field: The field's name.
        values: The values, in the order in which they were typed.
        texts: Each as it is typed.
    """

    field: str
    values: tuple[Value, ...]
    texts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The choice as it can be typed."""
        return OR.join(self.texts)

    def grid(self) -> tuple[Value, ...] | None:
        """Return all values."""
        return self.values

    def contains(self, value: object) -> bool:
        """Return whether a trial may have this value."""
        return value in self.values


@dataclass(frozen=True, slots=True)
class Interval:
    """A field with any number of a range.

    Attributes:
        field: The field's name.
        low: The lowest value.
        high: The highest value.
        is_log: Whether values are drawn evenly on a logarithmic scale.
        step: The distance between integers; 0 for other numbers.
    """

    field: str
    low: float
    high: float
    is_log: bool
    step: int

    @property
    def is_integer(self) -> bool:
        return self.step > 0

    @property
    def text(self) -> str:
        """The range as it can be typed."""
        ends = f"{_number(self.low)}{BETWEEN}{_number(self.high)}"
        return f"{ends} log" if self.is_log else ends

    def grid(self) -> tuple[Value, ...] | None:
        """Return all integers of the range; None if they are too many or other numbers lie between the ends."""
        if not self.is_integer or (self.high - self.low) // self.step >= MAX_CHOICES:
            return None
        return tuple(range(int(self.low), int(self.high) + 1, self.step))

    def contains(self, value: object) -> bool:
        """Return whether a trial may have this value."""
        return isinstance(value, int | float) and self.low <= value <= self.high


Dimension = Choice | Interval
"""A field that varies."""

Space = tuple[Dimension, ...]


def is_dimension(spec: FieldSpec, text: str) -> bool:
    """Return whether a text is meant as several values of a field; they may be invalid."""
    return spec.kind != "text" and (OR in text or (BETWEEN in text and spec.kind in ("integer", "number")))


def parse_dimension(spec: FieldSpec, text: str) -> Dimension:
    """Return the dimension that a text describes, such as "1e-4..1e-1 log", "32|64|128", "0..0.5" or "on|off".

    Raises:
        UserError: It is none; the message names the field, the text and what is valid.
    """
    if reason := SAME_IN_ALL_TRIALS.get(spec.name):
        raise UserError(f"{spec.label} can't vary in a sweep: {reason}", "Give it one value")
    if spec.kind == "text":
        raise UserError(f"{spec.label} can't vary in a sweep: it is a text", "Give it one value")
    if BETWEEN in text and OR not in text:
        return _interval(spec, text)
    parts = [part.strip() for part in text.split(OR)]
    if len(parts) > MAX_CHOICES:
        raise UserError(f"{spec.label} has {len(parts)} values", f"Give at most {MAX_CHOICES}, or a range")
    values = dict.fromkeys(spec.parse(part) for part in parts)
    if len(values) < 2:
        raise UserError(f"{spec.label} is {quote(text)}, which is one value", SYNTAX)
    texts = tuple(map(spec.format, values))
    return Choice(spec.name, texts if spec.kind == "integers" else tuple(values), texts)


def _interval(spec: FieldSpec, text: str) -> Interval:
    found = INTERVAL.fullmatch(text.strip())
    if spec.kind not in ("integer", "number"):
        raise UserError(f"{spec.label} is {quote(text)}, but has no range", f"Separate its values by {OR}")
    if found is None:
        raise UserError(f"{spec.label} is {quote(text)}, which is no range", SYNTAX)
    low, high = spec.parse(found["low"]), spec.parse(found["high"])
    if low >= high:
        raise UserError(f"{spec.label} is {quote(text)}: the first number must be the lower one", SYNTAX)
    scale = (found["scale"] or "").strip()
    if scale not in ("", "log", "linear"):
        raise UserError(f"{spec.label} is {quote(text)}: {quote(scale)} is no scale", SYNTAX)
    if scale == "log" and low <= 0:
        raise UserError(f"{spec.label} is {quote(text)}: a logarithmic scale has no 0", "Begin above 0")
    step = spec.limits.get("multiple_of", 1) if spec.kind == "integer" else 0
    if scale == "log" and step > 1:
        raise UserError(f"{spec.label} is {quote(text)}, but multiples of {step} have no such scale", "Leave out log")
    return Interval(spec.name, low, high, scale == "log", step)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def parse_space(model: str, texts: Mapping[str, str]) -> Space:
    """Return the dimensions of a model's fields.

    Args:
        model: The model's name.
        texts: What is typed for each field that varies.

    Raises:
        UserError: One is invalid, or the model has no such field.
    """
    specs = {spec.name: spec for spec in specs_for(model)}
    for name in texts:
        if name not in specs:
            raise UserError(f"{quote(name)} is not a field of {model}", "`fmnist-tui models` lists each model's fields")
    return tuple(parse_dimension(specs[name], text) for name, text in texts.items())


def with_params(base: Mapping[str, object], params: Mapping[str, Value], model: str) -> dict[str, object]:
    """Return a flat config with the values of a trial in it."""
    specs = {spec.name: spec for spec in specs_for(model)}
    return {**base, **{name: _field_value(specs[name], value) for name, value in params.items()}}


def _field_value(spec: FieldSpec, value: Value) -> object:
    return spec.parse(value) if spec.kind == "integers" and isinstance(value, str) else value


def param_of(spec: FieldSpec, value: object) -> Value:
    """Return the value of a config's field as the value of a trial."""
    return value if isinstance(value, bool | int | float | str) else spec.format(value)


def grid_points(space: Space) -> Iterator[dict[str, Value]]:
    """Yield each combination of the values in a space; the first field varies slowest.

    Raises:
        UserError: A field has no list of values.
    """
    lists = []
    for dimension in space:
        values = dimension.grid()
        if values is None:
            label = dimension.field.replace("_", " ")
            raise UserError(
                f"a grid needs a list of values, but {label} is {dimension.text}",
                "List them, such as 0.001|0.003|0.01, or use --sampler tpe or random",
            )
        lists.append(values)
    for combination in product(*lists):
        yield dict(zip((dimension.field for dimension in space), combination, strict=True))


def value_text(value: Value) -> str:
    """Return a value of a trial in short form, such as "0.00178", "on" or "128 64"."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def params_text(params: Mapping[str, Value]) -> str:
    """Return the values of a trial, such as "learning rate 0.00178, batch size 64"."""
    return ", ".join(f"{name.replace('_', ' ')} {value_text(value)}" for name, value in params.items())
