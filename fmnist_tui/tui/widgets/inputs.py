"""One-line inputs for a form: the number ones leave every key that no number needs to the app's commands."""

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.widgets import Input

from fmnist_tui.fields import Kind

NUMBER_CHARACTERS: dict[Kind, str] = {
    "integer": "0123456789-+",
    "number": "0123456789-+.eE",
    "integers": "0123456789 ,",
}
"""The characters that a text of each kind can be made of."""


class FieldInput(Input):
    """An input without a frame that leaves ctrl+c to the app."""

    def __init__(self, value: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, id=id, compact=True, select_on_focus=True)

    def action_copy(self) -> None:
        raise SkipAction  # here too, ctrl+c means that someone wants to leave


class NumberInput(FieldInput):
    """An input for numbers. Letters pass through it, so that commands work from inside a form."""

    def __init__(self, value: str, kind: Kind, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, id=id)
        self._characters = NUMBER_CHARACTERS[kind]

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character in self._characters

    async def _on_key(self, event: events.Key) -> None:
        if not self.check_consume_key(event.key, event.character):
            event.prevent_default()  # keeps the inherited handler from taking it, and lets it rise to the bindings

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace("".join(char for char in event.text if char in self._characters), *self.selection)


class TextInput(FieldInput):
    """An input for any text; escape or enter leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "leave", "Leave the field", tooltip="Back to the commands", id="text.leave"),
    ]

    def action_leave(self) -> None:
        self.screen.focus_next()
