"""The commands. Their modules are named here, not imported, so that each is loaded only when it is used."""

from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from cyclopts import App, CycloptsError

from fmnist_tui import __version__
from fmnist_tui.cli.arguments import OPTIONS, FormData, FormDataset, Theme
from fmnist_tui.cli.command_line import command_line
from fmnist_tui.cli.completers import COMPLETE
from fmnist_tui.cli.help_page import HelpPage, print_examples, print_exit_codes
from fmnist_tui.cli.output import console
from fmnist_tui.cli.usage_errors import UsageError, suggestion
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.sanitize import quote

PROGRAM = "fmnist-tui"


class Command(NamedTuple):
    """A command as the list of commands and the end of its help show it.

    Attributes:
        summary: The line in the list of commands; the command's own help is its docstring, which begins with that line.
        examples: What each example does, and its arguments.
        usage: What follows the command's name, if the parser's own line doesn't name it: an optional argument.
    """

    summary: str
    examples: dict[str, str]
    usage: str = ""


COMMANDS = {
    "train": Command(
        "Train a model and save its checkpoints.",
        {
            "Train the CNN for ten epochs": "train --model cnn --epochs 10",
            "Train an MLP with two hidden layers on generated images": "train --model mlp --hidden-units 128 64 "
            "--data demo",
        },
    ),
    "resume": Command(
        "Resume a run that was stopped, interrupted or crashed.",
        {
            "Resume the newest run that can be resumed": "resume latest",
            "Train a finished run for more epochs": "resume 20261123-151243-cnn --epochs 20",
        },
    ),
    "test": Command(
        "Evaluate a checkpoint on the test set, or on another split.",
        {
            "Evaluate the best checkpoint of the newest run": "test latest",
            "Write a report with images": "test latest --split validation --report report.html",
        },
    ),
    "compare": Command(
        "Compare two checkpoints on the same images.",
        {
            "Compare two runs by the starts of their names": "compare 20261123-15 20261123-16",
            "Compare two checkpoints of one run": "compare latest latest --which best --which-b last",
        },
    ),
    "classify": Command(
        "Classify your own images by a checkpoint.",
        {"Classify two photos": "classify shirt.jpg shoe.png"},
        usage="[OPTIONS] FILES...",
    ),
    "runs": Command(
        "List the runs, or show one in detail.",
        {
            "Show the newest run": "runs latest",
            "Print the name of each run": "runs --json | jq -r .run",
        },
        usage="[OPTIONS] [RUN]",
    ),
    "data": Command(
        "Show where a dataset's files are and whether they verify, or download them.",
        {
            "Verify the files of a dataset": "data --dataset mnist",
            "Download them": "data fetch --dataset mnist",
        },
    ),
    "models": Command(
        "List the models, their sizes and their options.",
        {"Show the layers of the CNN": "models cnn"},
        usage="[OPTIONS] [MODEL]",
    ),
    "presets": Command(
        "List the presets: the hyperparameters that each gives a model.",
        {
            "Show the presets of the CNN": "presets cnn",
            "Print all values of one": "config show --model cnn --preset accurate",
        },
        usage="[OPTIONS] [MODEL]",
    ),
    "keys": Command(
        "List the keys of the interface, with your own from `keymap.toml`.",
        {
            "Find the key of an action": "keys | grep resume",
            "Store what editors need to complete a keymap": "keys --schema > keymap.schema.json",
        },
    ),
    "serve": Command(
        "Open the interface in a browser.",
        {
            "Train on generated images": "serve --data demo",
            "Take any free port": "serve --port 0",
        },
    ),
    "config": Command(
        "Print, check or describe the config of a run, a JSON file for `train --config`.",
        {
            "Store a preset's config, edit it and train it": "config show --model mlp > mlp.json",
            "Check it": "config check mlp.json",
            "Store what editors need to complete and check it": "config schema > schema.json",
        },
    ),
    "doctor": Command(
        "Show versions, devices, threads, terminal, data and folders.",
        {"Add it to a bug report": "doctor > doctor.txt"},
    ),
    "completion": Command(
        "Complete commands, options and the names of runs in the shell.",
        {
            "Install it for your shell": "completion install",
            "Print the script of a shell": "completion show bash",
        },
    ),
    "man": Command(
        "Print the manual page in the format of man.",
        {"Read it": "man | man -l -"},
    ),
}
"""All commands, in the order of the list of commands."""


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
        _print_end_of_help(words[0])
    return result


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
            f"fmnist_tui.cli.{name}:{name}",
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


def _print_end_of_help(word: str) -> None:
    if word in COMMANDS:
        print_examples(PROGRAM, COMMANDS[word].examples)
    else:
        print_exit_codes()
