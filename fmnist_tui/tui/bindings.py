"""Textual's bindings, made from the table of actions."""

from textual.binding import Binding, BindingType

from fmnist_tui.keymap.action import Action
from fmnist_tui.keymap.table import actions_of


def bindings(*scopes: str) -> list[BindingType]:
    """Return the bindings of scopes, for the `BINDINGS` of the class that runs their actions."""
    return [binding(action) for scope in scopes for action in actions_of(scope)]


def binding(action: Action) -> Binding:
    """Return the binding of an action, with all its keys."""
    return Binding(
        ",".join(action.keys),
        action.command,
        action.label,
        show=action.shown,
        tooltip=action.help,
        id=action.id,
        priority=action.has_priority,
    )
