"""Parses a command line and runs its command. Each command is imported only when it is used."""

from collections.abc import Callable, Container, Sequence

from cyclopts import App, CycloptsError

from fmnist_tui import __version__
from fmnist_tui.cli.arguments import OPTIONS, FormData, FormDataset, Theme
from fmnist_tui.cli.command_line import command_line
from fmnist_tui.cli.command_table import COMMANDS, PROGRAM, function_of
from fmnist_tui.cli.completers import COMPLETE
from fmnist_tui.cli.help_page import HelpPage, print_examples, print_exit_codes
from fmnist_tui.cli.output import console
from fmnist_tui.cli.usage_errors import UsageError, suggestion
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.sanitize import quote


def dispatch(arguments: Sequence[str], open_interface: Callable[[InterfaceOptions], int]) -> object:
    """Run a command line; return its exit code, or None after help and version.

    Args:
        arguments: The command line; not empty.
        open_interface: Opens the interface and returns the exit code.

    Raises:
        UsageError: The command line is invalid.
    """
    words = [*arguments[1:], "--help"] if arguments[0] == "help" else list(arguments)
    # A first word that is no command would be taken as a stray argument of the interface.
    if not words[0].startswith("-") and words[0] not in (*COMMANDS, COMPLETE):
        hint = suggestion(words[0], COMMANDS)
        raise UsageError(f"there is no command {quote(words[0])}", f"{hint}The commands are {', '.join(COMMANDS)}")
    try:
        with command_line(words):
            result: object = parser(open_interface, words[:1])(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        from fmnist_tui.cli.parser_errors import usage_error  # slow to import: it needs every field

        raise usage_error(error, words) from error
    if result is None and {"--help", "-h"} & set(words):
        _print_end_of_help([word for word in words if not word.startswith("-")])
    # A command that opens the interface returns what it is to show.
    return open_interface(result) if isinstance(result, InterfaceOptions) else result


def parser(open_interface: Callable[[InterfaceOptions], int], given: Container[str]) -> App:
    """Return the parser of all commands.

    Args:
        open_interface: Opens the interface and returns the exit code.
        given: The commands that are imported, to be run or for their own help.
    """
    app = App(
        name=PROGRAM,
        usage=f"{PROGRAM} [COMMAND] [OPTIONS]",
        help="Train image classifiers in the terminal. Without a command, open the interface.",
        help_format="plaintext",
        help_formatter=HelpPage(),
        version=__version__,
        result_action="return_value",
        console=console(),
        group_parameters=OPTIONS,
        suppress_keyboard_interrupt=False,  # the caller reports it
    )
    app["--help"].help = "Show this help; `fmnist-tui help COMMAND` shows that of a command."
    app["--version"].help = "Show the version."
    for position, (name, command) in enumerate(COMMANDS.items()):
        app.command(
            ":".join(function_of(name)),
            name=name,
            help=None if name in given else command.summary,  # None: the docstring, for which it is imported
            sort_key=position,
            **({"usage": f"{PROGRAM} {name} {command.usage}"} if command.usage else {}),
        )

    @app.default
    def interface(*, data: FormData = None, dataset: FormDataset = None, theme: Theme = None) -> int:
        """Open the interface."""
        return open_interface(InterfaceOptions(data, dataset, theme))

    return app


def _print_end_of_help(words: Sequence[str]) -> None:
    """Print the examples of a command, only those of a nested command if there are any, or the exit codes."""
    if not words:
        print_exit_codes()
        return
    examples = COMMANDS[words[0]].examples
    nested = {purpose: line for purpose, line in examples.items() if line.split()[:2] == words[:2]}
    print_examples(PROGRAM, nested or examples)
