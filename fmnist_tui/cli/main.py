"""Runs a command line. An error is one line on stderr and an exit code, never a traceback."""

import logging
import os
import sys
from collections.abc import Callable, Sequence

from fmnist_tui.cli.completers import COMPLETE, complete_first_argument
from fmnist_tui.cli.exit_codes import DONE, FAILED, INTERRUPTED, WRONG_USAGE
from fmnist_tui.cli.follower import follower, run_as_follower
from fmnist_tui.cli.streams import lost_output, print_stderr, protect_streams
from fmnist_tui.cli.terminal import terminal_problem
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.errors import UserError, error_line, memory_error
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.paths import log_file, require_home

logger = logging.getLogger("fmnist_tui")

OpenInterface = Callable[[InterfaceOptions], int]
"""Opens the interface and returns the exit code. A parameter, because `cli` must not import `tui`."""


def run(arguments: Sequence[str], open_interface: OpenInterface) -> int:
    """Run one command; return 0 if it is done, 1 if it failed, 2 for wrong usage, 130 if it was interrupted."""
    _log_to_file()

    def interface(options: InterfaceOptions) -> int:
        # The server needs no terminal, nor does another driver, such as that of the interfaces that it starts.
        needs_terminal = options.serve is None and "TEXTUAL_DRIVER" not in os.environ
        if needs_terminal and (problem := terminal_problem()):
            raise problem
        require_home()
        return open_interface(options)

    try:
        if (launch := follower(arguments)) is not None:
            return run_as_follower(launch)
        if not arguments:
            return interface(InterfaceOptions())  # the first frame does not wait for the parser's import
        if arguments[0] == COMPLETE and complete_first_argument(arguments[1:]):
            return DONE
        from fmnist_tui.cli.commands import dispatch

        result = dispatch(arguments, interface)
    except UserError as error:
        print_stderr(error.line())
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED
    except KeyboardInterrupt:
        print_stderr("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - logged by `error_line`
        own = f"{error_line(error)}. Details: {_log_file()}"
        print_stderr(problem.line() if (problem := memory_error(error)) else own)
        return FAILED
    return result if isinstance(result, int) else DONE  # help and version return nothing


def run_process(open_interface: OpenInterface) -> int:
    """Run the command of this process's arguments, whatever state its standard streams are in.

    Output that can't be written does not end a command; it is reported when the command is done.
    """
    protect_streams()
    code = run(sys.argv[1:], open_interface)
    error = lost_output()
    if error is None:
        return code
    problem = f"standard output can't be written: {error.strerror or error}"
    print_stderr(UserError(problem, "Send it elsewhere; runs, checkpoints and reports are saved regardless").line())
    return code or FAILED


def _log_to_file() -> None:
    """Log to a file only, so that the terminal shows nothing but the command's output."""
    logger.propagate = False
    logging.raiseExceptions = False  # else a log that can't be written prints tracebacks
    try:
        require_home()
        logger.addHandler(logging.FileHandler(log_file(), delay=True, encoding="utf-8"))
    except UserError:
        logger.addHandler(logging.NullHandler())  # the commands that need a home report that it can't be used


def _log_file() -> str:
    try:
        return str(log_file())
    except UserError:
        return "none, because there is no folder for them"
