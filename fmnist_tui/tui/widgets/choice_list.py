"""The list of a choice's values, over the choice. Typing filters it."""

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings

FRAME = 2
"""Columns or rows of the border."""


class ChoiceList(ModalScreen[str | None]):
    """Dismissed with the chosen value, or with None on escape and on a click elsewhere.

    Args:
        title: The name of the choice.
        choices: The values.
        value: The current one.
        place: The choice's place on the screen, which the list covers as far as it fits.
    """

    BINDINGS = bindings("choices")

    def __init__(self, title: str, choices: Sequence[str], value: str, place: Region) -> None:
        super().__init__()
        self._choices = tuple(choices)
        self._value = value
        self._place = place
        self._typed = ""
        self._list = OptionList(markup=False)
        self._list.border_title = Content(title)

    def compose(self) -> ComposeResult:
        yield self._list

    def on_mount(self) -> None:
        self._show_matches()
        self._move_to_place()

    def on_resize(self) -> None:
        self._move_to_place()

    def on_key(self, event: events.Key) -> None:
        """Filter by what is typed: the list has no other use for letters."""
        if event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.is_printable and event.character and not event.character.isspace():
            self._typed += event.character
        else:
            return
        event.stop()
        self._show_matches()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def _matches(self) -> list[str]:
        """Return the choices that contain the typed text, those that begin with it first."""
        typed = self._typed.casefold()
        found = [choice for choice in self._choices if typed in choice.casefold()]
        return sorted(found, key=lambda choice: not choice.casefold().startswith(typed))

    def _show_matches(self) -> None:
        matches = self._matches()
        if not matches:  # the letter that matches nothing is dropped, so that the list is never empty
            self._typed = self._typed[:-1]
            self.app.bell()
            return
        self._list.set_options([Option(Content(one_line(choice)), id=choice) for choice in matches])
        self._list.highlighted = matches.index(self._value) if not self._typed and self._value in matches else 0
        self._list.border_subtitle = Content(self._typed or "type to filter")

    def _move_to_place(self) -> None:
        width = max(len(choice) for choice in (*self._choices, "type to filter ")) + 2 * FRAME + 2
        height = len(self._choices) + FRAME
        self._list.styles.width = width
        self._list.styles.max_height = self.size.height
        x = max(0, min(self._place.x - 1, self.size.width - width))
        y = max(0, min(self._place.y - 1, self.size.height - height))
        self._list.styles.offset = (x, y)
