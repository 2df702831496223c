"""`fmnist-tui completion`: make the shell complete commands, options, runs, checkpoints and the like."""

import os
from pathlib import Path
from typing import Annotated, Literal, get_args

from cyclopts import App, Parameter

from fmnist_tui.cli.arguments import OPTIONS
from fmnist_tui.cli.command_table import COMMANDS, PROGRAM
from fmnist_tui.cli.commands import parser
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

Shell = Literal["bash", "zsh", "fish"]

completion = App(
    name="completion",
    help="Complete commands, options and the names of runs in the shell.",
    group_parameters=OPTIONS,
)


@completion.command
def install(
    *,
    shell: Annotated[
        Shell | None, Parameter(help="The shell; by default the one that $SHELL names.", metavar="NAME")
    ] = None,
) -> int:
    """Install the completion for a shell.

    It is written to a folder from which the shell loads completions; for bash and zsh, a line that loads it is added to
    ~/.bashrc or ~/.zshrc unless it is there.
    """
    chosen = shell or _login_shell()
    try:
        file = _parser().install_completion(shell=chosen)
    except OSError as error:
        raise UserError(
            f"the completion can't be installed: {error}", f"`{PROGRAM} completion show {chosen}` prints it"
        ) from error
    print(f"completion for {chosen} is in {file}; it works in new shells")
    return 0


@completion.command
def show(
    shell: Annotated[Shell | None, Parameter(help="The shell; by default the one that $SHELL names.")] = None, /
) -> int:
    """Print the completion script of a shell, for `eval` or `source` in the file that the shell reads at its start."""
    chosen = shell or _login_shell()
    print(_parser().generate_completion(shell=chosen))
    if chosen == "zsh":  # zsh registers what it finds in $fpath by its first line, which `eval` ignores
        print(f"compdef _cyclopts_{PROGRAM} {PROGRAM}")
    return 0


def _parser() -> App:
    return parser(lambda _options: 0, COMMANDS)


def _login_shell() -> Shell:
    name = Path(os.environ.get("SHELL", "")).name
    shell: Shell | None = next((shell for shell in get_args(Shell) if shell == name), None)
    if shell is not None:
        return shell
    raise UsageError(f"$SHELL is {quote(name)}, for which there is no completion", "Name one: bash, zsh or fish")
