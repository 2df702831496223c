"""The line of keys at the bottom, with the keys for back, help and quit always visible."""

from itertools import starmap
from typing import NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

GAPS = (2, 1)
"""Columns between two keys: the wider gap if all keys fit with it."""

PINNED = ("back", "keys", "quit")
"""Actions whose keys are always shown."""


class ShownKey(NamedTuple):
    """A binding as the footer shows it: the arguments of its `FooterKey`."""

    key: str
    display: str
    description: str
    action: str
    is_disabled: bool
    tooltip: str


class KeyFooter(Footer):
    """Omits keys that do not fit, from the right; the keys page lists them all.

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
        room = self._composed_for = self.app.size.width
        gap = next((gap for gap in GAPS if _width([*keys, *pinned], gap) <= room), GAPS[-1])
        self.set_class(gap == GAPS[-1], "-tight")
        while keys and _width([*keys, *pinned], gap) > room:
            keys.pop()
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
        """Return the first key of each action that is available."""
        found: dict[str, ShownKey] = {}
        for _, binding, is_enabled, tooltip in self.screen.active_bindings.values():
            if binding.show:
                display = self.app.get_key_display(binding)
                key = ShownKey(binding.key, display, binding.description, binding.action, not is_enabled, tooltip)
                found.setdefault(binding.action, key)
        return list(found.values())


def _width(keys: list[ShownKey], gap: int) -> int:
    return sum(cell_len(f"{key.display} {key.description}") + gap for key in keys) - gap
