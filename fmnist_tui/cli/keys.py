"""`fmnist-tui keys`: the keys of the interface."""

import json as json_module
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import JsonLines
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.keymap.key_names import displayed
from fmnist_tui.keymap.schema import keymap_schema
from fmnist_tui.keymap.table import ACTIONS, SCOPES, actions_of
from fmnist_tui.keymap.user_keymap import UserKeymap, read_keymap
from fmnist_tui.paths import keymap_file
from fmnist_tui.sanitize import ascii_json


def keys(
    *,
    json: JsonLines = False,
    schema: Annotated[
        bool, Parameter(help="Print the JSON Schema of the keymap, by which editors complete it.", negative="")
    ] = False,
) -> int:
    """List the keys of the interface, with your own from `keymap.toml`.

    That file is in the program's folder, which `fmnist-tui doctor` shows. A line such as `"train.start" = "s, ctrl+s"`
    gives an action other keys. The exit code is 1 if a line can't be used.
    """
    if json and schema:
        raise UsageError("--json and --schema exclude each other", "Give one of them")
    if schema:
        print(ascii_json(json_module.dumps(keymap_schema(), indent=2)))
        return 0
    keymap = read_keymap(keymap_file())
    if json:
        for action in _as_data(keymap):
            print_json(action)
    else:
        _print_table(keymap)
    for problem in keymap.problems:
        print_stderr(problem.line())
    return 1 if keymap.problems else 0


def _as_data(keymap: UserKeymap) -> list[dict[str, object]]:
    return [
        {
            "id": action.id,
            "keys": keymap.keys(action),
            "label": action.label,
            "help": action.help,
            "when": action.when,
            "changed": keymap.keys(action) != action.keys,
        }
        for action in ACTIONS
    ]


def _print_table(keymap: UserKeymap) -> None:
    terminal = console()
    for scope, heading in SCOPES.items():
        terminal.print(plain(heading, style="bold"))
        for action in actions_of(scope):
            shown = ", ".join(map(displayed, keymap.keys(action)))
            mark = "*" if keymap.keys(action) != action.keys else " "
            terminal.print(plain(f"{mark} {shown:<16} {action.id:<21} {action.help}"), soft_wrap=True)
    if keymap.changes:
        terminal.print(plain(f"* from {keymap_file()}"), soft_wrap=True)
