"""Describes the parser's errors by the flag, its value and its constraint."""

from typing import Any, Literal, get_args, get_origin

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, UnusedCliTokensError
from cyclopts.exceptions import RepeatArgumentError, UnknownCommandError, UnknownOptionError

from fmnist_tui.cli.command_table import COMMANDS, PROGRAM
from fmnist_tui.cli.usage_errors import UsageError, suggestion
from fmnist_tui.config import model_specs, run_specs
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.sanitize import quote


def usage_error(error: CycloptsError, arguments: list[str]) -> UsageError:
    """Return the error to report for an error of the parser in a command line."""
    name = error.argument.name if error.argument is not None else ""
    words = [PROGRAM, *(error.command_chain or ()), "--help"]
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
            return UsageError(f"{name.removeprefix('--').upper()} is missing", _example(words[1]) + remedy)
        case UnknownOptionError(token=token, argument_collection=known):
            word = token.keyword or token.value
            options = [option for argument in known for option in argument.names if argument.show]
            return UsageError(f"there is no option {quote(word)}", suggestion(word, options) + remedy)
        case UnknownCommandError() if error.unused_tokens:
            word, commands = error.unused_tokens[0], _commands_of(error)
            valid = f"The commands are {', '.join(commands)}"
            return UsageError(f"there is no command {quote(word)}", suggestion(word, commands) + valid)
        case UnusedCliTokensError() if error.unused_tokens:
            word = error.unused_tokens[0]
            nearest = suggestion(word, _commands_of(error))
            return UsageError(f"{quote(word)} is one argument too many", nearest + remedy)
        case RepeatArgumentError():
            return UsageError(f"{error.token.keyword} is given twice", "Give it once")
    return UsageError(" ".join(str(error).split()).rstrip(".?").replace(". Did", "; did"), remedy)


def _commands_of(error: CycloptsError) -> list[str]:
    """Return the commands of the command in which the error is."""
    return [] if error.app is None else [name for name in error.app if not name.startswith("-")]


def _example(command: str) -> str:
    """Return the first example of a command as the beginning of a remedy."""
    example = next(iter(COMMANDS[command].examples.values()), "") if command in COMMANDS else ""
    return f"Type `{PROGRAM} {example}`, for example. " if example else ""


def _constraint(flag: str, kind: Any) -> str:
    """Return a flag's constraint in words; empty if it takes any text."""
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    if kind is int:
        return "an integer"
    specs = (*run_specs(), *(spec for model in ARCHITECTURES for spec in model_specs(model)))
    spec = next((spec for spec in specs if spec.flag == flag and spec.kind != "text"), None)
    return spec.constraint if spec else ""
