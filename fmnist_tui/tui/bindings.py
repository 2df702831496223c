"""Textual's bindings, made from the table of actions."""

from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode

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


def own_bindings(node: DOMNode) -> BindingsMap:
    """Return the bindings of a node with the user's keys, without those of Textual's own classes."""
    own = BindingsMap()
    for kind in type(node).__mro__:
        if not kind.__module__.startswith("textual."):
            own = BindingsMap.merge([own, BindingsMap(vars(kind).get("BINDINGS", ()))])
    own.apply_keymap(node.app._keymap)
    # Textual adds a changed action once for each of the keys that it had.
    return BindingsMap.from_keys({key: list(dict.fromkeys(same)) for key, same in own.key_to_bindings.items()})
