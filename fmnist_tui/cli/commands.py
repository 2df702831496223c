"""The commands: their modules are named, not imported, so that each is loaded only when it is used."""

import difflib
from collections.abc import Callable, Sequence
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from fmnist_tui import __version__
from fmnist_tui.cli.terminal import UsageError, console
from fmnist_tui.sanitize import quote

COMMANDS = {
    "train": "Trains a model and keeps its checkpoints.",
    "resume": "Goes on with a run that was stopped, interrupted or crashed.",
    "test": "Measures a checkpoint on the test set, or on another split.",
    "compare": "Holds one checkpoint against another, image by image.",
    "classify": "Says what a checkpoint takes your own pictures for.",
    "runs": "Lists the runs, or tells all about one.",
    "data": "Tells where the images are and whether they verify; `data fetch` gets them.",
    "models": "Lists the models, what they cost and their options.",
    "doctor": "Tells versions, devices, threads, terminal, data and folders.",
}


def dispatch(arguments: Sequence[str], open_interface: Callable[[str], int]) -> object:
    """Does what the command line says; tells the exit code, or nothing after help and version.

    Args:
        arguments: The command line.
        open_interface: Opens the interface on the given data and tells the exit code.

    Raises:
        UsageError: The command line says nothing that can be done.
    """
    _check_command(arguments)
    try:
        return _parser(open_interface)(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        from fmnist_tui.cli.usage import usage_error  # it knows every field; the first frame does without

        raise usage_error(error, list(arguments)) from error


def _parser(open_interface: Callable[[str], int]) -> App:
    app = App(
        name="fmnist-tui",
        help="Train image classifiers on Fashion-MNIST, in the terminal. Without a command, opens the interface.",
        version=__version__,
        result_action="return_value",
        console=console(),
        suppress_keyboard_interrupt=False,  # the caller reports it
    )
    for command, help_line in COMMANDS.items():
        app.command(f"fmnist_tui.cli.{command}:{command}", name=command, help=help_line)

    @app.default
    def interface(*, data: Annotated[str, Parameter(help="auto, demo, or the folder of the images.")] = "auto") -> int:
        """Opens the interface."""
        return open_interface(data)

    return app


def _check_command(arguments: Sequence[str]) -> None:
    """Refuses a first word that is no command, which would else pass for a stray argument of the interface."""
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        close = difflib.get_close_matches(arguments[0], COMMANDS, n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise UsageError(f"there is no command {quote(arguments[0])}", f"{hint}The commands are {', '.join(COMMANDS)}")
