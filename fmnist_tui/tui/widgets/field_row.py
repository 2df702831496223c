"""One line of the form: label, value, unit. An invalid value is marked at once."""

from dataclasses import dataclass

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from fmnist_tui.fields import FieldSpec
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.choice import Choice

SWITCH = ("off", "on")

NOTE_WIDTH = 11
"""Columns for the unit, which the style sheet leaves free to the right of the editor."""


class FieldInput(Input):
    """An input without a border. It accepts every printable character: invalid text is marked, not dropped."""

    BINDINGS = [Binding("enter", "leave", "Next field", show=False, tooltip="To the next field", id="field.leave")]

    def action_copy(self) -> None:
        raise SkipAction  # ctrl+c quits here too

    def action_leave(self) -> None:
        self.screen.focus_next()

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(one_line(event.text), *self.selection)


class FieldRow(Horizontal):
    """Edits one field of a config as text, without parsing it."""

    @dataclass
    class Edited(Message):
        """The user changed the field's text."""

        row: "FieldRow"
        text: str

    def __init__(self, spec: FieldSpec, text: str) -> None:
        super().__init__(id=f"field-{spec.name}")
        self.spec = spec
        self.text = text

    def compose(self) -> ComposeResult:
        choices = SWITCH if self.spec.kind == "switch" else self.spec.choices
        yield Choice(choices, self.text) if choices else FieldInput(self.text, compact=True)

    def render(self) -> Content:
        """Return the label and the unit; the editor covers the space between them."""
        note = "✗ see below" if self.has_class("-error") else self.spec.hint.unit
        room = max(0, self.content_size.width - NOTE_WIDTH)
        return Content.assemble(f"{self.spec.label:<{room}}", (note, "" if self.has_class("-error") else "dim"))

    @property
    def editor(self) -> Choice | FieldInput:
        """The widget that edits the value."""
        editor = self.children[0]
        assert isinstance(editor, Choice | FieldInput)
        return editor

    def show(self, text: str) -> None:
        """Show a text without an `Edited` message."""
        self.text = text
        if self.is_mounted and self.editor.value != text:
            self.editor.value = text

    def mark(self, has_error: bool) -> None:
        """Show whether the text is invalid."""
        if has_error != self.has_class("-error"):
            self.set_class(has_error, "-error")
            self.editor.set_class(has_error, "-error")
            self.refresh()

    @on(Choice.Changed)
    @on(Input.Changed)
    def _edited(self, event: Choice.Changed | Input.Changed) -> None:
        event.stop()
        if event.value != self.text:  # `show` also causes a Changed message
            self.text = event.value
            self.post_message(self.Edited(self, event.value))
