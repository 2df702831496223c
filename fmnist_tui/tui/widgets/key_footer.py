"""The line of keys at the bottom, of which the last ones are never cut off: the way back, help, and how to quit."""

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

GAPS = (2, 1)
"""Columns between two keys: the wider gap where all keys fit with it."""

PINNED = ("back", "keys", "quit")
"""The actions whose keys are always shown."""


class KeyFooter(Footer):
    """Leaves out the keys that there is no room for, from the right; the help lists them all."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._composed_for = 0

    def compose(self) -> ComposeResult:
        found = [widget for widget in super().compose() if isinstance(widget, FooterKey)]
        keys = [key for key in found if key.action not in PINNED]
        pinned = [key for key in found if key.action in PINNED]
        room = self._composed_for = self.app.size.width
        gap = next((gap for gap in GAPS if _width([*keys, *pinned], gap) <= room), GAPS[-1])
        self.set_class(gap == GAPS[-1], "-tight")
        while keys and _width([*keys, *pinned], gap) > room:
            keys.pop()
        yield from keys
        # No id: while the app closes, Textual may rebuild this beside what is being removed, and ids must be unique.
        yield HorizontalGroup(*pinned, classes="pinned-keys")

    def on_resize(self) -> None:
        if self._composed_for and self._composed_for != self.app.size.width:
            self.call_after_refresh(self.recompose)


def _width(keys: list[FooterKey], gap: int) -> int:
    return sum(cell_len(f"{key.key_display} {key.description}") + gap for key in keys) - gap
