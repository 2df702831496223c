"""All keys that have an effect on the current screen, for the page of keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textual.actions import parse
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

from fmnist_tui.keymap.table import BY_ID
from fmnist_tui.tui.bindings import own_bindings


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One action.

    Attributes:
        keys: Its keys as they are displayed.
        when: When it applies, if it doesn't now.
    """

    keys: tuple[str, ...]
    label: str
    help: str
    when: str = ""
    applies: bool = True

    def matches(self, words: Sequence[str]) -> bool:
        """Return whether all words, in lower case, are in the row; a word of one letter is a key."""
        text = f"{self.label} {self.help} {self.when}".lower()
        keys = [key.lower() for key in self.keys]
        return all(word in keys or (len(word) > 1 and word in text) for word in words)


def key_sections(app: App[Any]) -> dict[str, list[KeyRow]]:
    """Return the keys of the current view or page, of the focused widget, and of the whole app.

    What can't be done now is among them, with when it can.
    """
    screen = app.screen
    around = list((screen.focused or screen).ancestors_with_self)
    near = around[: around.index(screen)]
    taken: set[str] = set()
    rows = {node: list(_rows(app, node, taken)) for node in around}  # from the inside out: the inner keys win
    sections = {
        "In this view" if len(app.screen_stack) == 1 else "On this page": rows[screen],
        "In the focused widget": [row for node in near for row in rows[node]],
        "Everywhere": rows[app],
    }
    return {heading: found for heading, found in sections.items() if found}


def _rows(app: App[Any], node: DOMNode, taken: set[str]) -> Iterator[KeyRow]:
    """Yield a row for each action of a node, without the keys that are taken by the nodes inside it."""
    found: dict[str, tuple[Binding, list[str]]] = {}
    for key, binding in own_bindings(node):
        if key not in taken:
            found.setdefault(binding.id or binding.action, (binding, []))[1].append(key)
    taken.update(key for _binding, keys in found.values() for key in keys)
    places = {name: place for place, name in enumerate(BY_ID)}
    for name, (binding, keys) in sorted(found.items(), key=lambda item: places.get(item[0], 0)):
        _namespace, method, parameters = parse(binding.action)
        applies = bool(node.check_action(method, parameters))
        when = "" if applies or name not in BY_ID else BY_ID[name].when
        displays = tuple(app.get_key_display(binding.with_key(key)) for key in keys)
        yield KeyRow(displays, binding.description, binding.tooltip, when, applies)
