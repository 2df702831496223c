"""The commands, and what becomes of their errors: one line on stderr and an exit code, never a traceback."""

import difflib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from fmnist_tui import __version__
from fmnist_tui.cli.terminal import UsageError, complain
from fmnist_tui.errors import UserError
from fmnist_tui.fields import quote
from fmnist_tui.paths import home_folder

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

logger = logging.getLogger("fmnist_tui")

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

OpenInterface = Callable[[str], int]
"""Opens the interface on the given data and tells the exit code.

Handed in from outside: this room knows nothing of the interface's.
"""


def build_app(open_interface: OpenInterface) -> App:
    """The commands; their modules are named, not imported, so that each is loaded only when it is used."""
    app = App(
        name="fmnist-tui",
        help="Train image classifiers on Fashion-MNIST, in the terminal. Without a command, opens the interface.",
        version=__version__,
        result_action="return_value",
    )
    for command, help_line in COMMANDS.items():
        app.command(f"fmnist_tui.cli.{command}:{command}", name=command, help=help_line)

    @app.default
    def interface(*, data: Annotated[str, Parameter(help="auto, demo, or the folder of the images.")] = "auto") -> int:
        """Opens the interface."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(
                "the interface needs a terminal, and this is none",
                "Use `fmnist-tui train` here; `fmnist-tui --help` lists the commands",
            )
        return open_interface(data)

    return app


def run(arguments: Sequence[str], open_interface: OpenInterface) -> int:
    """Runs one command; the exit code is 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    _log_to_file()
    try:
        _check_command(arguments)
        result = build_app(open_interface)(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        complain(f"{' '.join(str(error).split())} See `fmnist-tui --help`.")
        return WRONG_USAGE
    except UsageError as error:
        complain(error.line())
        return WRONG_USAGE
    except UserError as error:
        complain(error.line())
        return FAILED
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not try to flush to them at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        logger.exception("an error of fmnist-tui itself")
        complain(f"an error of fmnist-tui itself: {type(error).__name__}: {error}. Details: {_log_file()}")
        return FAILED
    return result if isinstance(result, int) else DONE  # help and version return nothing


def _check_command(arguments: Sequence[str]) -> None:
    """Refuses a first word that is no command, which would else pass for a stray argument of the interface."""
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        close = difflib.get_close_matches(arguments[0], COMMANDS, n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise UsageError(f"there is no command {quote(arguments[0])}", f"{hint}The commands are {', '.join(COMMANDS)}")


def _log_file() -> str:
    return str(home_folder() / "fmnist-tui.log")


def _log_to_file() -> None:
    """Sends what a developer wants to know to a file, and keeps it off the user's terminal."""
    logger.propagate = False
    logging.raiseExceptions = False  # a log that can't be written must not print tracebacks instead
    try:
        home_folder().mkdir(parents=True, exist_ok=True)
        logger.addHandler(logging.FileHandler(_log_file(), delay=True, encoding="utf-8"))
    except OSError:
        logger.addHandler(logging.NullHandler())  # a home that can't be written to is told of where it matters
