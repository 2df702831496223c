"""One-line inputs for a form. They take every printable character: what is not legal is marked, never dropped."""

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.widgets import Input

from fmnist_tui.sanitize import one_line


class FieldInput(Input):
    """An input without a frame that leaves ctrl+c to the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "Next field", show=False, tooltip="To the next field", id="field.leave"),
    ]

    def __init__(self, value: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, id=id, compact=True, select_on_focus=True)

    def action_copy(self) -> None:
        raise SkipAction  # here too, ctrl+c means that someone wants to leave

    def action_leave(self) -> None:
        self.screen.focus_next()

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(one_line(event.text), *self.selection)
