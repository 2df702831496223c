"""The user's own keys: a TOML file with a line for each action, such as `"train.start" = "s, ctrl+s"`."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fmnist_tui.errors import UserError
from fmnist_tui.keymap.action import Action
from fmnist_tui.keymap.key_names import displayed, key_named
from fmnist_tui.keymap.table import ACTIONS, BY_ID, actions_of
from fmnist_tui.sanitize import quote

QUIT = "app.quit"

Keys = tuple[str, ...]


@dataclass(frozen=True)
class UserKeymap:
    """What could be used of the file, and what is wrong with the rest.

    Attributes:
        changes: The keys of the actions that the file names, by id.
        problems: One for each line that is ignored.
    """

    changes: Mapping[str, Keys] = field(default_factory=dict)
    problems: tuple[UserError, ...] = ()

    def keys(self, action: Action) -> Keys:
        """Return the keys in effect."""
        return self.changes.get(action.shares_keys_of or action.id, action.keys)

    def overrides(self) -> dict[str, str]:
        """Return what Textual's `App.set_keymap` takes.

        All actions of a changed scope are in it: Textual removes a key that one action loses from the others too.
        """
        scopes = {action.scope for action in ACTIONS if self.keys(action) != action.keys}
        return {action.id: ",".join(self.keys(action)) for action in ACTIONS if action.scope in scopes}


def read_keymap(file: Path) -> UserKeymap:
    """Return the keymap of a file; an empty one if there is no file."""
    try:
        content = tomllib.loads(file.read_bytes().decode())
    except FileNotFoundError:
        return UserKeymap()
    except (OSError, ValueError) as error:  # a TOML error names the line and the column
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return UserKeymap(
            problems=(UserError(f"the keymap {quote(file, 200)} can't be read: {reason}", "Fix the file"),)
        )
    problems: list[UserError] = []
    changes: dict[str, Keys] = {}
    for name, value in _entries(content):
        try:
            changes[name] = _keys_of(name, value)
        except UserError as error:
            problems.append(error)
    return _without_conflicts(changes, problems)


def _entries(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield ids and values; without quotes around an id, TOML reads its dot as a table."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _entries(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _keys_of(name: str, value: object) -> Keys:
    action = BY_ID.get(name)
    if action is None:
        close = difflib.get_close_matches(name, BY_ID, n=1)
        advice = f"Did you mean {close[0]}?" if close else "`fmnist-tui keys` lists all actions"
        raise UserError(f"the keymap names {quote(name)}, which is no action", advice)
    if action.shares_keys_of:
        raise UserError(f"{name} has the keys of {action.shares_keys_of}", f"Set {action.shares_keys_of} in the keymap")
    texts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    texts = [str(text).strip() for text in texts]
    if not any(texts):
        reason = "; it must stay possible to quit" if name == QUIT else ""
        raise UserError(f"{name} has no key in the keymap{reason}", "Name a key, or delete the line")
    keys = []
    for text in texts:
        key = key_named(text)
        if key is None:
            raise UserError(
                f"{name} is on {quote(text)} in the keymap, which is no key", "Keys are named s, ctrl+s, f5, enter or ?"
            )
        keys.append(key)
    return tuple(dict.fromkeys(keys))


def _without_conflicts(changes: dict[str, Keys], problems: list[UserError]) -> UserKeymap:
    """Drop changes, the last of the file first, until no key has two actions of a scope, and quit has a key."""
    while (found := _conflict(UserKeymap(changes))) is not None:
        name, problem = found
        del changes[name]
        problems.append(problem)
    return UserKeymap(changes, tuple(problems))


def _conflict(keymap: UserKeymap) -> tuple[str, UserError] | None:
    """Return the id of a change that can't be used, and the reason; None if all can."""
    for name in reversed(list(keymap.changes)):
        action = BY_ID[name]
        for other in actions_of(action.scope):
            shared = [key for key in keymap.keys(other) if key in keymap.changes[name]]
            if shared and other is not action and other.shares_keys_of != name:
                problem = f"{name} and {other.id} are both on {displayed(shared[0])}"
                return name, UserError(problem, "Give one of them another key in the keymap")
    used = {key for name, keys in keymap.changes.items() if name != QUIT for key in keys}
    for name in reversed(list(keymap.changes)):
        if used.issuperset(keymap.keys(BY_ID[QUIT])) and (name == QUIT or used & set(keymap.changes[name])):
            problem = f"{name} takes the last key of {QUIT} in the keymap; it must stay possible to quit"
            return name, UserError(problem, f"Choose another key, or give {QUIT} one more")
    return None
