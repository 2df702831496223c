"""Describes the parser's errors by the flag, its value and its constraint."""

from typing import Any, Literal, get_args, get_origin

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, UnusedCliTokensError
from cyclopts.exceptions import RepeatArgumentError

from fmnist_tui.cli.usage_errors import UsageError, suggestion
from fmnist_tui.config import model_specs, run_specs
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.sanitize import quote


def usage_error(error: CycloptsError, arguments: list[str]) -> UsageError:
    """Return the error to report for an error of the parser in a command line."""
    name = error.argument.name if error.argument is not None else ""
    words = ["fmnist-tui", *(error.command_chain or ()), "--help"]
    remedy = f"See `{' '.join(words)}`"
    match error:
        case CoercionError(token=token, target_type=kind) if token is not None:
            given = quote(token.value)
            if kind is bool:
                no = name.replace("--", "--no-", 1)
                ways = f"{name} or {no}" if no in error.argument.names else name  # type: ignore[union-attr]
                return UsageError(f"{name} is {given}, but takes no value", f"Write {ways}")
            but = f", but must be {constraint}" if (constraint := _constraint(name, kind)) else ""
            choices = get_args(kind) if get_origin(kind) is Literal else ()
            return UsageError(f"{name} is {given}{but}", suggestion(token.value, choices) + remedy)
        case MissingArgumentError() if name in arguments:
            but = f"; it must be {constraint}" if (constraint := _constraint(name, None)) else ""
            return UsageError(f"{name} has no value{but}", remedy)
        case MissingArgumentError() if name:
            return UsageError(f"{name.removeprefix('--').upper()} is missing", remedy)
        case UnusedCliTokensError() if error.unused_tokens:
            return UsageError(f"{quote(error.unused_tokens[0])} is one argument too many", remedy)
        case RepeatArgumentError():
            return UsageError(f"{error.token.keyword} is given twice", "Give it once")
    return UsageError(" ".join(str(error).split()).rstrip(".?").replace(". Did", "; did"), remedy)


def _constraint(flag: str, kind: Any) -> str:
    """Return a flag's constraint in words; empty if it takes any text."""
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    specs = (*run_specs(), *(spec for model in ARCHITECTURES for spec in model_specs(model)))
    spec = next((spec for spec in specs if spec.flag == flag and spec.kind != "text"), None)
    return spec.constraint if spec else ""
