"""Specs of config fields, from which the form, the CLI flags and the docs are made.

A field is declared once, as an annotated attribute of a pydantic model; `specs_of` reads that declaration.
"""

import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
"""An integer with commas as thousands separators."""

Kind = Literal["choice", "switch", "integer", "number", "integers", "text"]


@dataclass(frozen=True, slots=True)
class Hint:
    """Properties of a field beyond its type and description.

    Attributes:
        label: The displayed name; derived from the attribute's name if empty.
        unit: The unit of the number, such as "epochs".
        group: The heading of the field in the form and the help.
        advice: How to choose the value, and when to change it.
    """

    label: str = ""
    unit: str = ""
    group: str = "Model"
    advice: str = ""


@dataclass(frozen=True)
class FieldSpec:
    """One field of a config.

    Attributes:
        max_items: The maximum length of a list.
    """

    name: str
    kind: Kind
    default: Any
    help: str
    hint: Hint
    choices: tuple[str, ...]
    lower: float | None
    upper: float | None
    lower_is_legal: bool
    upper_is_legal: bool
    multiple_of: int | None
    max_items: int | None
    annotation: Any

    @property
    def label(self) -> str:
        return self.hint.label or self.name.replace("_", " ")

    @property
    def flag(self) -> str:
        """The command-line flag, such as `--batch-size`."""
        return "--" + self.name.replace("_", "-")

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.annotation)

    @property
    def constraint(self) -> str:
        """The legal values as text, such as "an integer from 1 to 4,096"."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "switch":
            return "on or off"
        if self.kind == "text":
            return "text"
        noun = {"integer": "an integer", "number": "a number", "integers": f"1 to {self.max_items} integers"}[self.kind]
        low = "" if self.lower is None else f"{'from' if self.lower_is_legal else 'above'} {self.lower:,.10g}"
        high = "" if self.upper is None else f"{'to' if self.upper_is_legal else 'below'} {self.upper:,.10g}"
        words = " ".join(part for part in (noun, low, high) if part)
        return f"{words}, a multiple of {self.multiple_of}" if self.multiple_of else words

    def parse(self, text: str) -> Any:
        """Return the value of a text that was typed into a form.

        Raises:
            UserError: The text is not a legal value; the message has the field, the text and the legal values.
        """
        typed: Any = text.strip()
        if not typed:
            raise UserError(f"{self.label} is empty", f"It must be {self.constraint}")
        if self.kind in ("integer", "number") and (plain := _plain_number(typed)) != typed:
            self._validated(plain, text)  # raises a better error if the number is not legal either
            raise UserError(f"{self.label} is {quote(text)}", f"Use {plain}")
        if self.kind == "integers":
            typed = typed.replace(",", " ").split()
            if any("_" in number for number in typed):
                plain = " ".join(number.replace("_", "") for number in typed)
                self._validated(plain.split(), text)
                raise UserError(f"{self.label} is {quote(text)}", f"Use {plain}")
        elif self.kind == "switch":
            typed = {"on": True, "off": False}.get(typed, typed)
        return self._validated(typed, text)

    def _validated(self, value: Any, text: str) -> Any:
        """Return the validated value; an error quotes the typed text."""
        try:
            return self._adapter.validate_python(value)
        except ValidationError as error:
            raise UserError(f"{self.label} is {quote(text)}, but must be {self.constraint}") from error

    def format(self, value: Any) -> str:
        """Return the text of a value in the form; the inverse of `parse`."""
        if self.kind == "switch":
            return "on" if value else "off"
        if self.kind == "integers":
            return " ".join(str(number) for number in value)
        if self.kind == "number":
            return repr(float(value)) if value != int(value) else str(int(value))
        return str(value)

    def arguments(self, value: Any) -> list[str]:
        """Return the command-line arguments that set the field to a value."""
        if self.kind == "switch":
            return [self.flag if value else "--no-" + self.flag.removeprefix("--")]
        if self.kind == "integers":
            return [self.flag, *(str(number) for number in value)]
        return [self.flag, self.format(value)]


def _plain_number(text: str) -> str:
    """Return a number without digit separators, and with a decimal point instead of a decimal comma."""
    return text.replace("_", "").replace(",", "" if GROUPED.fullmatch(text) else ".")


def specs_of(model: type[BaseModel], skip: frozenset[str] = frozenset()) -> Iterator[FieldSpec]:
    """Yield the specs of a config class's fields, in the order of their declaration."""
    for name, info in model.model_fields.items():
        if name not in skip:
            yield _spec(name, info)


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    hint = next((item for item in info.metadata if isinstance(item, Hint)), Hint())
    lower, lower_is_legal = _bound(info, "ge", "gt")
    upper, upper_is_legal = _bound(info, "le", "lt")
    kind = _kind(info.annotation)
    if kind == "integers":  # the bounds apply to the elements of the list
        (element, *_rest) = get_args(info.annotation)
        constraints = get_args(element)[1:] if get_origin(element) is Annotated else ()
        element_info = FieldInfo.from_annotation(element) if constraints else info
        lower, lower_is_legal = _bound(element_info, "ge", "gt")
        upper, upper_is_legal = _bound(element_info, "le", "lt")
    return FieldSpec(
        name=name,
        kind=kind,
        default=info.get_default(call_default_factory=True),
        help=info.description or "",
        hint=hint,
        choices=get_args(info.annotation) if kind == "choice" else (),
        lower=lower,
        upper=upper,
        lower_is_legal=lower_is_legal,
        upper_is_legal=upper_is_legal,
        multiple_of=_multiple_of(info),
        max_items=next((item.max_length for item in info.metadata if isinstance(item, annotated_types.MaxLen)), None),
        annotation=Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation,
    )


def _kind(annotation: Any) -> Kind:
    origin = get_origin(annotation)
    if origin is Literal:
        return "choice"
    if origin in (tuple, list):
        return "integers"
    if origin in (Union, types.UnionType):
        raise TypeError(f"a field can't have several types: {annotation}")
    kinds: dict[Any, Kind] = {bool: "switch", int: "integer", float: "number", str: "text"}
    return kinds[annotation]


def _bound(info: FieldInfo, inclusive: str, exclusive: str) -> tuple[float | None, bool]:
    for item in info.metadata:
        if isinstance(item, annotated_types.Ge | annotated_types.Le) and hasattr(item, inclusive):
            return float(getattr(item, inclusive)), True
        if isinstance(item, annotated_types.Gt | annotated_types.Lt) and hasattr(item, exclusive):
            return float(getattr(item, exclusive)), False
    return None, True


def _multiple_of(info: FieldInfo) -> int | None:
    multiples = (item.multiple_of for item in info.metadata if isinstance(item, annotated_types.MultipleOf))
    return next((multiple for multiple in multiples if isinstance(multiple, int)), None)
