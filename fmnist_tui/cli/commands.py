"""The commands. Their modules are named here, not imported, so that each is loaded only when it is used."""

import difflib
from collections.abc import Callable, Sequence
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from fmnist_tui import __version__
from fmnist_tui.cli.output import console
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.sanitize import quote

COMMANDS = {
    "train": "Train a model and save its checkpoints.",
    "resume": "Resume a run that was stopped, interrupted or crashed.",
    "test": "Evaluate a checkpoint on the test set, or on another split.",
    "compare": "Compare two checkpoints on the same images.",
    "classify": "Classify your own images by a checkpoint.",
    "runs": "List the runs, or show one in detail.",
    "data": "Show where a dataset's files are and whether they verify; `data fetch` downloads them.",
    "models": "List the models, their sizes and their options.",
    "doctor": "Show versions, devices, threads, terminal, data and folders; exit with code 1 if there is a problem.",
}
"""The line of each command in the list of commands; its own help is its docstring, which begins with that line."""


def dispatch(arguments: Sequence[str], open_interface: Callable[[str], int]) -> object:
    """Run a command line; return its exit code, or None after help and version.

    Args:
        arguments: The command line.
        open_interface: Opens the interface on the given data and returns the exit code.

    Raises:
        UsageError: The command line is invalid.
    """
    # A first word that is no command would be taken as a stray argument of the interface.
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        close = difflib.get_close_matches(arguments[0], COMMANDS, n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise UsageError(f"there is no command {quote(arguments[0])}", f"{hint}The commands are {', '.join(COMMANDS)}")
    try:
        return _parser(open_interface, arguments[:1])(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        from fmnist_tui.cli.parser_errors import usage_error  # slow to import: it needs every field

        raise usage_error(error, list(arguments)) from error


def _parser(open_interface: Callable[[str], int], command_given: Sequence[str]) -> App:
    app = App(
        name="fmnist-tui",
        help="Train image classifiers in the terminal. Without a command, open the interface.",
        version=__version__,
        result_action="return_value",
        console=console(),
        suppress_keyboard_interrupt=False,  # the caller reports it
    )
    for command, summary in COMMANDS.items():
        help_line = None if command in command_given else summary  # None: the docstring, for which it is imported
        app.command(f"fmnist_tui.cli.{command}:{command}", name=command, help=help_line)

    @app.default
    def interface(*, data: Annotated[str, Parameter(help="auto, demo, or the folder of the images.")] = "auto") -> int:
        """Open the interface."""
        return open_interface(data)

    return app
