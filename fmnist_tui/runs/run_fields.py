"""The values of a run that lists filter, sort and show: by a name, with a kind.

A hyperparameter has the name that it has in the config. Their specs are imported only if a name is no other field: a
list must start fast.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from functools import cache
from math import isfinite

from fmnist_tui.errors import UserError
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import quote

Value = str | float | tuple[str, ...] | None
"""A number, 1.0 or 0.0 for a switch, a text, or words; None if it is not known."""


class Kind(Enum):
    """How a value is written and compared."""

    TEXT = auto()
    WORDS = auto()
    """Several words, of which a comparison needs one to match."""

    NUMBER = auto()
    SHARE = auto()
    """From 0 to 1, written in percent."""

    DURATION = auto()
    """In seconds."""

    MOMENT = auto()
    """In seconds since 1970, written as date and time."""

    SWITCH = auto()

    @property
    def is_ordered(self) -> bool:
        """Whether `<` and `>` compare its values."""
        return self in (Kind.NUMBER, Kind.SHARE, Kind.DURATION, Kind.MOMENT)


@dataclass(frozen=True, slots=True)
class RunField:
    """One value of a run.

    Attributes:
        name: Its name in filters, and as a column.
        help: What it is.
        value: Return it.
        choices: The only values that it can have; empty if there are others.
    """

    name: str
    help: str
    kind: Kind
    value: Callable[[RunSummary], Value]
    choices: tuple[str, ...] = ()


def _known(number: float | None) -> float | None:
    """Return a number of a run's files; None if it is none that can be compared."""
    return number if number is not None and isfinite(number) else None


FIELDS = {
    field.name: field
    for field in (
        RunField("run", "its identifier: the name of its folder", Kind.TEXT, lambda run: run.run),
        RunField("name", "the name that you gave it", Kind.TEXT, lambda run: run.name or None),
        RunField("state", "such as finished or running", Kind.TEXT, lambda run: run.status, tuple(RunStatus)),
        RunField("model", "the model's name", Kind.TEXT, lambda run: run.model),
        RunField("dataset", "the dataset's name", Kind.TEXT, lambda run: _setting_text(run, "dataset")),
        RunField("val", "best validation accuracy", Kind.SHARE, lambda run: _known(run.best_validation_accuracy)),
        RunField(
            "epoch", "the epoch with the best validation accuracy", Kind.NUMBER, lambda run: run.best_epoch or None
        ),
        RunField("test", "test accuracy of checkpoint best", Kind.SHARE, lambda run: _known(run.test_accuracy)),
        RunField("epochs", "the number of finished epochs", Kind.NUMBER, lambda run: run.epochs),
        RunField("planned", "the configured number of epochs", Kind.NUMBER, lambda run: run.planned_epochs),
        RunField("duration", "the time spent training", Kind.DURATION, lambda run: _known(run.active_seconds) or None),
        RunField("created", "when it started", Kind.MOMENT, lambda run: _known(run.created) or None),
        RunField("tag", "its tags", Kind.WORDS, lambda run: run.tags),
        RunField("note", "its note", Kind.TEXT, lambda run: run.note or None),
        RunField("marked", "whether it is marked", Kind.SWITCH, lambda run: float(run.is_marked)),
    )
}
"""Everything but the hyperparameters."""

ALIASES = {
    "id": "run",
    "status": "state",
    "accuracy": "val",
    "validation": "val",
    "time": "duration",
    "date": "created",
    "tags": "tag",
    "mark": "marked",
    "lr": "learning_rate",
    "bs": "batch_size",
    "batch": "batch_size",
    "opt": "optimizer",
    "wd": "weight_decay",
    "warmup": "warmup_fraction",
    "smoothing": "label_smoothing",
    "clip": "max_grad_norm",
    "patience": "early_stopping",
    "flip": "horizontal_flip",
    "erasing": "random_erasing",
    "hidden": "hidden_units",
}
"""Short names of fields; the first of a hyperparameter is shown in lists."""


def field_named(name: str) -> RunField:
    """Return the field with a name or a short name, in any case, with hyphens or underscores.

    Raises:
        UserError: There is none; the message has the most similar names.
    """
    plain = name.lower().replace("-", "_")
    plain = ALIASES.get(plain, plain)
    field = FIELDS.get(plain) or hyperparameter_fields().get(plain)
    if field is None:
        raise unknown_name("field of a run", name, (*FIELDS, *hyperparameter_fields(), *ALIASES))
    return field


def unknown_name(what: str, name: str, names: tuple[str, ...]) -> UserError:
    """Return the error for a name that nothing has, with the most similar ones as its remedy."""
    similar = get_close_matches(name.lower().replace("-", "_"), names, n=3, cutoff=0.7)
    remedy = f"Perhaps you mean {' or '.join(similar)}" if similar else "Use one such as state, model, val, lr or tag"
    return UserError(f"{quote(name)} is no {what}", remedy)


@cache
def hyperparameter_fields() -> dict[str, RunField]:
    """Return a field for each hyperparameter of a run and of any model, except those that are fields anyway."""
    from fmnist_tui.config import model_specs, run_specs
    from fmnist_tui.models import ARCHITECTURES

    kinds = {"switch": Kind.SWITCH, "integer": Kind.NUMBER, "number": Kind.NUMBER}
    specs = (*run_specs(), *(spec for model in ARCHITECTURES for spec in model_specs(model)))
    return {
        spec.name: _hyperparameter(
            spec.name, f"{spec.help[:1].lower()}{spec.help[1:].rstrip('.')}", kinds.get(spec.kind, Kind.TEXT)
        )
        for spec in specs
        if spec.name not in FIELDS
    }


def _hyperparameter(name: str, help_text: str, kind: Kind) -> RunField:
    return RunField(
        name, help_text, kind, lambda run: (_setting_text if kind is Kind.TEXT else _setting_number)(run, name)
    )


def _setting_number(run: RunSummary, name: str) -> float | None:
    value = run.settings.get(name)
    return _known(float(value)) if isinstance(value, bool | int | float) else None


def _setting_text(run: RunSummary, name: str) -> str | None:
    value = run.settings.get(name)
    return None if value is None else setting_text(value)


def setting_text(value: object) -> str:
    """Return the value of a hyperparameter as its field in the form shows it: "on", "0.001", "128 64"."""
    match value:
        case bool():
            return "on" if value else "off"
        case float() | int():
            return str(int(value)) if value == int(value) else f"{value:.6g}"
        case list() | tuple():
            return " ".join(map(setting_text, value))
    return str(value)
