"""Several runs from lists of values, such as "1e-3, 3e-3": one run for each combination."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec

MAX_RUNS = 200
"""A longer list is more likely a slip than a plan."""

LISTED_KINDS = ("choice", "integer", "number")
"""The kinds of fields that may have several values; one value of the others may have commas, or is a switch's."""


def listed_values(spec: FieldSpec, text: str) -> tuple[str, ...]:
    """Return the texts of the values in a field, each once: one if it holds no list."""
    if spec.kind not in LISTED_KINDS:
        return (text,)
    return tuple(dict.fromkeys(value.strip() for value in text.split(",")))


def is_list(spec: FieldSpec, text: str) -> bool:
    """Return whether a text holds several values, all of them valid."""
    values = listed_values(spec, text)
    try:
        return len(values) > 1 and all(spec.parse(value) is not None for value in values)
    except UserError:
        return False


def combinations(values: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return each combination of the values of some fields; the first field varies slowest.

    Raises:
        UserError: There are too many.
    """
    number = prod(map(len, values.values()))
    if number > MAX_RUNS:
        factors = " × ".join(str(len(listed)) for listed in values.values() if len(listed) > 1)
        raise UserError(f"{factors} = {number:,} runs are too many", f"Queue at most {MAX_RUNS} at once")
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]
