"""One-line inputs for a form. They accept every printable character; invalid text is marked, not dropped."""

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.widgets import Input

from fmnist_tui.sanitize import one_line


class FieldInput(Input):
    """An input without a border in which ctrl+c quits the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "Next field", show=False, tooltip="To the next field", id="field.leave"),
    ]

    def __init__(self, value: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, id=id, compact=True, select_on_focus=True)

    def action_copy(self) -> None:
        raise SkipAction  # ctrl+c quits here too

    def action_leave(self) -> None:
        self.screen.focus_next()

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(one_line(event.text), *self.selection)
