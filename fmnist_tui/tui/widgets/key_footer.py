"""The line of keys at the bottom, with the keys for back, help and quit always visible."""

from itertools import starmap
from typing import NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalGroup
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from fmnist_tui.keymap.table import ACTIONS

GAPS = (2, 1)
"""Columns between two keys: the wider gap if all keys fit with it."""

PADDING = 2
"""Columns beside the keys."""

PINNED = ("back", "keys", "quit")
"""Actions whose keys are always shown."""


MORE = len("+10 more")
"""Columns of the number of omitted keys."""

PLACES = {action.id: place for place, action in enumerate(ACTIONS)}
"""The order of actions."""


class ShownKey(NamedTuple):
    """A binding as the footer shows it: the arguments of its `FooterKey`."""

    key: str
    display: str
    description: str
    action: str
    is_disabled: bool
    tooltip: str
    classes: str = "-compact"  # which its reactive attribute of that name would add later, and style it once more


class KeyFooter(Footer):
    """Shows how many keys do not fit; the page of keys lists them all.

    What can't be done now is dimmed, and omitted first.

    Unlike Textual's own footer, it does not bind keys to its attributes, because each binding's watcher would keep a
    widget in memory (Textual issue 6666). And it composes them again only if they changed.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._shown: list[ShownKey] = []
        self._composed_for = 0

    def compose(self) -> ComposeResult:
        if not self._bindings_ready:
            return
        self._shown = self._active()
        keys = [key for key in self._shown if key.action not in PINNED]
        pinned = [key for key in self._shown if key.action in PINNED]
        self._composed_for = self.app.size.width
        room = self._composed_for - PADDING
        gap = next((gap for gap in GAPS if _width([*keys, *pinned], gap) <= room), GAPS[-1])
        self.set_class(gap == GAPS[-1], "-tight")
        keys, omitted = _fitting(keys, room - _width(pinned, gap) - gap, gap)
        if omitted:
            pinned.insert(0, ShownKey("question_mark", f"+{omitted}", "more", "app.keys", False, "List all keys"))
        yield from starmap(FooterKey, keys)
        # No id, which must be unique: while the app closes, Textual may compose this beside the removed one.
        yield HorizontalGroup(*starmap(FooterKey, pinned), classes="pinned-keys")

    def bindings_changed(self, screen: Screen[object]) -> None:
        if not self._bindings_ready or self._shown != self._active():
            super().bindings_changed(screen)

    def on_resize(self) -> None:
        if self._composed_for and self._composed_for != self.app.size.width:
            self.call_after_refresh(self.recompose)

    def _active(self) -> list[ShownKey]:
        """Return the first key of each shown action: those of the focused widget first, in the table's order.

        Textual moves actions that the user's keymap changes behind the others.
        """
        found: dict[str, ShownKey] = {}
        nodes = {node: place for place, node in enumerate((self.screen.focused or self.screen).ancestors_with_self)}
        active = self.screen.active_bindings.values()
        for _, binding, is_enabled, tooltip in sorted(active, key=lambda one: (nodes[one.node], _place(one.binding))):
            if binding.show:
                display = self.app.get_key_display(binding)
                key = ShownKey(binding.key, display, binding.description, binding.action, not is_enabled, tooltip)
                found.setdefault(binding.action, key)
        return list(found.values())


def _place(binding: Binding) -> int:
    return PLACES.get(binding.id or "", 0)


def _fitting(keys: list[ShownKey], room: int, gap: int) -> tuple[list[ShownKey], int]:
    """Return the keys to show, in their order, and the number of the others."""
    if _width(keys, gap) <= room:
        return keys, 0
    shown = list(keys)
    while shown and _width(shown, gap) > room - MORE - gap:
        disabled = [key for key in shown if key.is_disabled]
        shown.remove((disabled or shown)[-1])
    return shown, len(keys) - len(shown)


def _width(keys: list[ShownKey], gap: int) -> int:
    return sum(cell_len(f"{key.display} {key.description}") + gap for key in keys) - gap
