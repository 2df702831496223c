"""Specs of config fields, from which the form, the CLI flags and the docs are made.

A field is declared once, as an annotated attribute of a pydantic model; `specs_of` reads that declaration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
"""An integer with commas as thousands separators."""

LOW_MARKS, HIGH_MARKS = {"ge": "", "gt": "> "}, {"le": "", "lt": "< "}
"""The marks before bounds in a short text."""

BOUNDS = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
"""The words for pydantic's constraints, in the order in which a text names them."""

Kind = Literal["choice", "switch", "integer", "number", "integers", "text"]


@dataclass(frozen=True, slots=True)
class OnlyFor:
    """The condition under which a field has an effect: another field has one of some values.

    Attributes:
        field: The name of the other field.
        values: Its values with which the field has an effect.
        otherwise: Why it has none with others; empty for "only for" and the values.
    """

    field: str
    values: tuple[str, ...]
    otherwise: str = ""

    @property
    def reason(self) -> str:
        """Why the field has no effect with other values, such as "only for one-cycle and cosine"."""
        return self.otherwise or f"only for {' and '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Hint:
    """Properties of a field beyond its type and description.

    Attributes:
        group: The heading of the field in the form and the help.
        advice: How to choose the value, and when to change it.
        unit: The unit of the number in the plural, such as "epochs".
        usual: The values that are usual for networks and datasets like these.
        too_low: What goes wrong if the value is too low.
        too_high: What goes wrong if it is too high.
        zero: The meaning of 0 if it is not a quantity, such as "off".
        only_for: When the field has an effect; None if it always has.
    """

    group: str = "Model"
    advice: str = ""
    unit: str = ""
    usual: str = ""
    too_low: str = ""
    too_high: str = ""
    zero: str = ""
    only_for: OnlyFor | None = None


@dataclass(frozen=True)
class FieldSpec:
    """One field of a config.

    Attributes:
        limits: The values of pydantic's constraints by their names, such as "ge"; for a list, those of its elements and
            "max_length".
    """

    name: str
    kind: Kind
    default: Any
    help: str
    hint: Hint
    choices: tuple[str, ...]
    limits: dict[str, Any]
    annotation: Any

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def flag(self) -> str:
        """The command-line flag, such as `--batch-size`."""
        return "--" + self.name.replace("_", "-")

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.annotation)

    @property
    def constraint(self) -> str:
        """The valid values as text, such as "an integer from 1 to 4,096"."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "switch":
            return "on or off"
        if self.kind == "text":
            return "text"
        several = f"1 to {self.limits.get('max_length')} integers"
        noun = {"integer": "an integer", "number": "a number", "integers": several}[self.kind]
        bounds = (f"{word} {self.limits[name]:,.10g}" for name, word in BOUNDS.items() if name in self.limits)
        multiple = f", a multiple of {self.limits['multiple_of']}" if "multiple_of" in self.limits else ""
        return " ".join((noun, *bounds)) + multiple

    @property
    def range(self) -> str:
        """The valid numbers in short form, such as "1 … 100,000" or "> 0 … 10"; empty for other kinds."""
        if not self.kind.startswith(("integer", "number")):
            return ""
        low, high = (
            next((f"{mark}{self.limits[name]:,.10g}" for name, mark in marks.items() if name in self.limits), "")
            for marks in (LOW_MARKS, HIGH_MARKS)
        )
        return f"{low} … {high}"

    def ineffective(self, values: Mapping[str, Any]) -> str:
        """Return why the field has no effect beside the other fields' values; empty if it has."""
        condition = self.hint.only_for
        if condition is None or values.get(condition.field) in condition.values:
            return ""
        return condition.reason

    def parse(self, text: str) -> Any:
        """Return the value of a text that was typed into a form.

        Raises:
            UserError: The text is not a valid value; the message has the field, the text and the valid values.
        """
        typed = plain = text.strip()
        if not typed:
            raise UserError(f"{self.label} is empty", f"It must be {self.constraint}")
        value: Any
        match self.kind:
            case "integer" | "number":
                point = "" if GROUPED.fullmatch(typed) else "."  # a comma separates thousands, or is a decimal comma
                value = plain = typed.replace("_", "").replace(",", point)
            case "integers":
                typed = " ".join(typed.replace(",", " ").split())
                plain = typed.replace("_", "")
                value = plain.split()
            case "switch":
                value = {"on": True, "off": False}.get(typed, typed)
            case _:
                value = typed
        try:
            value = self._adapter.validate_python(value)
        except ValidationError as error:
            raise UserError(f"{self.label} is {quote(text)}, but must be {self.constraint}") from error
        if plain != typed:
            raise UserError(f"{self.label} is {quote(text)}", f"Use {plain}")
        return value

    def format(self, value: Any) -> str:
        """Return the text of a value in the form; the inverse of `parse`."""
        if self.kind == "switch":
            return "on" if value else "off"
        if self.kind == "integers":
            return " ".join(str(number) for number in value)
        if self.kind == "number":
            return repr(float(value)) if value != int(value) else str(int(value))
        return str(value)

    def describe(self, value: Any) -> str:
        """Return a value as it is reported: "10,000 images", "1 thread" or "0 (auto)"."""
        if value == 0 and self.hint.zero:
            return f"0 ({self.hint.zero})"
        number = f"{value:,}" if self.kind == "integer" and self.hint.unit else self.format(value)
        unit = self.hint.unit.removesuffix("s") if value == 1 else self.hint.unit
        return f"{number} {unit}".rstrip()

    def arguments(self, value: Any) -> list[str]:
        """Return the command-line arguments that set the field to a value."""
        if self.kind == "switch":
            return [self.flag if value else "--no-" + self.flag.removeprefix("--")]
        if self.kind == "integers":
            return [self.flag, *(str(number) for number in value)]
        return [self.flag, self.format(value)]


def specs_of(model: type[BaseModel], skip: str) -> tuple[FieldSpec, ...]:
    """Return the specs of a config class's fields except `skip`, in the order of their declaration."""
    return tuple(_spec(name, info) for name, info in model.model_fields.items() if name != skip)


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    kind, limits = _kind(info.annotation), _limits(info)
    if kind == "integers":
        limits |= _limits(FieldInfo.from_annotation(get_args(info.annotation)[0]))
    return FieldSpec(
        name=name,
        kind=kind,
        default=info.get_default(call_default_factory=True),
        help=info.description or "",
        hint=next((item for item in info.metadata if isinstance(item, Hint)), Hint()),
        choices=get_args(info.annotation) if kind == "choice" else (),
        limits=limits,
        annotation=Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation,
    )


def _kind(annotation: Any) -> Kind:
    kinds: dict[Any, Kind] = {bool: "switch", int: "integer", float: "number", str: "text"}
    kinds |= {Literal: "choice", tuple: "integers", list: "integers"}
    return kinds[get_origin(annotation) or annotation]


def _limits(info: FieldInfo) -> dict[str, Any]:
    names = (*BOUNDS, "multiple_of", "max_length")
    return {name: getattr(item, name) for item in info.metadata for name in names if hasattr(item, name)}
